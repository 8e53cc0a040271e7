import { startExtractor, type Extractor } from "./extractor.ts";

const IDLE_MS = 30_000;
/** Loading takes most of a second of a core: not while there is something to read. */
const SPARE_AFTER_MS = 1_000;
const MOST_KEPT = 4;
/** Whatever a document may leave behind ends with its process after so many. */
const MOST_DOCUMENTS = 50;

type Kept = { extractor: Extractor; tenantId: string | undefined; idle: NodeJS.Timeout };

const living = new Set<Extractor>();
/** Loaded and without work: the spare one, which has read nothing yet, and those that serve their tenant again. */
const kept = new Set<Kept>();
let spareTimer: NodeJS.Timeout | undefined;

const launch = (): Extractor => {
  const extractor = startExtractor();
  living.add(extractor);
  return extractor;
};

export const endExtractor = async (extractor: Extractor): Promise<void> => {
  living.delete(extractor);
  await extractor.end();
};

const forget = (entry: Kept): Extractor => {
  clearTimeout(entry.idle);
  kept.delete(entry);
  return entry.extractor;
};

const keep = (extractor: Extractor, tenantId: string | undefined): void => {
  const leave = () => void endExtractor(forget(entry));
  const entry: Kept = { extractor, tenantId, idle: setTimeout(leave, IDLE_MS).unref() };
  kept.add(entry);
  const [oldest] = kept;
  if (oldest && kept.size > MOST_KEPT) void endExtractor(forget(oldest));
};

/** One that has read for this tenant, or has read nothing yet; a process never reads for two tenants. */
export const takeExtractor = (tenantId: string): Extractor => {
  clearTimeout(spareTimer);
  for (const wanted of [tenantId, undefined])
    for (const entry of kept) {
      if (entry.tenantId !== wanted) continue;
      const extractor = forget(entry);
      if (extractor.isAlive()) return extractor;
      void endExtractor(extractor);
    }
  return launch();
};

/** Takes one back: it is kept for the next document of its tenant when it has read the last one well. */
export const giveBack = async (extractor: Extractor, tenantId: string): Promise<void> => {
  const closed = !living.has(extractor);
  if (closed || !extractor.isFit() || extractor.documents() >= MOST_DOCUMENTS) await endExtractor(extractor);
  else keep(extractor, tenantId);
  if (!closed) keepSpare();
};

/** One is loaded ahead for the next tenant that comes, since loading takes longer than reading a small document. */
const keepSpare = (): void => {
  clearTimeout(spareTimer);
  spareTimer = setTimeout(() => {
    if (![...kept].some(({ tenantId }) => tenantId === undefined)) keep(launch(), undefined);
  }, SPARE_AFTER_MS).unref();
};

/** Ends every child process, those at work too: their documents fail with an error that is not the document's. */
export const closeExtractors = async (): Promise<void> => {
  clearTimeout(spareTimer);
  for (const entry of kept) forget(entry);
  await Promise.all([...living].map(endExtractor));
};
