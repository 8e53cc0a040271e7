import { sql } from "kysely";
import { inTenant } from "../../db/index.ts";
import { startTestApp } from "../support/app.ts";
import { createRandom } from "../support/choices.ts";
import { count, row } from "../support/row.ts";
import { makeCells, runCells } from "../isolation/cells.ts";
import { makePeople } from "../isolation/people.ts";
import { listPolicies, setPolicy, withHole, type Hole } from "./holes.ts";
import { createModel } from "./model.ts";

const OPERATIONS = count("operations", { short: 10_000, long: 100_000 });
const random = createRandom();
const SOME = 3;

const say = (faults: string[]) => {
  for (const fault of faults) process.stdout.write(`  ${fault}\n`);
};

const start = async () => {
  const app = await startTestApp();
  return { app, people: await makePeople(app) };
};

row(
  {
    area: "tenants",
    done: "the matrix of the router: every procedure and route by everybody, with each of the victim's ids in each field",
  },
  async (measure) => {
    const setting = await start();
    const cells = makeCells(setting);
    const wrong = await runCells(setting, cells);
    say(wrong);
    measure("cells", cells.length, { atLeast: 1_500 });
    measure("leaks and wrong refusals", wrong.length, { is: 0 });
  },
);

row(
  {
    area: "tenants",
    done: `${OPERATIONS.toLocaleString("en")} operations of 3 tenants with 2 users each against a model of who owns what (seed ${random.seed})`,
  },
  async (measure) => {
    const app = await startTestApp();
    const model = await createModel(app, random);
    const wrong: string[] = [];
    for (let turn = 0; turn < OPERATIONS; turn++) wrong.push(...(await model.step()));
    say(wrong.slice(0, SOME));
    for (const [outcome, times] of model.outcomes) measure(outcome, times);
    measure("leaks and differences from the model", wrong.length, { is: 0 });
  },
);

/** Predicates whose row no other condition of the same statement ties to its owner. */
const PREDICATES: Hole[] = [
  { table: "files", kind: "Select", column: "tenant_id" },
  { table: "pages", kind: "Select", column: "tenant_id" },
  ...(["users", "invitations", "audit_log"] as const).map((table): Hole => ({
    table,
    kind: "Select",
    column: "tenant_id",
  })),
  { table: "invitations", kind: "Delete", column: "tenant_id" },
  ...(["Select", "Update", "Delete"] as const).map((kind): Hole => ({
    table: "conversations",
    kind,
    column: "user_id",
  })),
  ...(["Select", "Update"] as const).map((kind): Hole => ({ table: "messages", kind, column: "user_id" })),
  ...(["Select", "Update"] as const).map((kind): Hole => ({ table: "sessions", kind, column: "user_id" })),
];

/** Tables that a tenant reads without naming itself, and what it sees there of another. */
const seenOfOthers = async ({ app, people }: Awaited<ReturnType<typeof start>>, table: string): Promise<number> => {
  const column = sql.ref(table === "tenants" ? "id" : "tenant_id");
  const { rows } = await inTenant(app.app.db, people.stranger.tenantId, (trx) =>
    sql<{ seen: number }>`select count(*)::int as seen from ${sql.table(table)}
      where ${column} is distinct from ${people.stranger.tenantId}::uuid`.execute(trx),
  );
  return rows[0]?.seen ?? 0;
};

row(
  {
    area: "tenants",
    done: "each policy without its condition, in turn: row-level security alone, by statements that name no tenant",
  },
  async (measure) => {
    const setting = await start();
    const { db } = setting.app.app;
    // A table that nobody has written to shows nothing, with or without a policy: one for each.
    const { app, people } = setting;
    await people.boss.caller.admin.setQuotas({ requestsPerDay: null, tokensPerDay: null, files: null, bytes: null });
    const tables = await listPolicies(db);
    let [before, caught] = [0, 0];
    const missed: string[] = [];
    for (const table of tables) {
      before += await seenOfOthers(setting, table);
      await setPolicy(db, table, true);
      if ((await seenOfOthers({ app, people }, table)) > 0) caught++;
      else missed.push(table);
      await setPolicy(db, table, false);
    }
    say(missed.map((table) => `not caught: the policy of ${table}`));
    measure("rows of others seen with all policies", before, { is: 0 });
    measure("policies", tables.length, { atLeast: 14 });
    measure("caught", caught, { is: tables.length });
  },
);

row(
  {
    area: "tenants",
    done: "each predicate out of its statements, in turn, with every policy open: the matrix has to find it",
  },
  async (measure) => {
    let setting = await start();
    const { app } = setting;
    const { db } = app.app;
    for (const table of await listPolicies(db)) await setPolicy(db, table, true);
    const whole = await runCells(setting, makeCells(setting));
    say(whole);
    measure("leaks of the predicates alone", whole.length, { is: 0 });
    let caught = 0;
    for (const hole of PREDICATES) {
      const { db: holed, opened } = withHole(db, hole);
      // What a hole lets change, or lets be named, is no longer as it was for the next one.
      setting = { app, people: await makePeople(app) };
      app.app.db = holed;
      const name = `${hole.kind.toLowerCase()} ${hole.table}.${hole.column}`;
      const [fault] = await runCells(
        setting,
        makeCells(setting).filter(({ path }) => path !== "http"),
        1,
      ).catch((error: unknown) => [`the matrix broke: ${String(error)}`]);
      app.app.db = db;
      app.app.sessions.clear();
      if (fault) caught++;
      say([
        `${fault ? "caught" : "NOT CAUGHT"}: ${name} (in ${opened.times} statements)${fault ? ` by ${fault}` : ""}`,
      ]);
    }
    measure("holes", PREDICATES.length);
    measure("caught", caught, { is: PREDICATES.length });
  },
);
