export { createDocuChat, type DocuChat } from "./client.js";
export { DocuChatError, isReason, toDocuChatError } from "./errors.js";
export type { CallOptions, Calls, ChangeOptions } from "./calls.js";
export type { ClientEvents, Listen } from "./events.js";
export type { ConnectionState, DocuChatOptions } from "./options.js";
export type { TokenStore } from "./tokens.js";
export type { Upload, UploadOptions, UploadProgress, UploadSource } from "./upload.js";
export { LIMITS, SLUG } from "./tables.js";
export type * from "./schemas.js";