import type { Handler } from "hono";
import { z } from "zod";
import type { Reason } from "../contract/errors.ts";
import type { App } from "../context.ts";
import type { HttpEnv } from "./context.ts";

/** One row a route: Hono's route and the operation in the OpenAPI document are both made from it. */
export type Route = {
  /** Method and path, as OpenAPI writes them: `GET /files/{id}`. */
  on: `${"GET" | "POST" | "DELETE"} /${string}`;
  /** Names the operation, by the procedure that does the same. */
  id: string;
  summary: string;
  description?: string;
  /** There before sign-in. */
  open?: boolean;
  path?: z.ZodObject;
  query?: z.ZodObject;
  headers?: z.ZodObject;
  body?: Content;
  answers: Record<number, Content>;
  /** Its own; the document knows those that any call may meet. */
  reasons?: readonly Reason[];
  handle: (app: App, closing: AbortSignal) => Handler<HttpEnv>;
};

/** A body by its media type. Of a stream, the schema is that of one event's data. */
export type Content = {
  type: "application/json" | "application/pdf" | "text/event-stream" | "multipart/form-data";
  schema: z.ZodType;
};
export const json = (schema: z.ZodType): Content => ({ type: "application/json", schema });
/** A PDF itself, which no schema describes. */
export const PdfBytes = z.string();
