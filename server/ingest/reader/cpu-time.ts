import type { Worker } from "node:worker_threads";

/** Resolves to the CPU time in milliseconds that a thread has taken since the clock was made. */
export type CpuClock = () => Promise<number>;

const toMs = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1_000;

/** By the thread's own usage (Node 24.6 and later), from the first time that it is read. */
export const usageClock = (worker: Worker): CpuClock => {
  let start: number | undefined;
  return async () => {
    const now = toMs(await worker.cpuUsage());
    start ??= now;
    return now - start;
  };
};

/**
 * By the time that the thread's event loop was busy, which on a busy machine contains the time that it waited for a
 * processor; what the whole process took limits that.
 */
export const loopClock = (worker: Worker): CpuClock => {
  const loop = worker.performance.eventLoopUtilization();
  const usage = process.cpuUsage();
  return () => {
    const busyMs = worker.performance.eventLoopUtilization(loop).active;
    return Promise.resolve(Math.min(busyMs, toMs(process.cpuUsage(usage))));
  };
};

/** The best clock that this version of Node has. */
export const startCpuClock = (worker: Worker): CpuClock =>
  "cpuUsage" in worker ? usageClock(worker) : loopClock(worker);
