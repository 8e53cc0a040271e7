import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";

/** `cpuMs` is the whole process's: of one document where it reads one at a time. */
export type Outcome = { path: string; outcome: string; cpuMs: number; rssBytes: number };

/** A process that reads PDFs as the server does; one that ends is counted, and another one started. */
export const createReaderProcess = (cpuMs: number) => {
  let child: Promise<ChildProcess> | undefined;
  let exits = 0;
  const start = async (): Promise<ChildProcess> => {
    const fresh = fork(new URL("./reader.ts", import.meta.url), [String(cpuMs)], { execArgv: [], stdio: "ignore" });
    fresh.setMaxListeners(20);
    await once(fresh, "message");
    fresh.once("exit", () => {
      exits++;
      child = undefined;
    });
    return fresh;
  };
  return {
    exits: () => exits,
    read: async (path: string): Promise<Outcome> => {
      const reader = await (child ??= start());
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      const onMessage = (message: Outcome) => message.path === path && resolve(message);
      const onExit = (code: number | null, signal: string | null) => {
        resolve({ path, outcome: `ended the process (${signal ?? code})`, cpuMs: 0, rssBytes: 0 });
      };
      reader.on("message", onMessage).once("exit", onExit);
      reader.send(path, () => {});
      try {
        return await promise;
      } finally {
        reader.off("message", onMessage).off("exit", onExit);
      }
    },
    close: async () => {
      const reader = await child;
      reader?.removeAllListeners("exit");
      reader?.kill("SIGKILL");
    },
  };
};

export type ReaderProcess = ReturnType<typeof createReaderProcess>;
