import { runCommand } from "./command.ts";
import { readDatabaseConfig } from "./config.ts";
import { openDatabase } from "./database.ts";
import { explainDatabase } from "./explain-database.ts";
import { openJobs } from "./jobs.ts";
import { createLog } from "./log.ts";
import { explained } from "./start-error.ts";

// The schema, and the queue's, brought up to date by themselves: one step before web and worker processes start.
await runCommand(async () => {
  const config = readDatabaseConfig();
  const db = await openDatabase(config, { log: createLog("info") });
  const jobs = await explained(
    openJobs(db, () => {}),
    (error) => explainDatabase(config, error),
  );
  await jobs.stop();
  await db.close();
  process.stdout.write("The schema is up to date.\n");
});
