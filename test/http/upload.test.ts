import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { UploadedFile } from "../../server/contract/files.ts";
import { startTestApp, type TestApp, type TestUser } from "../support/app.ts";
import { makePdf } from "../support/pdf.ts";
import { answerTo, openRequest, reasonIn, waitUntil } from "./raw.ts";

const BOUNDARY = "----a-boundary-of-ours";
const FORM = { "content-type": `multipart/form-data; boundary=${BOUNDARY}` };
const partHead = (name: string, field = "file") =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${field}"; filename="${name}"\r\nContent-Type: application/pdf\r\n\r\n`;

const formOf = (...files: { bytes: Buffer; name?: string; field?: string }[]): FormData => {
  const form = new FormData();
  for (const { bytes, name = "paper.pdf", field = "file" } of files)
    form.append(field, new Blob([new Uint8Array(bytes)], { type: "application/pdf" }), name);
  return form;
};

const bearer = ({ accessToken }: TestUser) => ({ authorization: `Bearer ${accessToken}` });

const upload = async ({ url }: TestApp, user: TestUser, body: BodyInit, headers: Record<string, string> = {}) => {
  const response = await fetch(`${url}/v1/files`, { method: "POST", headers: { ...bearer(user), ...headers }, body });
  return { status: response.status, headers: response.headers, body: (await response.json()) as unknown };
};

const incoming = ({ app }: TestApp) => readdir(app.store.incomingDir);
const filesOf = async (user: TestUser) => (await user.caller.files.list({})).items;

const app = await startTestApp({ env: { MAX_FILE_SIZE_MB: "1" } });

test("a PDF is taken in once: the same bytes again are the same file", async () => {
  const user = await app.signIn();
  const bytes = await makePdf(["The quick brown fox."]);

  const first = await upload(app, user, formOf({ bytes }));
  expect(first.status).toBe(201);
  expect(first.headers.get("x-request-id")).toBeTruthy();
  expect(first.body).toMatchObject({ name: "paper.pdf", sizeBytes: bytes.length, deduplicated: false });
  const again = await upload(app, user, formOf({ bytes, name: "other.pdf" }));
  expect(again.status).toBe(200);
  expect(again.body).toMatchObject({ id: (first.body as { id: string }).id, name: "paper.pdf", deduplicated: true });
  expect(await incoming(app)).toEqual([]);

  const stranger = await app.signIn();
  expect((await upload(app, stranger, formOf({ bytes }))).status).toBe(201);
});

test("a name in any language arrives as it was given, and leaves so with the content", async () => {
  const user = await app.signIn();
  for (const name of ["گزارش سالانه ۱۴۰۲.pdf", "年度报告（最终版）.pdf", "Jahresübersicht — été's.pdf"]) {
    const bytes = await makePdf([`Names ${name.length}.`]);
    const { body } = await upload(app, user, formOf({ bytes, name }));
    const { id } = body as { id: string };
    expect(body).toMatchObject({ name });

    const content = await fetch(`${app.url}/v1/files/${id}/content`, { headers: bearer(user) });
    const disposition = content.headers.get("content-disposition") ?? "";
    expect(disposition).toMatch(/^attachment; filename="[ -~]+"; /);
    expect(decodeURIComponent(/filename\*=UTF-8''(\S+)$/.exec(disposition)?.[1] ?? "")).toBe(name);
    expect(content.headers.get("content-security-policy")).toContain("sandbox");
    expect(content.headers.get("x-content-type-options")).toBe("nosniff");
    expect(Buffer.from(await content.arrayBuffer()).equals(bytes)).toBe(true);
  }
});

test("what is not one PDF in the field `file` is refused by its reason and leaves nothing", async () => {
  const user = await app.signIn();
  const bytes = await makePdf(["One."]);
  const lateHeader = Buffer.concat([Buffer.alloc(1_020, " "), bytes]);
  const cases: [string, BodyInit, Record<string, string>, number, string][] = [
    ["text", formOf({ bytes: Buffer.from("plain text") }), {}, 415, "FILE_NOT_PDF"],
    ["large noise", formOf({ bytes: randomBytes(300_000) }), {}, 415, "FILE_NOT_PDF"],
    ["header beyond 1024 bytes", formOf({ bytes: lateHeader }), {}, 415, "FILE_NOT_PDF"],
    ["empty", formOf({ bytes: Buffer.alloc(0) }), {}, 415, "FILE_NOT_PDF"],
    ["no field", new FormData(), {}, 400, "INVALID_INPUT"],
    ["another field", formOf({ bytes, field: "document" }), {}, 400, "INVALID_INPUT"],
    ["two files", formOf({ bytes }, { bytes }), {}, 400, "INVALID_INPUT"],
    ["two files, the second not wanted", formOf({ bytes }, { bytes, field: "x" }), {}, 400, "INVALID_INPUT"],
    ["JSON", "{}", { "content-type": "application/json" }, 400, "INVALID_INPUT"],
    [
      "a form in an address' words",
      "file=1",
      { "content-type": "application/x-www-form-urlencoded" },
      400,
      "INVALID_INPUT",
    ],
    ["no boundary", "x", { "content-type": "multipart/form-data" }, 400, "INVALID_INPUT"],
    ["no end", partHead("a.pdf") + bytes.toString("latin1"), FORM, 400, "FILE_TRUNCATED"],
    ["nothing but a beginning", `--${BOUNDARY}\r\nContent-Dis`, FORM, 400, "FILE_TRUNCATED"],
  ];
  for (const [what, body, headers, status, reason] of cases) {
    const answer = await upload(app, user, body, headers);
    expect([what, answer.status, reasonIn(answer.body)]).toEqual([what, status, reason]);
  }
  expect(await incoming(app)).toEqual([]);
  expect(await filesOf(user)).toEqual([]);
});

test("a header after a little noise, small fields around and a folder in the name do no harm", async () => {
  const user = await app.signIn();
  const form = new FormData();
  form.append("note", "before");
  form.append("file", new Blob([" ".repeat(900), new Uint8Array(await makePdf(["Late."]))]), "../../etc/a.pdf");
  form.append("note", "after");
  const answer = await upload(app, user, form);
  expect(answer.status).toBe(201);
  expect(UploadedFile.shape.name.parse((answer.body as { name: unknown }).name)).toBe("a.pdf");
});

test("a file of just the limit is taken in, though its form is longer", async () => {
  const user = await app.signIn();
  const bytes = Buffer.alloc(1024 * 1024, " ");
  bytes.write("%PDF-1.7");
  expect(await upload(app, user, formOf({ bytes }))).toMatchObject({ status: 201, body: { sizeBytes: bytes.length } });
});

test("a file over the limit is refused by its length, before a byte of it is sent", async () => {
  const user = await app.signIn();
  const sent = openRequest(`${app.url}/v1/files`, {
    ...bearer(user),
    ...FORM,
    "content-length": String(2 * 1024 * 1024),
  });
  sent.flushHeaders();
  const answer = await answerTo(sent);
  sent.destroy();
  expect([answer.status, reasonIn(answer.body)]).toEqual([413, "FILE_TOO_LARGE"]);
});

test("a file over the limit that does not tell its length is refused as soon as it is over", async () => {
  const user = await app.signIn();
  const sent = openRequest(`${app.url}/v1/files`, { ...bearer(user), ...FORM, "transfer-encoding": "chunked" });
  const answer = answerTo(sent);
  sent.write(`${partHead("big.pdf")}%PDF-1.7\n`);
  for (let i = 0; i < 17; i++) sent.write(Buffer.alloc(64 * 1024, "a"));
  // The form does not end: the answer does not wait for it.
  expect([(await answer).status, reasonIn((await answer).body)]).toEqual([413, "FILE_TOO_LARGE"]);
  sent.destroy();
  await waitUntil(async () => (await incoming(app)).length === 0);
  expect(await filesOf(user)).toEqual([]);
});

test("a client that leaves in the middle leaves nothing behind", async () => {
  const user = await app.signIn();
  const sent = openRequest(`${app.url}/v1/files`, { ...bearer(user), ...FORM, "content-length": "1000000" });
  sent.on("error", () => {});
  sent.write(`${partHead("half.pdf")}%PDF-1.7\n${"a".repeat(100_000)}`);
  await waitUntil(async () => (await incoming(app)).length === 1);
  sent.destroy();
  await waitUntil(async () => (await incoming(app)).length === 0);
  expect(await filesOf(user)).toEqual([]);
  expect((await upload(app, user, formOf({ bytes: await makePdf(["Whole."]) }))).status).toBe(201);
});

test("nobody uploads without a token, with a token of another kind, or for another tenant", async () => {
  const [user, other] = [await app.signIn(), await app.signIn()];
  const refused = async (headers: Record<string, string>) => {
    const sent = openRequest(`${app.url}/v1/files`, { ...FORM, "content-length": "1000000", ...headers });
    sent.flushHeaders();
    // No byte of the body is sent: it is not waited for.
    const answer = await answerTo(sent);
    sent.destroy();
    return [answer.status, reasonIn(answer.body)];
  };
  expect(await refused({})).toEqual([401, "NOT_SIGNED_IN"]);
  expect(await refused({ authorization: "Bearer a.b.c" })).toEqual([401, "NOT_SIGNED_IN"]);
  expect(await refused({ authorization: `Basic ${user.accessToken}` })).toEqual([401, "NOT_SIGNED_IN"]);
  expect(await refused({ ...bearer(user), "x-tenant-id": other.tenant })).toEqual([403, "TENANT_MISMATCH"]);
  expect(await incoming(app)).toEqual([]);
  const own = await upload(app, user, formOf({ bytes: await makePdf(["Own."]) }), { "x-tenant-id": user.tenant });
  expect(own.status).toBe(201);
});

test("uploads count against the user's calls", async () => {
  const strict = await startTestApp({ env: { RATE_LIMIT_PER_MINUTE: "3" } });
  const user = await strict.signIn();
  const statuses: number[] = [];
  for (let i = 0; i < 4; i++) statuses.push((await upload(strict, user, new FormData())).status);
  expect(statuses).toEqual([400, 400, 400, 429]);
});
