import type { DocuChat, FileId, FilePage } from "@docuchat/client";
import { useDocuChat } from "@docuchat/client/react";
import { useEffect, useState } from "react";
import { fetchContent } from "../session/connect.ts";
import { openPdf, type Pdf } from "./pdf.ts";

type Opened = { fileId: FileId; pdf?: Pdf; error?: unknown };

export const usePdf = (fileId: FileId): { pdf?: Pdf; error?: unknown } => {
  const [opened, setOpened] = useState<Opened>();
  useEffect(() => {
    let left = false;
    openPdf(fileId, () => fetchContent(fileId)).then(
      (pdf) => left || setOpened({ fileId, pdf }),
      (error: unknown) => left || setOpened({ fileId, error }),
    );
    return () => {
      left = true;
    };
  }, [fileId]);
  return opened?.fileId === fileId ? opened : {};
};

/** The page's text and where its lines stand; without it the page is a picture only. */
export const usePageText = (fileId: FileId, page: number): FilePage | undefined => {
  const client: DocuChat = useDocuChat();
  const [read, setRead] = useState<{ key: string; text: FilePage }>();
  const key = `${fileId} ${page}`;
  useEffect(() => {
    const left = new AbortController();
    client.files.page({ fileId, page }, { signal: left.signal }).then(
      (text) => setRead({ key, text }),
      () => {},
    );
    return () => left.abort();
  }, [client, fileId, page, key]);
  return read?.key === key ? read.text : undefined;
};
