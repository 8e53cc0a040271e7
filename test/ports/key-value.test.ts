import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { openKeyValue } from "../../server/key-value/open.ts";
import { keyValueContract } from "./key-value.contract.ts";

const { REDIS_URL } = process.env;

describe("key-value store in this process", () => {
  keyValueContract(() => openKeyValue(undefined));

  it("does not keep the process running", () => {
    const script = `
      import { openKeyValue } from "./server/key-value/open.ts";
      const keyValue = await openKeyValue(undefined);
      await keyValue.consume({ name: "rule", points: 1, windowMs: 60_000 }, "key");
      await keyValue.append("log", { id: 1, value: "x" }, 60_000);
      await keyValue.hold("lease", "holder", 60_000);`;
    const run = () => execFileSync(process.execPath, ["--input-type=module", "-e", script], { timeout: 10_000 });
    expect(run).not.toThrow();
  });
});

describe.skipIf(!REDIS_URL)("key-value store in Redis (needs REDIS_URL)", () => {
  keyValueContract(() => openKeyValue(REDIS_URL));
});
