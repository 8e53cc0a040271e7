import type { RunningApp } from "./app.ts";
import { runCommand } from "./command.ts";
import { readConfig } from "./config.ts";
import { openDatabase } from "./database.ts";
import { createLog } from "./log.ts";

/** How long running answers may take to end on SIGTERM; whoever stops the process should give it twice that. */
const ANSWER_DRAIN_MS = 10_000;

const start = async (): Promise<RunningApp> => {
  const config = readConfig();
  const log = createLog(config.logLevel);
  const onFatal = (error: Error) => {
    log.error("the embedded database has stopped", { error });
    process.exit(1);
  };
  // All the rest is loaded while the database opens on its own thread.
  const [db, { startApp }] = await Promise.all([openDatabase(config, { log, onFatal }), import("./app.ts")]);
  const running = await startApp(config, { log, db });
  if (config.role === "worker") process.stdout.write("DocuChat works on its queue\n");
  else process.stdout.write(`DocuChat listens on ${await listen(running)}\n`);
  return running;
};

const listen = async (running: RunningApp): Promise<string> => {
  try {
    return (await running.http.listen()).url;
  } catch (error) {
    await running.close();
    throw error;
  }
};

/** SIGTERM lets calls and answers end; SIGINT, of a keyboard, cuts answers short; a second signal ends at once. */
const stopOnSignal = (running: RunningApp): void => {
  let stopping = false;
  const stop = (drainMs: number) => {
    if (stopping) process.exit(1);
    stopping = true;
    running.close({ drainMs }).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on("SIGTERM", () => stop(ANSWER_DRAIN_MS));
  process.on("SIGINT", () => stop(0));
};

await runCommand(async () => stopOnSignal(await start()));
