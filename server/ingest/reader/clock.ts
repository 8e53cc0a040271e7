import { ReasonError } from "../../errors.ts";

const START_MS = 30_000;

/** A document's time runs from when the child is ready; that it does not get ready is no fault of the document. */
export const createClock = (fail: (error: unknown) => void) => {
  let timer: NodeJS.Timeout | undefined;
  let timeoutMs: number | undefined;
  let ready = false;
  const stop = () => clearTimeout(timer);
  const run = () => {
    stop();
    timer = setTimeout(() => fail(new ReasonError("PDF_TOO_COMPLEX")), timeoutMs);
  };
  return {
    stop,
    ready: () => {
      ready = true;
      if (timeoutMs !== undefined) run();
    },
    start: (ms: number) => {
      timeoutMs = ms;
      if (ready) run();
      else timer = setTimeout(() => fail(new Error("The extractor did not start in time.")), START_MS);
    },
  };
};
