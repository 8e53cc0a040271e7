/**
 * The whole product in one go, through its client and a real server: `npm run demo [-- file.pdf "question"]`.
 */
import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { createDocuChat, DocuChatError, type Citation, type DocuChat, type File } from "../client-sdk/src/index.ts";
import { createProgress, say, style, write } from "./demo-screen.ts";
import { startDemoServer, type DemoServer } from "./demo-server.ts";
import { makeSamplePdf } from "./sample-pdf.ts";

type Document = { name: string; data: Uint8Array };

const SAMPLE_QUESTION = "How strong may the wind gust before the north dome must be closed?";
const ANY_QUESTION = "What is this document about?";

/** Something that the reader can put right; shown without a stack. */
class DemoError extends Error {}

const main = async (signal: AbortSignal): Promise<void> => {
  const [path, question = path ? ANY_QUESTION : SAMPLE_QUESTION] = process.argv.slice(2);
  const document = await open(path);
  const server = await startDemoServer(signal);
  const client = createDocuChat({ url: server.url, tenant: "demo" });
  try {
    say(`${"server".padEnd(10)} ${server.url}`);
    await signIn(client, server);
    await upload(client, document, signal);
    await ask(client, question, signal);
    await tellUsage(client);
  } finally {
    await client.close();
    await server.stop();
  }
};

/** npm runs scripts in the project's folder, and keeps where it was called in INIT_CWD. */
const open = async (path: string | undefined): Promise<Document> => {
  if (path === undefined) return { name: "kestrel-ridge-handbook.pdf", data: await makeSamplePdf() };
  const data = await readFile(resolve(process.env["INIT_CWD"] ?? process.cwd(), path)).catch((error: unknown) => {
    const why = (error as { code?: string }).code === "ENOENT" ? "there is no such file" : String(error);
    throw new DemoError(`Cannot read ${path}: ${why}.`);
  });
  return { name: basename(path), data };
};

const signIn = async (client: DocuChat, server: DemoServer): Promise<void> => {
  const { challengeId } = await client.auth.requestCode({ email: "ada@example.org" });
  const { user, tenant } = await client.auth.verifyCode({ challengeId, code: await server.nextCode() });
  say(`${"signed in".padEnd(10)} ${user.email}, ${user.role} of ${tenant.slug}`);
};

const upload = async (client: DocuChat, { name, data }: Document, signal: AbortSignal): Promise<void> => {
  const progress = createProgress("ingest");
  const onProgress = ({ sentBytes, totalBytes }: { sentBytes: number; totalBytes: number }) =>
    progress.step("uploading", { done: Math.round(sentBytes / 1024), total: Math.round(totalBytes / 1024) });
  const { id } = await client.files.upload({ name, data }, { onProgress, signal });
  let last: File | undefined;
  for await (const file of client.files.watch({ fileId: id }, { signal })) {
    last = file;
    progress.step(file.progress.stage, file.progress);
  }
  signal.throwIfAborted();
  if (last?.status !== "ready") throw new DemoError(`${name}: ${last?.failure?.message ?? "was not ingested."}`);
  progress.end(`${name}, ${last.pageCount} pages, ${Math.ceil(data.byteLength / 1024)} kB`);
};

const ask = async (client: DocuChat, question: string, signal: AbortSignal): Promise<void> => {
  say(`\n${style("bold", question)}\n`);
  const citations: Citation[] = [];
  for await (const event of client.chat.ask({ question }, { signal })) {
    switch (event.type) {
      case "delta":
        write(event.text);
        break;
      case "snapshot":
        write(`\n\n${event.text}`);
        break;
      case "citation":
        citations.push(event);
        break;
      case "finished":
        say(event.outcome === "answered" ? "" : `\n${style("dim", `(${event.outcome.replace("_", " ")})`)}`);
        break;
      case "started":
      case "rewritten":
      case "sources":
    }
  }
  signal.throwIfAborted();
  if (citations.length > 0) say();
  for (const { n, fileName, page, quote } of citations)
    say(`${style("cyan", `[${n}]`)} ${fileName}, page ${page}: "${quote.replaceAll(/\s+/g, " ").trim()}"`);
};

const tellUsage = async (client: DocuChat): Promise<void> => {
  const { promptTokens, completionTokens, embeddingTokens, costUsd } = (await client.usage.summary()).last24h;
  const tokens = `${promptTokens} prompt, ${completionTokens} completion and ${embeddingTokens} embedding tokens`;
  say(`\n${style("dim", `usage      ${tokens}, $${costUsd.toFixed(4)}`)}`);
};

const interrupt = new AbortController();
process.on("SIGINT", () => interrupt.abort());
process.on("SIGTERM", () => interrupt.abort());
try {
  await main(interrupt.signal);
} catch (error) {
  const known = error instanceof DemoError || error instanceof DocuChatError;
  if (!interrupt.signal.aborted) process.stderr.write(`\n${known ? error.message : String(error)}\n`);
  process.exitCode = interrupt.signal.aborted ? 130 : 1;
}
