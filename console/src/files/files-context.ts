import type { FileList } from "@docuchat/client/react";
import { createContext, use } from "react";

/** One list for all pages: it is read once, and lives on while one goes about. */
export const FilesContext = createContext<FileList | undefined>(undefined);

export const useFileList = (): FileList => {
  const files = use(FilesContext);
  if (!files) throw new Error("There is no list of files above this component.");
  return files;
};
