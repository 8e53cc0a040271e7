import { DataDirInUseError, NewerSchemaError } from "../db/index.ts";
import { startApp, type RunningApp } from "./app.ts";
import { ConfigError, readConfig } from "./config.ts";
import { createLog } from "./log.ts";

/** The environment does not fit: EX_CONFIG of sysexits.h. */
const EXIT_CONFIG = 78;
/** How long running answers may take to end on SIGTERM; whoever stops the process should give it twice that. */
const DRAIN_MS = 10_000;

const fail = (message: string, code = 1): never => {
  process.stderr.write(`${message}\n`);
  process.exit(code);
};

const start = async (): Promise<RunningApp> => {
  const config = readConfig();
  const log = createLog(config.logLevel);
  const running = await startApp(config, {
    log,
    onFatal: (error) => {
      log.error("the embedded database has stopped", { error });
      process.exit(1);
    },
  });
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
