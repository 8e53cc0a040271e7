import { expect, test } from "vitest";
import { ServerFailure } from "../server/errors.ts";
import { createLog, withFields } from "../server/log.ts";

const lines: string[] = [];
const log = createLog("debug", (line) => lines.push(line));
const lastLine = () => JSON.parse(lines.at(-1) ?? "{}") as Record<string, unknown>;

test("of a failure its class, code and frames are told, and never its words, which may be a person's", () => {
  const cause = new TypeError("c4n4ry in the cause");
  log.error("call", { error: Object.assign(new Error("c4n4ry in the message", { cause }), { code: "23505" }) });
  log.warn("call", { error: "c4n4ry thrown as text" });
  expect(lines.join("")).not.toContain("c4n4ry");
  expect(lines[0]).toContain('"code":"23505"');
  expect(lines[0]).toContain('"error":"TypeError"');
});

test("of what another server answered, status and message are told, however deep it lies among the causes", () => {
  const answered = new ServerFailure("The mail server failed at RCPT TO: 550 no", { status: 550 });
  const error = new Error("c4n4ry", { cause: new Error("c4n4ry", { cause: answered }) });
  log.error("call", { error });
  expect(lastLine()).toMatchObject({
    cause: { cause: { status: 550, message: "The mail server failed at RCPT TO: 550 no" } },
  });
  expect(lines.at(-1)).not.toContain("c4n4ry");
});

test("a status is told by whichever name a client gives it; what is no number or word is not", () => {
  log.warn("call", { error: Object.assign(new Error("c4n4ry"), { $metadata: { httpStatusCode: 503 } }) });
  expect(lastLine()).toMatchObject({ status: 503 });
  log.warn("call", { error: Object.assign(new Error("c4n4ry"), { code: { c4n4ry: 1 }, status: "c4n4ry" }) });
  expect(lines.at(-1)).not.toContain("c4n4ry");
});

test("a failure that is its own cause is told to an end", () => {
  const error = new Error("one");
  error.cause = new Error("two", { cause: error });
  log.error("call", { error });
  expect(lastLine()).toMatchObject({ error: "Error", cause: { error: "Error" } });
});

test("a log with fields writes them to every line, and what a line says itself goes before", () => {
  const own = withFields(log, { requestId: "request-1", path: "files.list" });
  own.info("call", { path: "files.get" });
  expect(lastLine()).toMatchObject({ requestId: "request-1", path: "files.get", level: "info" });
});
