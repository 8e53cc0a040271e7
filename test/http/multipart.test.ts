import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { hasReason, ReasonError } from "../../server/errors.ts";
import { FORM_BYTES, readFileForm } from "../../server/http/multipart.ts";
import { openRequest } from "./raw.ts";

test("a body that stands still is taken for cut, one that is only slow is not", async () => {
  const dir = await mkdtemp(join(tmpdir(), "docuchat-form-"));
  const results: unknown[] = [];
  const server = createServer((incoming, outgoing) => {
    readFileForm(incoming, { path: join(dir, `${results.length}`), maxBytes: 1e6, stallMs: 400 })
      .then((file) => results.push(file.sizeBytes))
      .catch((error: unknown) => results.push(hasReason(error, "FILE_TRUNCATED")))
      .finally(() => outgoing.end());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await rm(dir, { recursive: true });
  });
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const open = () =>
    openRequest(url, { "content-type": "multipart/form-data; boundary=b", "transfer-encoding": "chunked" });
  const begin = "--b\r\nContent-Disposition: form-data; name=file; filename=a.pdf\r\n\r\n%PDF-";

  const slow = open();
  const slowAnswer = once(slow, "response");
  slow.write(begin);
  for (let i = 0; i < 8; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    slow.write("0123456789");
  }
  slow.end("\r\n--b--\r\n");
  await slowAnswer;

  const still = open();
  const stillAnswer = once(still, "response");
  still.write(begin);
  await stillAnswer;
  still.destroy();
  expect(results).toEqual([85, true]);
  expect(await readdir(dir)).toEqual(["0", "1"]);
});

const MAX_BYTES = 4_000;
const TYPE: Record<string, string> = { "content-type": "multipart/form-data; boundary=b" };
const part = (content: string, { field = "file", name = "; filename=a.pdf" } = {}) =>
  `--b\r\nContent-Disposition: form-data; name=${field}${name}\r\n\r\n${content}\r\n`;
const whole = (...parts: string[]) => `${parts.join("")}--b--\r\n`;

type Arriving = { headers?: Record<string, string>; complete?: boolean; occupied?: boolean; endless?: boolean };

/** Reads a body that arrives in these pieces; one that is not complete was cut. */
const read = async (
  pieces: string | string[],
  { headers = TYPE, complete = true, occupied = false, endless = false } = {},
) => {
  const dir = await mkdtemp(join(tmpdir(), "docuchat-form-"));
  onTestFinished(() => rm(dir, { recursive: true }));
  const path = join(dir, "form");
  if (occupied) await writeFile(path, "another's");
  const body = new Readable({ read: () => {} });
  for (const piece of [pieces].flat()) body.push(piece);
  if (!endless) body.push(null);
  const incoming = Object.assign(body, { headers, complete }) as unknown as IncomingMessage;
  const done = readFileForm(incoming, { path, maxBytes: MAX_BYTES });
  const failure = await done.then(
    () => undefined,
    (error: unknown) => error,
  );
  return { done, failure, incoming, path };
};
const reasonOf = (failure: unknown) => (failure instanceof ReasonError ? failure.reason : failure);

test("a form with one PDF is its name, its length, its hash and its bytes, in whatever pieces it comes", async () => {
  const content = `%PDF-1.7 ${"x".repeat(MAX_BYTES - 9)}`;
  const body = whole(part("kept", { field: "note", name: "" }), part(content));
  for (const pieces of [[body], body.match(/[\s\S]{1,7}/g) ?? []]) {
    const { done, path, incoming } = await read(pieces);
    const sha256 = createHash("sha256").update(content).digest("hex");
    expect(await done).toEqual({ path, name: "a.pdf", sizeBytes: MAX_BYTES, sha256 });
    expect(await readFile(path, "utf8")).toBe(content);
    expect(["data", "close"].map((event) => incoming.listeners(event).some(({ name }) => name === "onData"))).toEqual([
      false,
      false,
    ]);
  }
});

test("a header may stand within the first 1,024 bytes, and no later", async () => {
  const at = (before: number) => whole(part(`${" ".repeat(before)}%PDF-1.7${" ".repeat(2_000)}`));
  expect((await read(at(1_024 - 5))).failure).toBeUndefined();
  expect(reasonOf((await read(at(1_024 - 4))).failure)).toBe("FILE_NOT_PDF");
  expect(reasonOf((await read(whole(part("no header")))).failure)).toBe("FILE_NOT_PDF");
  // Refused while the rest is still to come.
  const begun = part(" ".repeat(1_040));
  expect(reasonOf((await read(begun, { endless: true })).failure)).toBe("FILE_NOT_PDF");
});

test.each<[string, string | string[], string, Arriving?]>([
  ["another field", whole(part("%PDF-", { field: "paper" })), "INVALID_INPUT"],
  ["two files", whole(part("%PDF-"), part("%PDF-")), "INVALID_INPUT"],
  ["no file", whole(part("a note", { field: "note", name: "" })), "INVALID_INPUT"],
  ["no content type", whole(part("%PDF-")), "INVALID_INPUT", { headers: {} }],
  [
    "another content type",
    whole(part("%PDF-")),
    "INVALID_INPUT",
    { headers: { "content-type": "a; multipart/form-data; boundary=b" } },
  ],
  ["no boundary", whole(part("%PDF-")), "INVALID_INPUT", { headers: { "content-type": "multipart/form-data" } }],
  ["a byte too many", whole(part(`%PDF-${"x".repeat(MAX_BYTES - 4)}`)), "FILE_TOO_LARGE"],
  ["too much around the file", [whole(part("%PDF-")), "x".repeat(MAX_BYTES + FORM_BYTES)], "FILE_TOO_LARGE"],
  ["a body cut in the file", part("%PDF-").slice(0, -4), "FILE_TRUNCATED", { complete: false }],
  ["a body cut behind the file", part("%PDF-"), "FILE_TRUNCATED", { complete: false }],
  ["a body cut before the file", "--b\r\nContent-Dis", "FILE_TRUNCATED", { complete: false }],
])("%s is refused by its reason, and nothing is read on", async (_, pieces, reason, options) => {
  const { failure, incoming } = await read(pieces, options);
  expect(reasonOf(failure)).toBe(reason);
  if (reason === "INVALID_INPUT") expect(String(failure)).toContain('in the field "file"');
  expect(incoming.listenerCount("data")).toBe(0);
});

test("a body that broke off before anyone read it is cut, and a place that is taken is not written over", async () => {
  const incoming = Object.assign(Readable.from([]), { headers: TYPE, complete: false });
  incoming.destroy();
  await once(incoming, "close");
  const path = join(tmpdir(), "never-written");
  const done = readFileForm(incoming as unknown as IncomingMessage, { path, maxBytes: MAX_BYTES });
  expect(reasonOf(await done.catch((error: unknown) => error))).toBe("FILE_TRUNCATED");
  const taken = await read(whole(part("%PDF-")), { occupied: true });
  expect(taken.failure).toMatchObject({ code: "EEXIST" });
  expect(await readFile(taken.path, "utf8")).toBe("another's");
});
