import { useHub, useStore } from "./use-hub.ts";
import type { UploadItem, UploadStore } from "./uploads-store.ts";

export type Uploads = { uploads: readonly UploadItem[] } & Pick<UploadStore, "upload" | "cancel" | "dismiss">;

/**
 * Uploads of several files, three sent at once, and what becomes of each. They go on when the component that began them is
 * gone, and every component below one provider sees the same.
 */
export const useUpload = (): Uploads => {
  const { uploads } = useHub();
  const { upload, cancel, dismiss } = uploads;
  return { uploads: useStore(uploads.store), upload, cancel, dismiss };
};
