import type { Calls, ChangeOptions } from "./calls.js";
import { DocuChatError } from "./errors.js";
import type { File, UploadedFile } from "./schemas.js";
export type UploadSource = Blob | {
    name: string;
    data: Blob | Uint8Array;
};
export type UploadProgress = {
    sentBytes: number;
    totalBytes: number;
};
export type UploadOptions = ChangeOptions & {
    /** Replaces the source's own name. */
    name?: string | undefined;
    onProgress?: ((progress: UploadProgress) => void) | undefined;
};
type Ready = {
    /** Waits, from the first look at it on, until the file can be asked about; rejects with the reason it cannot. */
    readonly ready: Promise<File>;
};
/** Resolves when the file has arrived and is queued. */
export type Upload = Promise<UploadedFile & Ready> & Ready;
type Route = {
    url: string;
    headers(): Promise<Record<string, string>>;
    fetch?: typeof globalThis.fetch | undefined;
};
export declare const createUpload: (route: Route, watch: Calls["files"]["watch"]) => (source: UploadSource, options?: UploadOptions) => Upload;
export declare const nameOf: (file: Blob) => string;
/** Why a failed file cannot be read. */
export declare const failureOf: ({ failure }: File) => DocuChatError;
export {};