import { maintain } from "../../server/maintenance.ts";
import { newId } from "../../server/id.ts";
import { startTestApp, type TestApp, type TestUser } from "../support/app.ts";
import { askFor, eventsOf } from "../support/chat.ts";
import { addFile, watchToEnd } from "../support/files.ts";
import { findFaults } from "../support/invariants.ts";
import { makePdf } from "../support/pdf.ts";
import { createRandom } from "../support/choices.ts";
import { count, row } from "../support/row.ts";
import { makeFailing, type Fault } from "./failing.ts";

const MOST_CALLS = count("calls", { short: 60, long: 200 });
/** Not each call but each so many, from a random one on. */
const STRIDE = count("stride", { short: 4, long: 1 });
const TRIES = 6;
const random = createRandom();

/** A client that repeats what failed, as it may: with the same request, or the same bytes. */
const insist = async <T>(work: () => Promise<T>, tries: { failed: number }): Promise<T> => {
  for (let turn = 1; ; turn++)
    try {
      return await work();
    } catch (error) {
      tries.failed += 1;
      if (turn === TRIES) throw error;
    }
};

type Journey = (app: TestApp, user: TestUser, tries: { failed: number }) => Promise<string | undefined>;

const JOURNEYS: Record<string, Journey> = {
  "signing in": async (app, user, tries) => {
    const again = await insist(() => app.signIn({ tenant: user.tenant }), tries);
    return again.tenantId === user.tenantId ? undefined : "another tenant";
  },
  "an upload and its ingest": async (app, user, tries) => {
    const bytes = await makePdf([`The crane ${newId()} was built in 1931.`]);
    const { id } = await insist(() => addFile(app, user, { bytes }), tries);
    const last = (await insist(() => watchToEnd(user, id), tries)).at(-1);
    return last?.status === "ready" ? undefined : `the file ended as ${last?.status} ${last?.failure?.reason}`;
  },
  "an answer": async (_app, user, tries) => {
    const ask = { question: "When was the crane built?", requestId: newId() };
    const got = await insist(() => askFor(user, ask), tries);
    const [started] = eventsOf(got, "started");
    const [finished] = eventsOf(got, "finished");
    const { items } = await user.caller.chat.messages({ conversationId: started?.conversationId ?? "" });
    const stored = items.filter(({ role }) => role === "assistant");
    if (stored.length !== 1) return `${stored.length} answers`;
    return stored[0]?.outcome === finished?.outcome
      ? undefined
      : `told as ${finished?.outcome}, stored as ${stored[0]?.outcome}`;
  },
  "removing a file": async (app, user, tries) => {
    const { id } = await addFile(app, user, { bytes: await makePdf([`Gone ${newId()}.`]) });
    await insist(
      () =>
        user.caller.files.remove({ fileId: id }).catch((error: { cause?: { reason?: string } }) => {
          if (error.cause?.reason !== "NOT_FOUND") throw error;
        }),
      tries,
    );
    const left = (await user.caller.files.list({ limit: 100 })).items.some((file) => file.id === id);
    return left ? "the file is still there" : undefined;
  },
};

type Found = { calls: number; failed: number; wrong: string[] };

/** The journey again and again, its first call failing, then its second, until it makes no more calls than that. */
const failEach = async (
  app: TestApp,
  user: TestUser,
  { journey, fault }: { journey: Journey; fault: Fault },
): Promise<Found> => {
  const found: Found = { calls: 0, failed: 0, wrong: [] };
  for (let n = 1 + random.int(STRIDE); n <= MOST_CALLS; n += STRIDE) {
    fault.arm(n);
    const tries = { failed: 0 };
    const wrong = await journey(app, user, tries).catch(
      (error: unknown) => `not even in ${TRIES} tries: ${String(error)}`,
    );
    if (!fault.disarm()) break;
    found.calls = n;
    found.failed += tries.failed;
    if (wrong) found.wrong.push(`call ${n}: ${wrong}`);
  }
  return found;
};

for (const [name, journey] of Object.entries(JOURNEYS))
  row(
    { area: "crashes", done: `${STRIDE === 1 ? "each call" : `one call in ${STRIDE}`} failing in turn: ${name}` },
    async (measure) => {
      const app = await startTestApp();
      const faults = makeFailing(app.app);
      const user = await app.signIn();
      const wrong: string[] = [];
      for (const [what, fault] of Object.entries(faults)) {
        const found = await failEach(app, user, { journey, fault });
        measure(`${what}, up to call`, found.calls);
        wrong.push(...found.wrong.map((fault) => `${what}, ${fault}`));
      }
      await maintain(app.app, { orphanAgeMs: 0 });
      wrong.push(...(await findFaults(app.app.db, app.app.store)));
      for (const fault of wrong) process.stdout.write(`  ${fault}\n`);
      measure("not well in the end", wrong.length, { is: 0 });
    },
  );
