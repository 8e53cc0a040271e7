import { z } from "zod";
import { withoutEcho } from "./echo.ts";
import { VendorFailure } from "./failure.ts";

const MAX_REPLY_BYTES = 64 * 1024;
const MAX_REPLY_CHARS = 500;
/** Keys as vendors write them; the configured one is masked by its value. */
const KEYS = /\b(?:sk|pk|key|gsk|hf|xai|api)[-_][\w*.-]{6,}|Bearer\s+\S+/gi;

type Asked = { apiKey: string; body: unknown };

/** A response that is no success, as a failure with the server's own words. */
export const refusalOf = async (response: Response, { apiKey, body: sent }: Asked): Promise<VendorFailure> => {
  const { status, headers } = response;
  const body = await readStart(response);
  const { code, message } = readError(body);
  const reply = oneLine(message, apiKey);
  const shown = withoutEcho(reply, textsIn(sent));
  return new VendorFailure(`The model provider answered ${status}${shown && `: ${shown}`}`, {
    status,
    reply,
    modelUnknown: code === "model_not_found" || (status === 404 && /model/i.test(message)),
    retryable: code !== "insufficient_quota" && mayPass(status),
    retryAfterMs: retryAfterOf(headers),
  });
};

/** What people wrote stands in these fields of a request. */
const Sent = z.object({
  messages: z.array(z.object({ content: z.string() })).default([]),
  input: z.union([z.string(), z.array(z.string())]).default([]),
});

const textsIn = (body: unknown): string[] => {
  const parsed = Sent.safeParse(typeof body === "string" ? JSON.parse(body) : {});
  return parsed.success ? [...parsed.data.messages.map(({ content }) => content), ...[parsed.data.input].flat()] : [];
};

/** An error in the body of a success; its code is a status with some servers. */
export const reportedFailure = (error: unknown, apiKey: string): VendorFailure => {
  const { code, message } = readWords({ error });
  const reply = oneLine(message, apiKey);
  return new VendorFailure(`The model provider reported an error${reply && `: ${reply}`}`, {
    reply,
    modelUnknown: code === "model_not_found",
    retryable: mayPass(Number(code)),
  });
};

const mayPass = (status: number): boolean => status >= 500 || [408, 409, 429].includes(status);
const oneLine = (text: string, apiKey: string): string =>
  mask(text, apiKey).replace(/\s+/g, " ").slice(0, MAX_REPLY_CHARS);

const readStart = async ({ body }: Response): Promise<string> => {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const part of body ?? []) {
      parts.push(part);
      bytes += part.length;
      if (bytes > MAX_REPLY_BYTES) break;
    }
  } catch {
    // The status says enough where the words break off.
  }
  return Buffer.concat(parts).toString("utf8");
};

const readError = (body: string): { code: unknown; message: string } => {
  try {
    return readWords(JSON.parse(body));
  } catch {
    return { code: undefined, message: body };
  }
};

/** Servers write `{error: {message, code, param}}`, `{error: "…"}`, `{message, code}`, `{detail: …}`, or plain text. */
const readWords = (json: unknown): { code: unknown; message: string } => {
  const outer = isRecord(json) ? json : {};
  const error = isRecord(outer["error"]) ? outer["error"] : outer;
  const words = [error["param"], error["message"] ?? outer["error"] ?? outer["detail"] ?? json];
  return { code: error["code"], message: words.filter(Boolean).map(toText).join(": ") };
};

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
/** Without the request's own text, which validators repeat as `input`. */
const toText = (value: unknown): string =>
  typeof value === "string"
    ? value
    : JSON.stringify(value, (key, part: unknown) => (key === "input" ? undefined : part));

const mask = (text: string, apiKey: string): string =>
  (apiKey.length > 3 ? text.replaceAll(apiKey, "***") : text).replace(KEYS, "***");

/** `retry-after-ms`, or `retry-after` in seconds or as a date (RFC 9110, 10.2.3). */
const retryAfterOf = (headers: Headers): number | undefined => {
  const ms = Number(headers.get("retry-after-ms") ?? Number.NaN);
  if (Number.isFinite(ms)) return ms;
  const text = headers.get("retry-after");
  if (!text) return undefined;
  const wait = Number.isFinite(Number(text)) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
};
