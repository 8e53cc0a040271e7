import type { Handler } from "hono";
import manifest from "../../package.json" with { type: "json" };
import type { App } from "../context.ts";
import { consolePage } from "./console.ts";
import type { HttpEnv } from "./context.ts";

const LINKS = {
  docs: "/docs",
  openapi: "/openapi.json",
  health: "/healthz",
  ready: "/readyz",
  metrics: "/metrics",
  trpc: "/trpc",
  files: "/v1/files",
  chat: "/v1/chat",
  usage: "/v1/usage",
};

/** The console for a browser; what this server is, for a program that comes to its root. */
export const home =
  ({ config }: App): Handler<HttpEnv> =>
  async (c) => {
    c.header("vary", "accept", { append: true });
    const page = c.req.header("accept")?.includes("text/html") ? await consolePage(c, config) : undefined;
    return (
      page ?? c.json({ name: manifest.name, version: manifest.version, links: linksUnder(config.publicUrl?.path) })
    );
  };

const linksUnder = (prefix = "") =>
  Object.fromEntries(Object.entries(LINKS).map(([name, path]) => [name, `${prefix}${path}`]));
