import type { Worker } from "node:worker_threads";
import { startCpuClock } from "./cpu-time.ts";

const CHECK_MS = 250;

/**
 * What a document has cost so far: CPU time of the thread, its JavaScript heap, and time for which the receiver waited
 * for the thread.
 */
export type Cost = { cpuMs: number; heapBytes: number; waitedMs: number };

type Watching = { isWaiting: () => boolean; onCost: (cost: Cost) => void };

/** Reports what a document costs until the function that it returns is called. */
export const watchCost = (worker: Worker, { isWaiting, onCost }: Watching): (() => void) => {
  const readClock = startCpuClock(worker);
  const cost: Cost = { cpuMs: 0, heapBytes: 0, waitedMs: 0 };
  const check = () => {
    if (isWaiting()) cost.waitedMs += CHECK_MS;
    onCost(cost);
    // A thread that is only starting, or has just ended, may not answer.
    readClock().then(
      (cpuMs) => (cost.cpuMs = cpuMs),
      () => {},
    );
    worker.getHeapStatistics().then(
      (heap) => (cost.heapBytes = heap.used_heap_size),
      () => {},
    );
  };
  const timer = setInterval(check, CHECK_MS);
  return () => clearInterval(timer);
};
