import { DataDirInUseError, NewerSchemaError } from "../db/index.ts";
import type { RunningApp } from "./app.ts";
import { ConfigError, readConfig } from "./config.ts";
import { openDatabase } from "./database.ts";
import { createLog } from "./log.ts";
import { countTokens } from "./tokens.ts";

/** The environment does not fit: EX_CONFIG of sysexits.h. */
const EXIT_CONFIG = 78;
/** How long running answers may take to end on SIGTERM; whoever stops the process should give it twice that. */
const DRAIN_MS = 10_000;

const fail = (message: string, code = 1): never => {
  process.stderr.write(`${message}\n`);
  process.exit(code);
};

/**
 * All the rest is loaded while the database opens on its own thread; so is the tokenizer, which takes 0.4 s of this one:
 * now, and not in somebody's question.
 */
const loadApp = async () => {
  const app = await import("./app.ts");
  countTokens("warm");
  return app;
};

const start = async (): Promise<RunningApp> => {
  const config = readConfig();
  const log = createLog(config.logLevel);
  const onFatal = (error: Error) => {
    log.error("the embedded database has stopped", { error });
    process.exit(1);
  };
  const [db, { startApp }] = await Promise.all([openDatabase(config, { log, onFatal }), loadApp()]);
  const running = await startApp(config, { log, db });
  if (config.role !== "worker") {
    const { url } = await running.http.listen();
    process.stdout.write(`DocuChat listens on ${url}\n`);
  } else process.stdout.write("DocuChat works on its queue\n");
  return running;
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
  process.on("SIGTERM", () => stop(DRAIN_MS));
  process.on("SIGINT", () => stop(0));
};

try {
  stopOnSignal(await start());
} catch (error) {
  if (error instanceof ConfigError) fail(error.message, EXIT_CONFIG);
  if (error instanceof DataDirInUseError || error instanceof NewerSchemaError) fail(error.message);
  throw error;
}
