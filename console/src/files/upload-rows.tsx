import { useUpload, type UploadItem } from "@docuchat/client/react";
import type { ReactElement } from "react";
import { percentOf } from "../format.ts";
import { describeProblem } from "../problem.ts";
import { strings } from "../strings.ts";
import { Icon } from "../ui/icon.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { ProgressLine } from "./progress.tsx";

const words = strings.files;

/** What is on its way to the server, and what did not get there; what has arrived stands in the list of files. */
export const UploadRows = (): ReactElement | null => {
  const { uploads } = useUpload();
  const shown = uploads.filter(isShown);
  if (shown.length === 0) return null;
  return (
    <ul className="file-list uploads">
      {shown.map((item) => (
        <Row key={item.key} item={item} />
      ))}
    </ul>
  );
};

const isShown = ({ file, state, deduplicated }: UploadItem): boolean =>
  file === undefined ? state !== "cancelled" : deduplicated === true && state === "ready";

const Row = ({ item: { key, name, state, sentBytes, totalBytes, error } }: { item: UploadItem }): ReactElement => {
  const { cancel, dismiss } = useUpload();
  const percent = percentOf(sentBytes, totalBytes);
  return (
    <li className={state === "failed" ? "file failed" : "file"}>
      <Icon name={state === "failed" ? "warning" : state === "ready" ? "check" : "upload"} />
      <div className="file-words">
        <bdi className="file-name">{name}</bdi>
        {state === "sending" && <ProgressLine percent={percent} words={words.sending(percent)} />}
        {state === "failed" && <span className="file-failure">{describeProblem(error)}</span>}
        {state === "ready" && <span className="file-facts">{words.known}</span>}
      </div>
      {state === "sending" ? (
        <IconButton icon="close" label={words.cancelUpload(name)} onClick={() => void cancel(key)} />
      ) : (
        <IconButton icon="close" label={words.dismiss(name)} onClick={() => dismiss(key)} />
      )}
    </li>
  );
};
