import type { UploadItem, UploadStore } from "./uploads-store.js";
export type Uploads = {
    uploads: readonly UploadItem[];
} & Pick<UploadStore, "upload" | "cancel" | "dismiss">;
/**
 * Uploads of several files, three sent at once, and what becomes of each. They go on when the component that began them is
 * gone, and every component below one provider sees the same.
 */
export declare const useUpload: () => Uploads;