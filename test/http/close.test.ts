import { once } from "node:events";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { startTestApp } from "../support/app.ts";
import { makePdf } from "../support/pdf.ts";
import { answerTo, openRequest, waitUntil } from "./raw.ts";
import { openSocket } from "./socket.ts";

test("closing answers what is in flight, takes nothing new, and sends socket clients elsewhere", async () => {
  const app = await startTestApp();
  const user = await app.signIn();
  const ws = await openSocket(app.url, { token: user.accessToken });
  const said: unknown[] = [];
  ws.on("message", (message: Buffer) => said.push(JSON.parse(message.toString())));
  const [before, after] = ["--b\r\nContent-Disposition: form-data; name=file; filename=a.pdf\r\n\r\n", "\r\n--b--\r\n"];
  const sent = openRequest(`${app.url}/v1/files`, {
    authorization: `Bearer ${user.accessToken}`,
    "content-type": "multipart/form-data; boundary=b",
    "transfer-encoding": "chunked",
  });
  const answer = answerTo(sent);
  const bytes = await makePdf(["In flight."]);
  sent.write(before);
  sent.write(bytes.subarray(0, 100));
  await waitUntil(async () => {
    const metrics = await (await fetch(`${app.url}/metrics`)).text();
    return metrics.includes("docuchat_http_requests_in_flight 2");
  });

  const closed = app.http.close();
  const wsClosed = once(ws, "close");
  await waitUntil(() => said.length > 0);
  expect(said).toEqual([{ id: null, method: "reconnect" }]);
  await expect(fetch(`${app.url}/healthz`)).rejects.toThrow();
  sent.write(bytes.subarray(100));
  sent.end(after);
  expect((await answer).status).toBe(201);
  expect((await wsClosed)[0]).toBe(1012);
  await closed;
  expect(ws.readyState).toBe(WebSocket.CLOSED);
});

test("closing does not wait for ever for a request that does not end, nor for a socket that does not answer", async () => {
  const app = await startTestApp();
  const user = await app.signIn();
  const ws = await openSocket(app.url, { token: user.accessToken });
  ws.pause();
  const sent = openRequest(`${app.url}/v1/files`, {
    authorization: `Bearer ${user.accessToken}`,
    "content-type": "multipart/form-data; boundary=b",
    "content-length": "10000",
  });
  sent.on("error", () => {});
  sent.write("--b\r\n");
  await app.http.close();
  ws.terminate();
  sent.destroy();
});
