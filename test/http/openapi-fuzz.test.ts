import * as fc from "fast-check";
import { expect, test } from "vitest";
import { codeIn, startTestApp } from "../support/app.ts";
import { ingestFile } from "../support/files.ts";
import { fitting, nearly, strange } from "../support/json-schema-inputs.ts";
import { createValidator, operationsOf, type Described, type OpenApi } from "../support/openapi.ts";
import { makeEncryptedPdf, makePdf } from "../support/pdf.ts";

/** A short form in the suite; `FUZZ_RUNS=5000` for a long one, which begins elsewhere each time. */
const LONG = process.env["FUZZ_RUNS"];
const RUNS = Number(LONG ?? 25);

const app = await startTestApp({ env: { TRUST_PROXY: "1" } });
const admin = await app.signIn();
const user = await app.signIn({ tenant: admin.tenant });
const paper = await makePdf(["The harvest of barley was 4711 tons in 1893."]);
const shared = await ingestFile(app, admin, { bytes: paper });
const document = (await (await fetch(`${app.url}/openapi.json`)).json()) as OpenApi;
const named = document.components.schemas;
const complain = createValidator(document);

type Sent = { path: string; headers: Record<string, string>; body?: string | Uint8Array<ArrayBuffer> | FormData };
type Reply = { status: number; type: string; text: string };

const send = async ({ method }: Described, { path, headers, body }: Sent): Promise<Reply> => {
  const response = await fetch(`${app.url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
  expect(response.headers.get("x-request-id")).toMatch(/^[\w-]{8,64}$/);
  const [type = ""] = (response.headers.get("content-type") ?? "").split(";");
  return { status: response.status, type, text: await response.text() };
};

/** What a reply has that the document does not tell. */
const undocumented = ({ responses }: Described, { status, type, text }: Reply): string => {
  const schema = responses[status]?.content[type]?.schema;
  if (status >= 500 || !schema) return `${status} ${type}: ${text.slice(0, 200)}`;
  if (type === "application/pdf") return text.startsWith("%PDF-") ? "" : "no PDF";
  const data = type === "text/event-stream" ? text.matchAll(/^data: (.*)$/gm).map(([, line]) => line ?? "") : [text];
  return [...data].flatMap((one) => complain(schema, JSON.parse(one)) || []).join("; ");
};

const operations = operationsOf(document);
const operation = (id: string): Described => {
  const found = operations.find(({ operationId }) => operationId === id);
  if (!found) throw new Error(`There is no operation ${id}.`);
  return found;
};

const bearer = { authorization: `Bearer ${user.accessToken}` };
const json = (value: unknown) => ({
  headers: { ...bearer, "content-type": "application/json" },
  body: JSON.stringify(value) ?? "",
});
const formOf = (bytes: Uint8Array, field = "file", name = "paper.pdf") => {
  const form = new FormData();
  form.append(field, new Blob([new Uint8Array(bytes)]), name);
  return form;
};

test("every operation succeeds as the document tells", async () => {
  const done = new Set<string>();
  const run = async (id: string, sent: Partial<Sent>, status = 200): Promise<Record<string, string>> => {
    const reply = await send(operation(id), { path: operation(id).path, headers: bearer, ...sent });
    expect([id, reply.status, undocumented(operation(id), reply)]).toEqual([id, status, ""]);
    done.add(id);
    return reply.type === "application/json" ? (JSON.parse(reply.text) as Record<string, string>) : {};
  };
  const asked = json({ email: "ada@example.org" });
  const { challengeId } = await run("authRequestCode", {
    ...asked,
    headers: { ...asked.headers, "x-tenant-id": app.newTenant() },
  });
  await run("authVerifyCode", json({ challengeId, code: codeIn(app.printed.at(-1)) }));
  const bytes = await makePdf(["Oats."]);
  const { id } = await run("filesUpload", { body: formOf(bytes) }, 201);
  await run("filesUpload", { body: formOf(bytes) });
  await run("filesList", { path: "/v1/files?limit=1&status=queued" });
  await run("filesGet", { path: `/v1/files/${id}` });
  await run("filesContent", { path: `/v1/files/${id}/content` });
  await run("chatAsk", json({ question: "How many tons of barley?", fileIds: [shared.id] }));
  await run("usageSummary", { headers: { authorization: `Bearer ${admin.accessToken}` } });
  const failed = await ingestFile(app, user, { bytes: await makeEncryptedPdf() });
  await run("filesRetry", { path: `/v1/files/${failed.id}/retry` });
  await run("filesRetryFailed", json({ reasons: ["PDF_ENCRYPTED"] }));
  await run("filesRemove", { path: `/v1/files/${id}` });
  expect([...done].toSorted()).toEqual(operations.map(({ operationId }) => operationId).toSorted());
});

const headerText = fc.stringMatching(/^[\x21-\x7e\xa1-\xff]{0,60}$/);
const oftenly = <T>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: usual }, { weight: 1, arbitrary: other });
const asText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
/** A path's dots would lead to another route. */
const segment = strange
  .map(asText)
  .filter((text) => !/^(\.|%2e){0,2}$/i.test(text))
  .map((text) => encodeURIComponent(text.toWellFormed()));

const parametersOf = (
  { parameters }: Described,
  place: "path" | "query" | "header",
): fc.Arbitrary<Record<string, string>> => {
  const own = parameters.filter((parameter) => parameter.in === place);
  const values = own.map(({ name, schema }): [string, fc.Arbitrary<string>] => {
    const fits = fitting(schema, named).map(String);
    if (place === "path") return [name, oftenly(fc.oneof(fits, fc.constant(shared.id)), segment)];
    return [
      name,
      place === "header"
        ? oftenly(
            fits.filter((text) => /^[\x21-\x7e]*$/.test(text)),
            headerText,
          )
        : oftenly(fits, strange.map(asText)),
    ];
  });
  return fc.record(Object.fromEntries(values), {
    requiredKeys: own.filter(({ required }) => required).map(({ name }) => name),
  });
};

const bytes = fc.oneof(
  fc.constantFrom<Uint8Array>(paper, Buffer.from("%PDF-1.4 and no more")),
  fc.uint8Array({ maxLength: 200 }),
);
type Body = Pick<Sent, "body"> & { type?: string };
const bodyOf = ({ requestBody }: Described): fc.Arbitrary<Body> => {
  const raw = fc
    .tuple(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom("application/json", "text/plain", "multipart/form-data; boundary=x", "multipart/form-data"),
    )
    .map(([body, type]) => ({ body: new Uint8Array(body), type }));
  const schema = requestBody?.content["application/json"]?.schema;
  if (schema) {
    const value = oftenly(fitting(schema, named), nearly(schema, named));
    return oftenly<Body>(
      value.map((body) => ({ body: JSON.stringify(body), type: "application/json" })),
      raw,
    );
  }
  if (!requestBody) return fc.constant({});
  return oftenly<Body>(
    fc
      .tuple(bytes, oftenly(fc.constant("file"), fc.string()), fc.string({ unit: "binary" }))
      .map(([data, field, name]) => ({ body: formOf(data, field, name) })),
    raw,
  );
};

const requestTo = (operation: Described): fc.Arbitrary<Sent> =>
  fc
    .record({
      path: parametersOf(operation, "path"),
      query: parametersOf(operation, "query"),
      headers: parametersOf(operation, "header"),
      authorization: oftenly(fc.constant(bearer.authorization), headerText),
      address: fc.ipV4(),
      content: bodyOf(operation),
    })
    .map(({ path, query, headers, authorization, address, content: { body, type } }) => ({
      path: `${operation.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => path[name] ?? "")}?${new URLSearchParams(query)}`,
      headers: { ...headers, authorization, "x-forwarded-for": address, ...(type ? { "content-type": type } : {}) },
      ...(body === undefined ? {} : { body }),
    }));

test.for(operations)(
  "$method $path answers everything as the document tells",
  { timeout: RUNS * 2_000 },
  async (operation) => {
    const statuses = new Set<number>();
    const property = fc.asyncProperty(requestTo(operation), async (sent) => {
      const reply = await send(operation, sent);
      statuses.add(reply.status);
      expect(undocumented(operation, reply)).toBe("");
    });
    await fc.assert(property, { numRuns: RUNS, endOnFailure: !LONG, ...(LONG ? {} : { seed: 1 }) });
    // The inputs were neither all refused nor all taken.
    expect(statuses.size).toBeGreaterThan(1);
  },
);
