import type { Handler } from "hono";
import manifest from "../../package.json" with { type: "json" };
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

/** What this server is, for a program that comes to its root. */
export const home: Handler<HttpEnv> = (c) => c.json({ name: manifest.name, version: manifest.version, links: LINKS });
