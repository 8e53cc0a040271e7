import { v7 } from "uuid";

/** A new UUIDv7 (RFC 9562): sorts by time of creation. The caller names the brand: `newId<FileId>()`. */
export const newId = <T extends string>(): T => v7() as T;
