// Run by `npm ci`: the first start on an empty data folder copies this database instead of making one.
import { makeBlank } from "../db/pglite/blank.ts";

await makeBlank();
