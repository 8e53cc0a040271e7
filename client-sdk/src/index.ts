export { createDocuChat, type DocuChat } from "./client.ts";
export { DocuChatError, isReason, toDocuChatError } from "./errors.ts";
export type { CallOptions, Calls, ChangeOptions } from "./calls.ts";
export type { ClientEvents, Listen } from "./events.ts";
export type { ConnectionState, DocuChatOptions } from "./options.ts";
export type { TokenStore } from "./tokens.ts";
export type { Upload, UploadOptions, UploadProgress, UploadSource } from "./upload.ts";
export { LIMITS, SLUG } from "./tables.ts";
export type * from "./schemas.ts";
