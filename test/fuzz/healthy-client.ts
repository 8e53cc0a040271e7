import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { cleanUp } from "../support/clean-up.ts";
import { percentile } from "../support/row.ts";

export type Latencies = { p99Ms: number; calls: number; failures: number };

/** A client that calls steadily beside whatever goes on: each `take` tells how it fared since the last. */
export const startHealthyClient = (url: string, token: string): { take(): Promise<Latencies> } => {
  const worker = new Worker(new URL("./healthy.ts", import.meta.url), { workerData: { url, token } });
  cleanUp(async () => {
    await worker.terminate();
  });
  return {
    take: async () => {
      worker.postMessage("tell");
      const [{ latencies, failures }] = (await once(worker, "message")) as [{ latencies: number[]; failures: number }];
      return { p99Ms: percentile(latencies, 0.99), calls: latencies.length, failures };
    },
  };
};
