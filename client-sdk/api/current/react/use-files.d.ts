import { type DocuChatError } from "../errors.js";
import type { File, FileStatus } from "../schemas.js";
export type FileList = {
    /** The newest first. */
    files: readonly File[];
    loading: boolean;
    error: DocuChatError | undefined;
    hasMore: boolean;
    loadMore: () => Promise<void>;
    /** Takes the file out at once; it comes back, with an `error`, when the server refuses. */
    remove: (fileId: string) => Promise<void>;
    /** Ingests a failed file again. */
    retry: (fileId: string) => Promise<void>;
    /** Ingests all failed files of the tenant again, those that are not loaded too. */
    retryFailed: () => Promise<void>;
};
/** The tenant's files with their live states; with `status` only those that are in it now. */
export declare const useFiles: ({ status }?: {
    status?: FileStatus | undefined;
}) => FileList;