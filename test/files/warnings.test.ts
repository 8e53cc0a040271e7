import { expect, test } from "vitest";
import { failFile, inTenant } from "../../db/index.ts";
import { File } from "../../server/contract/files.ts";
import { LIMITS } from "../../server/contract/limits.ts";
import { createWarnings } from "../../server/ingest/warnings.ts";
import { sharedApp, startTestApp } from "../support/app.ts";
import { cleanUp } from "../support/clean-up.ts";
import { addFile, ingestFile, watchToEnd } from "../support/files.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { makePdf, type PdfPage } from "../support/pdf.ts";

const EMPTY: PdfPage = { texts: [] };
const RULE: PdfPage = { texts: [{ text: "* * *", x: 72, y: 72 }] };
const withGaps = (word = "barley") => makePdf([`The ${word}.`, EMPTY, `More ${word}.`, RULE, EMPTY]);

const shared = await sharedApp();

test("a ready file names its pages without a letter or digit, over tRPC and REST, in lists and to watchers", async () => {
  const user = await shared.signIn();
  const warnings = [{ reason: "PDF_NO_TEXT", pages: [2, 4, 5] }];
  const { id } = await addFile(shared, user, { bytes: await withGaps() });
  const states = await watchToEnd(user, id);
  expect(states.at(-1)).toMatchObject({ status: "ready", warnings });
  for (const { status, warnings } of states) if (status !== "ready") expect(warnings).toBeUndefined();
  expect(await user.caller.files.get({ fileId: id })).toMatchObject({ warnings });
  expect((await user.caller.files.list({})).items).toMatchObject([{ id, warnings }]);
  const response = await fetch(`${shared.url}/v1/files/${id}`, {
    headers: { authorization: `Bearer ${user.accessToken}` },
  });
  expect(await response.json()).toMatchObject({ warnings });
});

test("a file whose pages all have text, in any script, has no warnings", async () => {
  const user = await shared.signIn();
  const file = await ingestFile(shared, user, { bytes: await makePdf(["Words.", "7"]) });
  expect(file).toMatchObject({ status: "ready" });
  expect(file).not.toHaveProperty("warnings");
  const warnings = createWarnings();
  for (const [index, text] of ["متن", "文字", "٧", "ѕ"].entries()) warnings.addPage({ page: index + 1, text });
  expect(warnings.list()).toEqual([]);
});

test("the warnings outlive a run that ended between reading and embedding", async () => {
  const vendor = await startOpenAiServer({ embeddingFault: { kind: "status", status: 503, times: 4 } });
  cleanUp(() => vendor.close());
  const own = await startTestApp({
    env: { OPENAI_BASE_URL: vendor.baseUrl, EMBEDDING_DIMENSIONS: "256" },
    parts: { outageTimes: { firstDelayMs: 1_000, mostDelayMs: 1_000 } },
  });
  const user = await own.signIn();
  const { id } = await addFile(own, user, { bytes: await withGaps() });
  const states = await watchToEnd(user, id);
  expect(states.map(({ progress }) => progress.stage)).toContain("waiting");
  expect(states.at(-1)).toMatchObject({ status: "ready", warnings: [{ reason: "PDF_NO_TEXT", pages: [2, 4, 5] }] });
});

test("of thousands of pages without text the first 500 are named", () => {
  const warnings = createWarnings();
  for (let page = 1; page <= 5_000; page++) warnings.addPage({ page, text: page === 3 ? "Words." : "–" });
  const [warning] = warnings.list();
  expect(warning?.pages).toHaveLength(LIMITS.pagesNamed);
  expect(warning?.pages.slice(0, 3)).toEqual([1, 2, 4]);
});

test("a reason that only a newer server knows is shown as INTERNAL, with that server's message", async () => {
  const user = await shared.signIn();
  const { id } = await ingestFile(shared, user, { bytes: await withGaps("rye") });
  await inTenant(shared.app.db, user.tenantId, async (trx) => {
    await trx.updateTable("files").where("id", "=", id).set({ status: "ingesting" }).execute();
    await failFile(trx, id, { reason: "PDF_OF_THE_FUTURE", message: "It came too early." });
  });
  const [file] = (await user.caller.files.list({})).items;
  expect(File.parse(file).failure).toEqual({ reason: "INTERNAL", message: "It came too early." });
});
