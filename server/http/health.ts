import { Hono } from "hono";
import type { App } from "../context.ts";
import type { HttpEnv } from "./context.ts";

const PING_MS = 1_000;
/** However many balancers ask, a dependency is asked once in this time. */
const CHECKED_FOR_MS = 1_000;

type Options = { closing: AbortSignal; metrics: () => Promise<string> };

/** Alive, able to serve, and how busy: for whoever runs the process. */
export const healthRoutes = (app: App, { closing, metrics }: Options): Hono<HttpEnv> => {
  const checkDatabase = createCheck(app, "database", () => app.db.ping());
  const checkKeyValue = createCheck(app, "keyValue", () => app.keyValue.ping());
  return new Hono<HttpEnv>()
    .get("/healthz", (c) => c.json({ status: "alive" }))
    .get("/readyz", async (c) => {
      const [database, keyValue] = await Promise.all([checkDatabase(), checkKeyValue()]);
      const ready = database && !closing.aborted;
      // Without the key-value store nobody signs in, and all the rest goes on: no reason to send everybody elsewhere.
      const status = closing.aborted ? "closing" : !database ? "not ready" : keyValue ? "ready" : "degraded";
      const dependencies = { database: database ? "ok" : "failed", keyValue: keyValue ? "ok" : "failed" };
      return c.json({ status, dependencies }, ready ? 200 : 503);
    })
    .get("/metrics", async (c) =>
      c.text(await metrics(), 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }),
    );
};

/** Whether a dependency answers; callers within `CHECKED_FOR_MS` share one look. */
const createCheck = ({ log }: App, path: string, ping: () => Promise<void>): (() => Promise<boolean>) => {
  let last: { at: number; answered: Promise<boolean> } | undefined;
  const look = async (): Promise<boolean> => {
    try {
      await inTime(ping());
      return true;
    } catch (error) {
      log.warn("dependency failed", { path, error });
      return false;
    }
  };
  return () => {
    const now = performance.now();
    if (last === undefined || now - last.at >= CHECKED_FOR_MS) last = { at: now, answered: look() };
    return last.answered;
  };
};

const inTime = async (asked: Promise<void>): Promise<void> => {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("no answer in time")), PING_MS);
  try {
    await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
};
