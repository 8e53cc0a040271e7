import { LIMITS } from "../contract/limits.ts";
import type { App, RequestContext } from "../context.ts";
import { newId } from "../id.ts";
import { networkOf, takePoints, tryPoints, type Points } from "../rate-limit.ts";
import { isBrowserToken } from "./browser-token.ts";
import { accountOf, type Claim } from "./claim.ts";

/** A code that has been given for an account; the code itself is made of `seed`. */
export type GivenCode = {
  seed: string;
  /** The lease that holds the seed for as long as requests get the same code. */
  lease: string;
  /** Asked for by a browser that has signed in to the account before. */
  byBrowser: boolean;
  /** Given back when the code signs somebody in. */
  points: Points;
};

type Asked = { claim: Claim; browserToken: string | undefined };

/**
 * The account's unexpired code again, or a new one, so that whoever asks for codes of another's account only has the owner's
 * code mailed. Browsers that have signed in before have a code and budgets of their own, and anyone's where these are used
 * up. A mail with the code takes the points in `mail`, where there are some left. Throws `RATE_LIMITED`; membership plays no part in it.
 */
export const giveCode = async (
  { app, client }: RequestContext,
  { claim, browserToken }: Asked,
): Promise<GivenCode & { mail: Points }> => {
  const account = accountOf(app, claim);
  const own: Points = [["codesByBrowser", account]];
  const known = browserToken !== undefined && isBrowserToken(app.codeKey, claim, browserToken);
  if (known && (await tryPoints(app, own)))
    return { ...(await currentSeed(app, `browser-code:${account}`)), byBrowser: true, points: own, mail: [] };

  const network = networkOf(client.address);
  const asked: Points = [
    ["codesByClient", client.address],
    ["codesByNetwork", network],
  ];
  await takePoints(app, asked);
  const { fresh, ...code } = await currentSeed(app, `code:${account}`);
  const perAccount: Points[number] = ["codesByAccount", account];
  if (fresh) {
    const made: Points = [["codesByAccountAndNetwork", `${account} ${network}`], perAccount];
    await takePoints(app, made).catch(async (error: unknown) => {
      await app.keyValue.release(code.lease, code.seed);
      throw error;
    });
    return { ...code, byBrowser: false, points: [...asked, ...made], mail: [] };
  }
  const mail: Points = [["resendsByAccount", account]];
  // Whoever asked for the code first, its use gives its own point back.
  return { ...code, byBrowser: false, points: [...asked, perAccount, ...mail], mail };
};

const currentSeed = async ({ keyValue }: App, lease: string) => {
  const fresh = newId();
  const seed = await keyValue.holdOnce(lease, fresh, LIMITS.codeTtlMs);
  return { seed, lease, fresh: seed === fresh };
};

/** What one guess takes: bounded for each account, more tightly for each network. */
export const guessPoints = ({ app, client }: RequestContext, claim: Claim, { byBrowser }: GivenCode): Points => {
  const account = accountOf(app, claim);
  if (byBrowser) return [["guessesByBrowser", account]];
  return [
    ["guessesByAccountAndNetwork", `${account} ${networkOf(client.address)}`],
    ["guessesByAccount", account],
  ];
};
