import { expect, test } from "vitest";
import { PgliteError, toWireError } from "../../db/pglite/wire.ts";

test("of an error between threads its code and place are left, and nothing of the query or its values", () => {
  const thrown = Object.assign(new Error("duplicate key"), {
    code: "23505",
    constraint: "files_sha256",
    table: "files",
    query: "insert into files values ($1)",
    params: ["secret"],
    position: 7,
  });
  const sent = toWireError(thrown);
  expect(sent).toEqual({ message: "duplicate key", code: "23505", constraint: "files_sha256", table: "files" });
  expect(new PgliteError(sent)).toMatchObject({ ...sent, name: "PgliteError" });
});

test("what is no error still fails with a message", () => {
  expect(toWireError("a string")).toEqual({});
  expect(new PgliteError({}).message).not.toBe("");
});
