import { useState, type ReactElement } from "react";
import { strings } from "../strings.ts";
import { Icon } from "../ui/icon.tsx";
import { Problem } from "../ui/problem.tsx";
import { ChooseFiles, DropZone } from "./drop.tsx";
import { FileRow } from "./file-row.tsx";
import { useFileList } from "./files-context.ts";
import { Search } from "./search.tsx";
import { UploadRows } from "./upload-rows.tsx";

const words = strings.files;

export const FilesPage = (): ReactElement => {
  const { files, loading, error, hasMore, loadMore, retryFailed } = useFileList();
  const [searching, setSearching] = useState(false);
  const hasReady = files.some(({ status }) => status === "ready");
  const failed = files.filter(({ status }) => status === "failed").length;
  return (
    <div className="page-inner">
      <header className="page-head">
        <h1 className="page-title">{words.title}</h1>
        {files.length > 0 && (
          <ChooseFiles className="button primary">
            <Icon name="plus" /> {words.add}
          </ChooseFiles>
        )}
      </header>
      {hasReady && <Search onChange={setSearching} />}
      {!searching && (
        <>
          {error && <Problem error={error} />}
          {!loading && files.length === 0 && <DropZone />}
          {failed > 1 && (
            <button type="button" className="link-button" onClick={() => void retryFailed()}>
              {words.retryFailed}
            </button>
          )}
          <UploadRows />
          <ul className="file-list" aria-label={words.list} aria-busy={loading}>
            {files.map((file) => (
              <FileRow key={file.id} file={file} />
            ))}
          </ul>
          {hasMore && (
            <button type="button" className="button" onClick={() => void loadMore()}>
              {strings.more}
            </button>
          )}
        </>
      )}
    </div>
  );
};
