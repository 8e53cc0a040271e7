import { setTimeout as sleep } from "node:timers/promises";
import type { App } from "../context.ts";
import type { Slot, TakenIngest } from "../jobs.ts";

/**
 * Files ingested at once by one process: as many long ones as there are readers. A free slot goes to the
 * tenant with the fewest runs, of those to the one whose last turn is longest ago; between batches a run gives way to a
 * tenant that has none. One slot takes no long files: it is the last to be given away, so that a short file seldom waits.
 */
const slotsFor = (readers: number): Slot[] => [
  ...Array.from({ length: readers }, () => ({ short: false })),
  { short: true },
];

type Options = {
  handle: (job: TakenIngest["job"], slot: Slot) => Promise<void>;
  /** How many long files are read concurrently. */
  readers: number;
  /** Once aborted, no slot is given away. */
  stopping: AbortSignal;
};

/** Gives slots to jobs that are due: when it is woken, when a slot is free again, and by looking now and then. */
export const startSlots = (app: Pick<App, "jobs" | "log">, { handle, readers, stopping }: Options) => {
  const slots = slotsFor(readers);
  const free = new Set(slots);
  const running = new Set<Promise<void>>();
  /** Whether jobs may be due that no slot has been looked for yet. */
  let mayBeDue = true;
  let woken = Promise.withResolvers<void>();
  const wake = () => {
    mayBeDue = true;
    woken.resolve();
  };
  const start = (job: TakenIngest["job"], slot: Slot) => {
    free.delete(slot);
    const run = handle(job, slot)
      .catch((error: unknown) => app.log.error("ingest slot failed", { error }))
      .finally(() => {
        running.delete(run);
        free.add(slot);
        if (mayBeDue) woken.resolve();
      });
    running.add(run);
  };
  const fill = async () => {
    for (const slot of slots) {
      if (stopping.aborted || !free.has(slot)) continue;
      mayBeDue = false;
      const taken = await app.jobs.takeIngest(slot);
      if (taken) start(taken.job, slot);
      // What a slot for short files leaves, another may take.
      if (slot.short || taken?.isMore) mayBeDue = true;
      else if (!mayBeDue) return;
    }
  };
  const look = async () => {
    const polled = sleep(app.jobs.pollMs, true, { ref: false });
    const isPoll = await Promise.race([woken.promise, polled]);
    woken = Promise.withResolvers();
    if (isPoll && free.size > 0) mayBeDue ||= await app.jobs.isIngestDue();
    if (mayBeDue) await fill();
  };
  const work = async () => {
    woken.resolve();
    while (!stopping.aborted)
      await look().catch(async (error: unknown) => {
        app.log.error("ingest slot failed", { error });
        mayBeDue = true;
      });
    await Promise.all(running);
  };
  return { wake, ended: work() };
};
