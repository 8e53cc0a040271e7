import { reasonOf } from "../isolation/call.ts";
import { createCaller } from "../../server/router.ts";
import { codeIn, contextOf, type TestApp } from "../support/app.ts";
import { waitFor } from "../support/server-process.ts";

type Place = { tenant: string; email: string };

const anonymous = ({ app }: TestApp, tenant: string) => createCaller(contextOf(app, { tenantSlug: tenant }));

const request = async (test: TestApp, { tenant, email }: Place) => {
  const { length } = test.printed;
  const { challengeId } = await anonymous(test, tenant).auth.requestCode({ email });
  const newest = () => test.printed.slice(length).findLast((line) => line.includes(email));
  const verify = (code: string) => anonymous(test, tenant).auth.verifyCode({ challengeId, code });
  return { newest, verify };
};

/** Asks for a code, which is mailed; `verify` signs in with it. */
export const askForCode = async (test: TestApp, place: Place) => {
  const { newest, verify } = await request(test, place);
  const code = codeIn(await waitFor(newest));
  return { verify: () => verify(code) };
};

/**
 * What comes of asking for a code and signing in. The mail to a `known` address goes out after the one to this address: where
 * that has arrived, this one has too, or never does.
 */
export const signInReason = async (test: TestApp, place: Place, known: Place): Promise<string> => {
  const { newest, verify } = await request(test, place);
  await askForCode(test, known);
  return verify(codeIn(newest()) || "000000").then(() => "signed in", reasonOf);
};
