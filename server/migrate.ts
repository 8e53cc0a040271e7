import { openDb } from "../db/index.ts";
import { readDatabaseConfig } from "./config.ts";
import { openJobs } from "./jobs.ts";

// The schema, and the queue's, brought up to date by themselves: one step before web and worker processes start.
const { databaseUrl: url, dataDir } = readDatabaseConfig();
const db = await openDb({ url, dataDir });
const jobs = await openJobs(db, () => {});
await jobs.stop();
await db.close();
process.stdout.write("The schema is up to date.\n");
