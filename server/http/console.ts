import { createReadStream } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { Readable } from "node:stream";
import type { Context, Handler } from "hono";
import type { Config } from "../config.ts";
import { ReasonError } from "../errors.ts";
import type { HttpEnv } from "./context.ts";

/** What `npm run build:console` writes, and the image brings. */
const DIST = join(import.meta.dirname, "../../console/dist");

const TYPES: Record<string, string> = {
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".ttf": "font/ttf",
  ".wasm": "application/wasm",
};

/** Best first. */
const ENCODINGS = [
  { name: "br", ending: ".br" },
  { name: "gzip", ending: ".gz" },
];

/** The console's page under its policy, where it has been built. */
export const consolePage = async (
  c: Context<HttpEnv>,
  { tenantHeader, publicUrl }: Pick<Config, "tenantHeader" | "publicUrl">,
): Promise<Response | undefined> => {
  const page = await readFile(join(DIST, "index.html"), "utf8").catch(() => undefined);
  if (page === undefined) return undefined;
  return c.body(page.replace('content="X-Tenant-ID"', `content="${tenantHeader}"`), 200, {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-cache",
    "content-security-policy": pagePolicy([c.req.header("host"), publicUrl && new URL(publicUrl.origin).host]),
    "cross-origin-opener-policy": "same-origin",
  });
};

/** Some browsers do not count a WebSocket of the page's own host as `'self'`. */
const pagePolicy = (hosts: (string | undefined)[]): string => {
  const sane = new Set(hosts.filter((host) => host !== undefined && /^[\w.:[\]-]+$/.test(host)));
  const sockets = [...sane].map((host) => ` ws://${host} wss://${host}`).join("");
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${sockets}`,
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
};

/** A worker's script has a policy of its own: pdf.js decodes pictures in WebAssembly, and reaches nothing else. */
const SCRIPT_POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; frame-ancestors 'none'";

/** Everything under `/assets/` has its content's hash or its version in its path: a browser asks for it once. */
export const consoleAsset: Handler<HttpEnv> = async (c) => {
  const names = c.req.path.split("/").slice(1);
  if (!names.every((name) => /^\w[\w.-]*$/.test(name))) throw new ReasonError("NOT_FOUND");
  const path = join(DIST, ...names);
  const accepted = c.req.header("accept-encoding") ?? "";
  const encodings = ENCODINGS.filter(({ name }) => new RegExp(`\\b${name}\\b`).test(accepted));
  const candidates = [...encodings.map(({ name, ending }) => ({ encoding: name, ending })), { ending: "" }];
  for (const { ending, encoding } of candidates as { ending: string; encoding?: string }[]) {
    const size = await sizeOf(`${path}${ending}`);
    if (size === undefined) continue;
    const headers = {
      "content-type": TYPES[extname(path)] ?? "application/octet-stream",
      "content-length": String(size),
      "cache-control": "public, max-age=31536000, immutable",
      "content-security-policy": SCRIPT_POLICY,
      vary: "accept-encoding",
      ...(encoding === undefined ? {} : { "content-encoding": encoding }),
    };
    if (c.req.method === "HEAD") return new Response(null, { headers });
    return new Response(Readable.toWeb(createReadStream(`${path}${ending}`)) as ReadableStream, { headers });
  }
  throw new ReasonError("NOT_FOUND");
};

const sizeOf = async (path: string): Promise<number | undefined> => {
  const file = await open(path).catch(() => undefined);
  const found = await file?.stat();
  await file?.close();
  return found?.isFile() ? found.size : undefined;
};
