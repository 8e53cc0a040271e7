import { Hono } from "hono";
import type { App } from "../context.ts";
import type { HttpEnv } from "./context.ts";

const PING_MS = 1_000;

type Options = { closing: AbortSignal; metrics: () => string };

/** Alive, able to serve, and how busy: for whoever runs the process. */
export const healthRoutes = (app: App, { closing, metrics }: Options): Hono<HttpEnv> =>
  new Hono<HttpEnv>()
    .get("/healthz", (c) => c.json({ status: "alive" }))
    .get("/readyz", async (c) => {
      const [database, keyValue] = await Promise.all([
        answers(() => app.db.ping()),
        answers(() => app.keyValue.ping()),
      ]);
      const ready = database && !closing.aborted;
      // Without the key-value store nobody signs in, and all the rest goes on: no reason to send everybody elsewhere.
      const status = closing.aborted ? "closing" : !database ? "not ready" : keyValue ? "ready" : "degraded";
      const dependencies = { database: database ? "ok" : "failed", keyValue: keyValue ? "ok" : "failed" };
      return c.json({ status, dependencies }, ready ? 200 : 503);
    })
    .get("/metrics", (c) => c.text(metrics(), 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }));

const answers = async (ping: () => Promise<void>): Promise<boolean> => {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), PING_MS);
  const asked = ping().then(
    () => true,
    () => false,
  );
  const answered = await Promise.race([asked, late]);
  clearTimeout(timer);
  return answered;
};
