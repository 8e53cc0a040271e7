"use client";

export { DocuChatProvider, useDocuChat } from "./provider.ts";
export { useChat, type ChatControls } from "./use-chat.ts";
export { useConversations, type ConversationList } from "./use-conversations.ts";
export { useFiles, type FileList } from "./use-files.ts";
export { useSession, type SessionControls } from "./use-session.ts";
export { useUpload, type Uploads } from "./use-upload.ts";
export type { ChatOptions, ChatState } from "./chat-store.ts";
export type { ChatAnswer, ChatMessage, ChatQuestion } from "./messages.ts";
export type { SessionState } from "./session-store.ts";
export type { UploadItem } from "./uploads-store.ts";
