import type { Citation } from "@docuchat/client";
import type { ChatAnswer } from "@docuchat/client/react";
import { useId, type ReactElement, type ReactNode } from "react";
import { strings } from "../strings.ts";
import { useOpenDocument, type OpenDocument } from "../viewer/open-document.ts";

const words = strings.chat;

const flat = (text: string) => text.replaceAll(/\s+/g, " ").trim();

/** What the answer stands on, quote by quote: for a finger, which cannot hover, the way to the quotes. */
export const SourceList = ({ citations }: Pick<ChatAnswer, "citations">): ReactElement | null => {
  const quotes = Object.values(citations).flat();
  if (quotes.length === 0) return null;
  return (
    <PassageList title={words.sources}>
      {quotes.map((citation) => (
        <li key={`${citation.n} ${citation.fileId} ${citation.quote}`}>
          <Passage
            {...asShown(citation)}
            text={citation.quote}
            number={citation.n}
            verified={citation.verified}
            removed={citation.removed}
          />
        </li>
      ))}
    </PassageList>
  );
};

const asShown = ({ fileId, fileName, page, boxes }: Citation): OpenDocument => ({ fileId, fileName, page, boxes });

/** Where an answer that was not found would most likely have stood. */
export const NearestPassages = ({ sources }: Pick<ChatAnswer, "sources">): ReactElement | null => {
  if (sources.length === 0) return null;
  return (
    <PassageList title={words.nearest}>
      {sources.slice(0, 3).map(({ n, fileId, fileName, page, excerpt, removed }) => (
        <li key={n}>
          <Passage
            fileId={fileId}
            fileName={fileName}
            page={page}
            passage={excerpt.replace(/…$/, "")}
            text={excerpt}
            removed={removed}
          />
        </li>
      ))}
    </PassageList>
  );
};

const PassageList = ({ title, children }: { title: string; children: ReactNode }): ReactElement => {
  const id = useId();
  return (
    <section className="passages" aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      <ol>{children}</ol>
    </section>
  );
};

type PassageProps = OpenDocument & {
  text: string;
  number?: number;
  verified?: boolean;
  removed?: boolean | undefined;
};

/** A piece of a document that opens where it stands; of a removed file nothing is left to open. */
export const Passage = ({ text, number, verified = true, removed, ...shown }: PassageProps): ReactElement => {
  const open = useOpenDocument();
  return (
    <button
      type="button"
      className={verified ? "passage" : "passage unverified"}
      disabled={removed}
      dir="auto"
      onClick={(event) => open({ ...shown, trigger: event.currentTarget })}
    >
      {number !== undefined && <span className="passage-number">{number}</span>}
      <span className="passage-text">{removed ? words.removedFile : flat(text)}</span>
      <span className="passage-from">
        <bdi>{shown.fileName}</bdi>
        <span className="number">{words.page(shown.page)}</span>
      </span>
    </button>
  );
};
