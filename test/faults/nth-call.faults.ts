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
type Insist = <T>(work: () => Promise<T>) => Promise<T>;
/** What is done under a fault is insisted on; what comes before and after it goes well. */
type Journey = (world: { app: TestApp; user: TestUser; insist: Insist }) => Promise<string | undefined>;

const JOURNEYS: Record<string, Journey> = {
  "signing in": async ({ app, user, insist }) => {
    const again = await insist(() => app.signIn({ tenant: user.tenant }));
    return again.tenantId === user.tenantId ? undefined : "another tenant";
  },
  "an upload and its ingest": async ({ app, user, insist }) => {
    const bytes = await makePdf([`The crane ${newId()} was built in 1931.`]);
    const last = await insist(async () => {
      const { id } = await addFile(app, user, { bytes });
      return (await watchToEnd(user, id)).at(-1);
    });
    return last?.status === "ready" ? undefined : `the file ended as ${last?.status} ${last?.failure?.reason}`;
  },
  "an answer": async ({ user, insist }) => {
    const question = "When was the crane built?";
    const requestIds = [newId(), newId()];
    let turn = 0;
    // The same request finds the answer that it began, and its failure too; who asks anew has another.
    const got = await insist(() => askFor(user, { question, requestId: requestIds[Number(turn++ > 1)] }));
    const [started] = eventsOf(got, "started");
    const [finished] = eventsOf(got, "finished");
    const { items } = await user.caller.chat.messages({ conversationId: started?.conversationId ?? "" });
    const stored = items.filter(({ role }) => role === "assistant");
    if (stored.length !== 1) return `${stored.length} answers`;
    return stored[0]?.outcome === finished?.outcome
      ? undefined
      : `told as ${finished?.outcome}, stored as ${stored[0]?.outcome}`;
  },
  "removing a file": async ({ app, user, insist }) => {
    const { id } = await addFile(app, user, { bytes: await makePdf([`Gone ${newId()}.`]) });
    await insist(() =>
      user.caller.files.remove({ fileId: id }).catch((error: { cause?: { reason?: string } }) => {
        if (error.cause?.reason !== "NOT_FOUND") throw error;
      }),
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
  { journey, fault, stride }: { journey: Journey; fault: Fault; stride: number },
): Promise<Found> => {
  const found: Found = { calls: 0, failed: 0, wrong: [] };
  for (let n = 1 + random.int(stride); n <= MOST_CALLS; n += stride) {
    let fired = false;
    const insist: Insist = async (work) => {
      fault.arm(n);
      try {
        for (let turn = 1; ; turn++)
          try {
            return await work();
          } catch (error) {
            found.failed += 1;
            if (turn === TRIES) throw new Error(`not even in ${TRIES} tries`, { cause: error });
          }
      } finally {
        fired = fault.disarm();
      }
    };
    const wrong = await journey({ app, user, insist }).catch(
      (error: Error) => `${error.message}: ${String(error.cause)}`,
    );
    if (wrong) found.wrong.push(`call ${n}: ${wrong}`);
    if (!fired) break;
    found.calls = n;
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
      let failed = 0;
      for (const [what, fault] of Object.entries(faults)) {
        // The ports are called a few times only.
        const stride = what.startsWith("a statement") ? STRIDE : 1;
        const found = await failEach(app, user, { journey, fault, stride });
        failed += found.failed;
        measure(`${what}, up to call`, found.calls);
        wrong.push(...found.wrong.map((fault) => `${what}, ${fault}`));
      }
      await maintain(app.app, { orphanAgeMs: 0 });
      wrong.push(...(await findFaults(app.app.db, app.app.store)));
      for (const fault of wrong) process.stdout.write(`  ${fault}\n`);
      measure("calls that failed and were repeated", failed, { atLeast: 1 });
      measure("not well in the end", wrong.length, { is: 0 });
    },
  );
