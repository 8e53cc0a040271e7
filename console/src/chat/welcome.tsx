import type { ReactElement } from "react";
import { ChooseFiles, DropZone } from "../files/drop.tsx";
import { FileRow } from "../files/file-row.tsx";
import { useFileList } from "../files/files-context.ts";
import { UploadRows } from "../files/upload-rows.tsx";
import { pathTo } from "../route.ts";
import { strings } from "../strings.ts";

const words = strings.chat;
const SHOWN = 4;

/** Before the first question: what can be asked, or how to get there. */
export const Welcome = (): ReactElement => {
  const { files, loading } = useFileList();
  const isEmpty = !loading && files.length === 0;
  return (
    <section className="welcome">
      <h1 className="page-title">{words.title}</h1>
      <p className="lead">{isEmpty ? words.leadEmpty : words.lead}</p>
      {isEmpty && <DropZone />}
      <UploadRows />
      {files.length > 0 && (
        <>
          <header className="welcome-head">
            <h2>{words.yourDocuments}</h2>
            <ChooseFiles className="link-button">{strings.files.add}</ChooseFiles>
          </header>
          <ul className="file-list">
            {files.slice(0, SHOWN).map((file) => (
              <FileRow key={file.id} file={file} />
            ))}
          </ul>
          {files.length > SHOWN && (
            <a className="link-button" href={pathTo({ page: "files" })}>
              {words.allDocuments(files.length)}
            </a>
          )}
        </>
      )}
    </section>
  );
};
