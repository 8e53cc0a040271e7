import { expect, test } from "vitest";
import { countHeads, describe } from "../../server/files/describe.ts";
import { countTokens } from "../../server/tokens.ts";

test("the sections of a large document are counted in turns of the event loop", async () => {
  const thai = Array.from({ length: 240 }, (_, at) => String.fromCharCode(0xe01 + ((at * 7) % 46))).join("");
  const sections = Array.from({ length: 3_000 }, (_, at) => `${at} ${thai}`);
  let [turns, counting] = [0, true];
  const turn = () => {
    turns += 1;
    if (counting) setImmediate(turn);
  };
  setImmediate(turn);
  const heads = await countHeads(
    "report.pdf",
    [...sections, ...sections, null].map((section) => ({ section })),
  );
  counting = false;
  expect(heads.size).toBe(3_001);
  const [section = ""] = sections;
  expect(heads.get(section)).toBe(countTokens(describe("report.pdf", { section, text: "" })));
  expect(turns).toBeGreaterThan(10);
});
