import { Hono } from "hono";
import { z } from "zod";
import { AskInput, ChatEvent } from "../contract/chat.ts";
import { ErrorBody } from "../contract/errors.ts";
import { UploadedFile } from "../contract/files.ts";
import { FileId } from "../contract/ids.ts";
import type { App } from "../context.ts";
import { call } from "./call.ts";
import { chatHandler } from "./chat.ts";
import type { HttpEnv } from "./context.ts";
import { downloadHandler } from "./download.ts";
import { json, PdfBytes, type Route } from "./route.ts";
import { uploadHandler } from "./upload.ts";

/** The API for clients without TypeScript, under `/v1`; with the same verbs, limits and reasons as the typed client's. */
export const ROUTES: readonly Route[] = [
  call("POST /auth/request-code", "auth.requestCode", { open: true, reasons: ["TENANT_UNKNOWN"] }),
  call("POST /auth/verify-code", "auth.verifyCode", {
    open: true,
    reasons: ["CODE_INVALID", "CODE_EXPIRED", "TOO_MANY_ATTEMPTS", "TENANT_MISMATCH", "FORBIDDEN"],
  }),
  {
    on: "POST /files",
    id: "files.upload",
    summary: "Takes a PDF in and queues it.",
    description: "200, and `deduplicated`, for bytes that the tenant already has.",
    body: { type: "multipart/form-data", schema: z.object({ file: PdfBytes }) },
    answers: { 200: json(UploadedFile), 201: json(UploadedFile) },
    reasons: ["FILE_TOO_LARGE", "FILE_NOT_PDF", "FILE_TRUNCATED", "QUOTA_EXCEEDED"],
    handle: uploadHandler,
  },
  call("GET /files", "files.list"),
  call("GET /files/{id}", "files.get", { renamed: { id: "fileId" }, reasons: ["NOT_FOUND"] }),
  call("DELETE /files/{id}", "files.remove", { renamed: { id: "fileId" }, reasons: ["NOT_FOUND", "FORBIDDEN"] }),
  call("POST /files/retry-failed", "files.retryFailed"),
  call("POST /files/{id}/retry", "files.retry", { renamed: { id: "fileId" }, reasons: ["NOT_FOUND"] }),
  {
    on: "GET /files/{id}/content",
    id: "files.content",
    summary: "A file's bytes, for download.",
    path: z.object({ id: FileId }),
    answers: { 200: { type: "application/pdf", schema: PdfBytes } },
    reasons: ["NOT_FOUND"],
    handle: downloadHandler,
  },
  {
    on: "POST /chat",
    id: "chat.ask",
    summary: "Asks the documents: the answer's events as they come.",
    description: `Each event's data is a \`ChatEvent\`; the event is named by its type. The same body with the id of the last
event that arrived resumes behind it. A failure after the first event is an event named \`error\`, with an \`ErrorBody\`.`,
    headers: z.object({ "Last-Event-ID": z.string().optional() }),
    body: json(AskInput.omit({ lastEventId: true })),
    answers: { 200: { type: "text/event-stream", schema: z.union([ChatEvent, ErrorBody]) } },
    reasons: ["NOT_FOUND", "MODEL_NOT_ALLOWED", "QUOTA_EXCEEDED", "MODEL_UNAVAILABLE", "MODEL_TIMEOUT"],
    handle: chatHandler,
  },
  call("GET /usage", "usage.summary"),
];

export const restRoutes = (app: App, closing: AbortSignal): Hono<HttpEnv> => {
  const hono = new Hono<HttpEnv>();
  for (const { on, handle } of ROUTES) {
    const [method = "", path = ""] = on.split(" ");
    hono.on(method, path.replaceAll(/\{(\w+)\}/g, ":$1"), handle(app, closing));
  }
  return hono;
};
