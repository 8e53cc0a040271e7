import { expect, test } from "vitest";
import { createLog } from "../server/log.ts";

test("of a failure its class, code and frames are told, and never its words, which may be a person's", () => {
  const lines: string[] = [];
  const log = createLog("debug", (line) => lines.push(line));
  const cause = new TypeError("c4n4ry in the cause");
  log.error("call", { error: Object.assign(new Error("c4n4ry in the message", { cause }), { code: "23505" }) });
  log.warn("call", { error: "c4n4ry thrown as text" });
  expect(lines.join("")).not.toContain("c4n4ry");
  expect(lines[0]).toContain('"code":"23505"');
  expect(lines[0]).toContain('"error":"TypeError"');
});
