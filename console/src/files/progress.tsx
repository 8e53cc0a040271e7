import type { File } from "@docuchat/client";
import type { ReactElement } from "react";
import { percentOf } from "../format.ts";
import { strings } from "../strings.ts";

const words = strings.files;

/** So many pages can be told apart on a narrow screen; more are told by a line. */
const MAX_TICKS = 48;

/** How far a document is: page by page while it is read, then how much of it can be found. */
export const Progress = ({ file: { status, progress } }: { file: File }): ReactElement => {
  const { stage, done, total } = progress;
  if (stage === "waiting")
    return <span className="file-facts">{words.waitingFor(progress.waitingFor ?? "model")}</span>;
  if (status === "queued" || stage === "queued") return <span className="file-facts">{words.waiting}</span>;
  if (stage !== "extracting") {
    const percent = percentOf(done, total);
    return <ProgressLine percent={percent} words={words.learning(percent)} />;
  }
  if (total === 0) return <span className="file-facts">{words.opening}</span>;
  const told = words.readingPage(done, total);
  if (total > MAX_TICKS) return <ProgressLine percent={percentOf(done, total)} words={told} />;
  return (
    <span className="progress">
      <span
        className="ticks"
        role="progressbar"
        aria-label={told}
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={done}
      >
        {Array.from({ length: total }, (_, page) => (
          <i key={page} className={page < done ? "read" : undefined} />
        ))}
      </span>
      <span className="file-facts number">{told}</span>
    </span>
  );
};

export const ProgressLine = ({ percent, words: told }: { percent: number; words: string }): ReactElement => (
  <span className="progress">
    <progress max={100} value={percent} aria-label={told} />
    <span className="file-facts number">{told}</span>
  </span>
);
