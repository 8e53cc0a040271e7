/**
 * Sign in, upload a PDF and ask it, from a terminal:
 * `node ask.ts http://localhost:8000 acme ada@example.org paper.pdf "Who signed it?"`
 */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { createInterface } from "node:readline/promises";
import { createDocuChat, DocuChatError, isReason, type Citation } from "@docuchat/client";

const [url, tenant, email, path, question] = process.argv.slice(2);
if (!url || !tenant || !email || !path || !question) {
  console.error('usage: node ask.ts <url> <tenant> <email> <file.pdf> "<question>"');
  process.exit(64);
}

const client = createDocuChat({ url, tenant });
const terminal = createInterface({ input: process.stdin, output: process.stderr });

const signIn = async () => {
  const { challengeId } = await client.auth.requestCode({ email });
  const code = await terminal.question(`The code that ${email} was sent: `);
  await client.auth.verifyCode({ challengeId, code });
};

const upload = async () => {
  const file = await client.files.upload({ name: basename(path), data: await readFile(path) });
  const { pageCount } = await file.ready;
  console.error(`${file.name}: ${pageCount} pages${file.deduplicated ? ", known already" : ""}`);
  return file.id;
};

const ask = async (fileId: string) => {
  const citations: Citation[] = [];
  for await (const event of client.chat.ask({ question, fileIds: [fileId] })) {
    if (event.type === "delta") process.stdout.write(event.text);
    if (event.type === "citation") citations.push(event);
    if (event.type === "finished" && event.outcome === "no_answer") process.exitCode = 2;
  }
  console.log();
  for (const { n, page, quote } of citations) console.log(`[${n}] page ${page}: "${quote.trim()}"`);
};

try {
  await signIn();
  await ask(await upload());
} catch (error) {
  if (!(error instanceof DocuChatError)) throw error;
  const hint = isReason(error, "RATE_LIMITED") ? ` (in ${Math.ceil(error.data.retryAfterMs / 1_000)} s)` : "";
  console.error(`${error.reason}: ${error.message}${hint}`);
  process.exitCode = 1;
} finally {
  terminal.close();
  await client.close();
}
