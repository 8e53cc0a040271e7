/** A thread of its own that calls a server steadily and measures how long each call takes: the load is not on it. */
import { parentPort, workerData } from "node:worker_threads";

const { url, token } = workerData as { url: string; token: string };
const EVERY_MS = 60;

let latencies: number[] = [];
let failures = 0;

const callOnce = async (): Promise<void> => {
  const start = performance.now();
  const reply = await fetch(`${url}/trpc/auth.me?input={}`, { headers: { authorization: `Bearer ${token}` } });
  await reply.text();
  if (!reply.ok) throw new Error(`status ${reply.status}`);
  latencies.push(performance.now() - start);
};

setInterval(() => void callOnce().catch(() => failures++), EVERY_MS);

parentPort?.on("message", () => {
  parentPort?.postMessage({ latencies, failures });
  [latencies, failures] = [[], 0];
});
