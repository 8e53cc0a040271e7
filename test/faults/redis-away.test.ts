import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createRedis } from "../../scripts/services/redis.ts";
import { newId } from "../../server/id.ts";
import { contextOf, startTestApp } from "../support/app.ts";
import { askFor, eventsOf, textOf } from "../support/chat.ts";
import { cleanUp } from "../support/clean-up.ts";
import { ingestFile } from "../support/files.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { makePdf } from "../support/pdf.ts";
import { createCaller } from "../../server/router.ts";

const needsServices = !process.env["DATABASE_URL"] || !process.env["REDIS_URL"];
const WORDS = Array.from({ length: 40 }, (_, index) => `word${index}`).join(" ");

const start = async () => {
  const folder = await mkdtemp(join(tmpdir(), "docuchat-redis-"));
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  const redis = await createRedis(folder);
  cleanUp(async () => {
    await redis.start();
    await redis.stop("SIGKILL");
  });
  const vendor = await startOpenAiServer({ answer: () => WORDS, deltaDelayMs: 40 });
  cleanUp(() => vendor.close());
  const app = await startTestApp({ env: { REDIS_URL: redis.url, OPENAI_BASE_URL: vendor.baseUrl } });
  const user = await app.signIn();
  // Without a document no model is asked.
  await ingestFile(app, user, { bytes: await makePdf(["Words are listed here."]) });
  return { redis, app, user };
};

const reasonOf = (work: Promise<unknown>) =>
  work.then(
    () => "ok",
    (error: unknown) => (error as { cause?: { reason?: string } }).cause?.reason,
  );

const one = needsServices ? undefined : await start();

describe.skipIf(needsServices)("Redis away (needs DATABASE_URL, REDIS_URL and redis-server)", () => {
  test.each(["SIGSTOP", "SIGKILL"] as const)(
    "on %s sign-in fails closed, everything else goes on, and sign-in works again when Redis is back",
    async (signal) => {
      if (!one) throw new Error("there are no services");
      const { redis, app, user } = one;
      const question = { question: "Which words are there?", requestId: newId() };
      const before = askFor(user, question);
      await askFor(user, question, (event) => event.type === "delta");
      const signIn = () =>
        createCaller(contextOf(app.app, { tenantSlug: user.tenant })).auth.requestCode({ email: "a@example.org" });
      await redis.stop(signal);

      expect(await reasonOf(signIn())).toBe("SERVICE_UNAVAILABLE");
      const whole = await before;
      expect(textOf(whole)).toBe(WORDS);
      expect(eventsOf(whole, "finished")).toMatchObject([{ outcome: "answered" }]);
      const begun = await askFor(user, { ...question, requestId: newId() });
      expect(textOf(begun)).toBe(WORDS);
      const file = await ingestFile(app, user, { bytes: await makePdf(["Herons are grey."]) });
      expect(file.status).toBe("ready");
      expect((await user.caller.files.page({ fileId: file.id, page: 1 })).text).toContain("Herons");

      await redis.start();
      await expect.poll(() => reasonOf(signIn()), { timeout: 60_000, interval: 100 }).toBe("ok");
      const later = await askFor(user, { ...question, requestId: newId() });
      expect(textOf(later)).toBe(WORDS);
    },
  );
});
