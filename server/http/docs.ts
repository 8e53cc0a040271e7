import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { dirname, join } from "node:path";
import { Hono } from "hono";
import type { App } from "../context.ts";
import type { HttpEnv } from "./context.ts";
import type { Route } from "./route.ts";

/** The page's own two files, and those of Swagger UI that it needs; nothing comes from elsewhere. */
const OWN = join(import.meta.dirname, "docs");
const SWAGGER_UI = dirname(fileURLToPath(import.meta.resolve("swagger-ui-dist/package.json")));
const FILES: Record<string, { folder: string; type: string }> = {
  "index.html": { folder: OWN, type: "text/html; charset=utf-8" },
  "start.js": { folder: OWN, type: "text/javascript; charset=utf-8" },
  "swagger-ui-bundle.js": { folder: SWAGGER_UI, type: "text/javascript; charset=utf-8" },
  "swagger-ui.css": { folder: SWAGGER_UI, type: "text/css; charset=utf-8" },
  "favicon-32x32.png": { folder: SWAGGER_UI, type: "image/png" },
};

/** Swagger UI's style sheet holds its pictures as data; its styles are set by script, which the policy lets it do. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** The OpenAPI document, made at the first request for it, and a page to read and try it. */
export const docsRoutes = ({ config }: App, routes: readonly Route[]): Hono<HttpEnv> => {
  let document: object | undefined;
  // Few ask for it, and every start would wait for what it takes.
  const describe = async () =>
    (await import("./openapi.ts")).openApiOf(routes, {
      base: "/v1",
      tenantHeader: config.tenantHeader,
      server: config.publicUrl?.href ?? "/",
    });
  const serve = async (name: string): Promise<Response | undefined> => {
    const file = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
    if (!file) return undefined;
    return new Response(await readFile(join(file.folder, name)), {
      headers: { "content-type": file.type, "content-security-policy": POLICY, "cache-control": "max-age=3600" },
    });
  };
  return (
    new Hono<HttpEnv>()
      .get("/openapi.json", async (c) => c.json((document ??= await describe())))
      .get("/docs", async (c) => (await serve("index.html")) ?? c.notFound())
      // Its addresses are relative to `/docs`.
      .get("/docs/index.html", (c) => c.redirect("../docs", 308))
      .get("/docs/:name", async (c) => (await serve(c.req.param("name"))) ?? c.notFound())
  );
};
