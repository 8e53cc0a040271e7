import { expect, test } from "vitest";
import { problemOf } from "../../db/requirements.ts";

const GOOD = { version: "15.20", major: 15, me: "docuchat", unsafe: false, pgvector: "0.8.0", stranger: null };

test("a server of the oldest versions that serve is taken", () => {
  expect(problemOf(GOOD)).toBeUndefined();
  expect(problemOf({ ...GOOD, version: "18.1", major: 18, pgvector: "1.0.0" })).toBeUndefined();
});

test.for([
  [{ version: "14.9", major: 14 }, "the server is PostgreSQL 14.9: use version 15 or newer"],
  [{ pgvector: null }, "the server has no pgvector: install pgvector 0.8 or newer there"],
  [{ pgvector: "0.7.4" }, "the database has pgvector 0.7.4: update the extension vector to 0.8 or newer"],
] as const)("what a server lacks is said with what to do: %o", ([change, problem]) => {
  expect(problemOf({ ...GOOD, ...change })).toBe(problem);
});
