import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { startTestApp } from "../support/app.ts";

test("an origin that is configured with a slash at its end may call, and open WebSockets", async () => {
  const app = await startTestApp({ env: { CORS_ORIGINS: "https://chat.example.org/" } });
  const asked = (origin: string) => fetch(`${app.url}/healthz`, { headers: { origin } });
  const allowed = (await asked("https://chat.example.org")).headers.get("access-control-allow-origin");
  expect(allowed).toBe("https://chat.example.org");
  expect((await asked("https://evil.example.org")).headers.get("access-control-allow-origin")).toBeNull();
  const opened = (origin: string) => {
    const ws = new WebSocket(`${app.url.replace("http", "ws")}/trpc`, { origin });
    return new Promise<boolean>((resolve) => {
      ws.on("open", () => resolve(true)).on("error", () => resolve(false));
    }).finally(() => ws.terminate());
  };
  expect(await opened("https://chat.example.org")).toBe(true);
  expect(await opened("https://evil.example.org")).toBe(false);
});
