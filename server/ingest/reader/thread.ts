/** A thread that reads one PDF after another: each in a WebAssembly instance that is made for it and dropped after it. */
import { parentPort, workerData } from "node:worker_threads";
import { createInstance } from "./pdf/instance.ts";
import type { End, FromReader, Start, ToReader } from "./protocol.ts";
import { readDocument } from "./pdf/read.ts";

if (!parentPort) throw new Error("reader/thread.ts runs as a worker thread");
const port = parentPort;
const post = (message: FromReader) => port.postMessage(message);

const module = workerData as WebAssembly.Module;

/** How many events of the document may be sent, and whether it is still wanted. */
const createAllowance = () => {
  // `opened` alone: the receiver may leave a long document before any page is read.
  let allowed = 1;
  let left = false;
  let wake = () => {};
  const isHeld = () => !left && allowed === 0;
  return {
    add: (events: number) => {
      allowed += events;
      wake();
    },
    leave: () => {
      left = true;
      wake();
    },
    /** Resolves when one more event may be sent; to false when the document is not wanted any more. */
    take: async (): Promise<boolean> => {
      while (isHeld()) await new Promise<void>((resolve) => (wake = resolve));
      allowed--;
      return !left;
    },
  };
};
type Allowance = ReturnType<typeof createAllowance>;

const TOO_COMPLEX: End = { type: "refused", reason: "PDF_TOO_COMPLEX" };

const read = async ({ data, limits, memoryBytes }: Start, allowance: Allowance): Promise<End> => {
  const pdfium = await createInstance(module, memoryBytes);
  try {
    const reading = readDocument(pdfium, data, limits);
    for (;;) {
      const { done, value } = reading.next();
      if (pdfium.isExhausted) return TOO_COMPLEX;
      if (done) return value ? { type: "refused", ...value } : { type: "done" };
      if (!(await allowance.take())) return { type: "done" };
      post(value);
    }
  } catch (error) {
    return pdfium.isExhausted ? TOO_COMPLEX : endOf(error);
  }
};

/** A trap of the instance and a value that is too large for the engine are the document's fault. */
const endOf = (error: unknown): End => {
  if (error instanceof RangeError) return TOO_COMPLEX;
  if (error instanceof WebAssembly.RuntimeError) return { type: "refused", reason: "PDF_CORRUPT" };
  return { type: "crashed", error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
};

const serve = () => {
  let allowance = createAllowance();
  return (message: ToReader): void => {
    if (message.type === "more") return allowance.add(message.events);
    if (message.type === "leave") return allowance.leave();
    allowance = createAllowance();
    void read(message, allowance).then(post);
  };
};

port.on("message", serve());
