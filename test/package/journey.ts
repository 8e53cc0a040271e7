import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import { codeIn, type TestApp } from "../support/app.ts";
import { makePdf } from "../support/pdf.ts";
import { waitFor } from "../support/server-process.ts";
import type { Packed } from "./packed.ts";

/** The whole way, as a user's own program goes it; the code comes by standard input. */
const JOURNEY = `
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { createDocuChat, isReason } from "@docuchat/client";

const [, , url, tenant, pdf] = process.argv;
const client = createDocuChat({ url, tenant });
const { challengeId } = await client.auth.requestCode({ email: "ada@example.org" });
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { value: code } = await lines.next();
await client.auth.verifyCode({ challengeId, code });
const file = await client.files.upload(new Blob([await readFile(pdf)]), { name: "light.pdf" }).ready;
let text = "";
let page;
let outcome;
for await (const event of client.chat.ask({ question: "How tall is the lighthouse?" })) {
  if (event.type === "delta") text += event.text;
  if (event.type === "citation") page = event.page;
  if (event.type === "finished") outcome = event.outcome;
}
const refused = await client.files.get({ fileId: crypto.randomUUID() }).catch((error) => error);
const { items } = await client.files.list();
console.log(JSON.stringify({
  pages: file.pageCount, text, page, outcome, listed: items.length, date: items[0].createdAt instanceof Date,
  notFound: isReason(refused, "NOT_FOUND"),
}));
await client.close();
process.exit(0);
`;

/** Goes it against this server by the packed client, in a process of `command`, and expects all that it should find. */
export const goJourney = async (app: TestApp, { project }: Packed, command: string[]): Promise<void> => {
  const pdf = join(project, "light.pdf");
  await writeFile(pdf, await makePdf(["The lighthouse of Skerry Point is forty-two metres tall."]));
  await writeFile(join(project, "journey.mjs"), JOURNEY);
  const codes = app.printed.length;
  const [program = "", ...options] = command;
  const args = [...options, "journey.mjs", app.url, app.newTenant(), pdf];
  const going = promisify(execFile)(program, args, { cwd: project, timeout: 60_000 });
  const line = waitFor(() => app.printed[codes]);
  going.child.stdin?.end(`${codeIn(await Promise.race([line, going.then(() => "")]))}\n`);
  expect(JSON.parse((await going).stdout)).toEqual({
    pages: 1,
    text: expect.stringContaining("forty-two metres tall"),
    page: 1,
    outcome: "answered",
    listed: 1,
    date: true,
    notFound: true,
  });
};
