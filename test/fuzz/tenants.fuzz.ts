import { sql } from "kysely";
import { beforeAll } from "vitest";
import { inTenant } from "../../db/index.ts";
import { reserve } from "../../server/quota.ts";
import { createCaller } from "../../server/router.ts";
import { contextOf, startTestApp, type TestApp } from "../support/app.ts";
import { createRandom } from "../support/choices.ts";
import { count, row } from "../support/row.ts";
import { makeCells, runCells, type Cell } from "../isolation/cells.ts";
import { makePeople, type People } from "../isolation/people.ts";
import { listPolicies, setPolicy, withHole, type Hole } from "./holes.ts";
import { createModel } from "./model.ts";

const OPERATIONS = count("operations", { short: 2_000, long: 100_000 });
const random = createRandom();
const SOME = 3;

const say = (faults: string[]) => {
  for (const fault of faults) process.stdout.write(`  ${fault}\n`);
};

/** A database of its own: its policies are opened, and pooled ones are not mended. */
let setting: { app: TestApp; people: People };
beforeAll(async () => {
  const app = await startTestApp({ ownDatabase: true });
  setting = { app, people: await makePeople(app) };
});

row(
  {
    area: "tenants",
    done: "the matrix of the router: every procedure and route by everybody, with each of the victim's ids in each field",
  },
  async (measure) => {
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
    const model = await createModel(setting.app, random);
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
  { table: "users", kind: "Select", column: "tenant_id" },
  { table: "invitations", kind: "Select", column: "tenant_id" },
  { table: "audit_log", kind: "Select", column: "tenant_id" },
  ...(["conversations", "messages", "sessions"] as const).flatMap((table): Hole[] => [
    { table, kind: "Select", column: "user_id" },
    { table, kind: "Update", column: "user_id" },
  ]),
  { table: "invitations", kind: "Delete", column: "tenant_id" },
  { table: "conversations", kind: "Delete", column: "user_id" },
];

/**
 * Not run again and again by the same people: watchers of all files are waited for, codes are used up by attempts, and
 * whom a stranger has invited is the stranger's from then on.
 */
const ONCE = ["http", "files.watch", "auth.verifyCode", "admin.invite"];
const repeatable = (): Cell[] => makeCells(setting).filter(({ path }) => !ONCE.includes(path));

/** Tables that a tenant reads without naming itself, and what it sees there of another. */
const seenOfOthers = async (table: string): Promise<number> => {
  const { app, people } = setting;
  const column = sql.ref(table === "tenants" ? "id" : "tenant_id");
  const { rows } = await inTenant(app.app.db, people.stranger.tenantId, (trx) =>
    sql<{ seen: number }>`select count(*)::int as seen from ${sql.table(table)}
      where ${column} is distinct from ${people.stranger.tenantId}::uuid`.execute(trx),
  );
  return rows[0]?.seen ?? 0;
};

/** A row in the tables that otherwise have one for a moment, or none: nobody's policy is seen in an empty one. */
const fillTables = async (): Promise<void> => {
  const { app } = setting.app;
  const { boss, victim } = setting.people;
  const none = { requestsPerDay: null, tokensPerDay: null, files: null, bytes: null };
  await boss.caller.admin.setQuotas(none);
  const email = "revoked@example.org";
  await boss.caller.admin.invite({ email });
  await boss.caller.admin.uninvite({ email });
  const { accessToken, tenantId, userId, ids } = victim;
  const keyed = createCaller(contextOf(app, { accessToken, idempotencyKey: "rename-once" }));
  await keyed.chat.rename({ conversationId: ids.conversationId, title: "Weighed" });
  const need = () => ({ requests: 1, tokens: 1 });
  await inTenant(app.db, tenantId, (trx) => reserve(trx, { key: "question", userId, need }));
};

row(
  {
    area: "tenants",
    done: "each policy without its condition, in turn: row-level security alone, by statements that name no tenant",
  },
  async (measure) => {
    const { db } = setting.app.app;
    await fillTables();
    const tables = await listPolicies(db);
    let [before, caught] = [0, 0];
    const missed: string[] = [];
    for (const table of tables) {
      before += await seenOfOthers(table);
      await setPolicy(db, table, true);
      if ((await seenOfOthers(table)) > 0) caught++;
      else missed.push(table);
      await setPolicy(db, table, false);
    }
    say(missed.map((table) => `not caught: the policy of ${table}`));
    measure("rows of others seen with all policies", before, { is: 0 });
    measure("policies", tables.length, { atLeast: 15 });
    measure("caught", caught, { is: tables.length });
  },
);

/** Whether the matrix finds that a predicate is missing. */
const isCaught = async (hole: Hole): Promise<boolean> => {
  const { app } = setting.app;
  const { db } = app;
  const { db: holed, opened } = withHole(db, hole);
  app.db = holed;
  const [fault] = await runCells(setting, repeatable(), 1).catch((error: unknown) => [
    `the matrix broke: ${String(error)}`,
  ]);
  app.db = db;
  app.sessions.clear();
  const name = `${hole.kind.toLowerCase()} ${hole.table}.${hole.column}`;
  const caught = fault !== undefined && opened.times > 0;
  say([`${caught ? "caught" : "NOT CAUGHT"}: ${name} (in ${opened.times} statements) by ${fault}`]);
  return caught;
};

row(
  {
    area: "tenants",
    done: "each predicate out of its statements, in turn, with every policy open: the matrix has to find it",
  },
  async (measure) => {
    const { app } = setting;
    for (const table of await listPolicies(app.app.db)) await setPolicy(app.app.db, table, true);
    setting = { app, people: await makePeople(app) };
    // Twice: nothing that the first one does may look like a hole.
    const whole = [...(await runCells(setting, repeatable())), ...(await runCells(setting, repeatable()))];
    say(whole);
    measure("leaks of the predicates alone", whole.length, { is: 0 });
    let caught = 0;
    for (const hole of PREDICATES) {
      if (await isCaught(hole)) caught++;
      // What was removed is not there for the next one.
      if (hole.kind === "Delete") setting = { app, people: await makePeople(app) };
    }
    measure("holes", PREDICATES.length);
    measure("caught", caught, { is: PREDICATES.length });
  },
);
