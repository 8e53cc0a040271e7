import { DocuChatError, type File } from "@docuchat/client";
import { useRef, useState, type ReactElement } from "react";
import { formatBytes, formatDay } from "../format.ts";
import { describeProblem } from "../problem.ts";
import { strings } from "../strings.ts";
import { Confirm } from "../ui/confirm.tsx";
import { Icon } from "../ui/icon.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { useOpenDocument } from "../viewer/open-document.ts";
import { useFileList } from "./files-context.ts";
import { Progress } from "./progress.tsx";

const words = strings.files;

export const FileRow = ({ file }: { file: File }): ReactElement => {
  const { remove, retry } = useFileList();
  const [removing, setRemoving] = useState(false);
  const { id, name, status } = file;
  return (
    <li className={status === "failed" ? "file failed" : "file"}>
      <Icon name={status === "failed" ? "warning" : "document"} />
      <div className="file-words">
        <FileName file={file} />
        {status === "ready" && <Facts file={file} />}
        {warningsOf(file).map((warning) => (
          <span key={warning} className="file-warning">
            {warning}
          </span>
        ))}
        {(status === "queued" || status === "ingesting") && <Progress file={file} />}
        {status === "failed" && <span className="file-failure">{failureOf(file)}</span>}
      </div>
      {status === "failed" && (
        <button type="button" className="link-button" aria-label={words.retry(name)} onClick={() => void retry(id)}>
          {words.retryShort}
        </button>
      )}
      <IconButton icon="remove" label={words.remove(name)} onClick={() => setRemoving(true)} />
      {removing && (
        <Confirm
          title={words.removeTitle(name)}
          text={words.removeText}
          action={words.removeDo}
          onConfirm={() => void remove(id)}
          onClose={() => setRemoving(false)}
        />
      )}
    </li>
  );
};

/** The name opens what has been read. */
const FileName = ({ file: { id, name, status } }: { file: File }): ReactElement => {
  const open = useOpenDocument();
  const button = useRef<HTMLButtonElement>(null);
  if (status !== "ready") return <bdi className="file-name">{name}</bdi>;
  return (
    <button
      ref={button}
      type="button"
      className="file-name"
      title={words.open(name)}
      onClick={() => open({ fileId: id, fileName: name, page: 1, trigger: button.current })}
    >
      <bdi>{name}</bdi>
    </button>
  );
};

const Facts = ({ file: { pageCount, sizeBytes, createdAt } }: { file: File }): ReactElement => (
  <span className="file-facts number">
    {[pageCount === undefined ? [] : words.pages(pageCount), formatBytes(sizeBytes), formatDay(createdAt)]
      .flat()
      .join(" · ")}
  </span>
);

const warningsOf = ({ warnings = [] }: File): string[] =>
  warnings.flatMap(({ reason, pages }) =>
    reason === "PDF_NO_TEXT" ? words.withoutText(pages, words.maybeScanned) : [],
  );

const failureOf = ({ failure }: File): string =>
  describeProblem(
    new DocuChatError(failure?.reason ?? "INTERNAL", {
      message: failure?.message,
      data: failure?.pages ? { pages: failure.pages } : {},
    }),
  );
