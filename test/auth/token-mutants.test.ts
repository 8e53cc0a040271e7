import { expect, test } from "vitest";
import { createTokens } from "../../server/auth/access-token.ts";
import { ReasonError } from "../../server/errors.ts";
import { newId } from "../../server/id.ts";
import { startTestApp } from "../support/app.ts";
import { createRandom } from "../support/random.ts";

/** A hundred thousand, in the long form; and a tenth of those over HTTP. */
const MUTANTS = Number(process.env["TOKEN_MUTANTS"] ?? 4_000);

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const mutator = (seed: number) => {
  const next = createRandom(seed);
  const at = (length: number) => Math.floor(next() * length);
  const json = (part: string, change: (text: string) => string) =>
    Buffer.from(change(Buffer.from(part, "base64url").toString("latin1")), "latin1").toString("base64url");
  const flip = (text: string, letters: string) => {
    const place = at(text.length);
    return `${text.slice(0, place)}${letters[at(letters.length)]}${text.slice(place + 1)}`;
  };
  return (token: string, other: string): string => {
    const parts = token.split(".") as [string, string, string];
    const foreign = other.split(".");
    const which = at(3);
    switch (at(7)) {
      case 0:
        return flip(token, `${ALPHABET}.=+/ %`);
      case 1:
        return parts
          .map((part, index) => (index === which ? json(part, (text) => flip(text, '{}":,0aZ\u0000\u00ff')) : part))
          .join(".");
      case 2:
        return parts.map((part, index) => (index === which ? (foreign[index] ?? "") : part)).join(".");
      case 3:
        return token.slice(0, at(token.length));
      case 4:
        return token.slice(0, at(token.length)) + token.slice(at(token.length));
      case 5:
        return parts.toSorted(() => next() - 0.5).join(".") + (next() < 0.5 ? "" : ".");
      default:
        return parts
          .map((part, index) =>
            index === 1 ? json(part, (text) => text.replace(/[0-9a-f]{8}/, newId().slice(0, 8))) : part,
          )
          .join(".");
    }
  };
};

test("no change to a token makes another that is let in", async () => {
  const tokens = createTokens({ secret: "the secret of this server, 32 bytes or more", ttlMs: 3_600_000 });
  const sign = async () => (await tokens.sign({ tenantId: newId(), userId: newId(), sessionId: newId() })).accessToken;
  const originals = await Promise.all(Array.from({ length: 20 }, sign));
  const mutate = mutator(11);
  const outcomes = new Map<string, number>();
  for (let n = 0; n < MUTANTS; n++) {
    const [token = "", other = ""] = [originals[n % 20], originals[(n + 7) % 20]];
    const mutant = mutate(token, other);
    if (originals.includes(mutant)) continue;
    const outcome = await tokens.verify(mutant).then(
      () => `accepted ${mutant}`,
      (error: unknown) => (error instanceof ReasonError ? error.reason : `thrown ${String(error)}`),
    );
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  expect([...outcomes.keys()]).toEqual(["NOT_SIGNED_IN"]);
}, 600_000);

test("and over HTTP none is a failure of ours", async () => {
  const app = await startTestApp({ env: { RATE_LIMIT_PER_MINUTE: "10000000" } });
  const { accessToken } = await app.signIn();
  const other = (await app.signIn()).accessToken;
  const mutate = mutator(13);
  const statuses = new Set<number>();
  for (let n = 0; n < MUTANTS / 10; n++) {
    const mutant = mutate(accessToken, other).replaceAll(/[^\x21-\x7e]/g, "");
    if (mutant === accessToken || mutant === other) continue;
    const response = await fetch(`${app.url}/v1/usage`, { headers: { authorization: `Bearer ${mutant}` } });
    await response.arrayBuffer();
    statuses.add(response.status);
  }
  expect([...statuses]).toEqual([401]);
}, 600_000);
