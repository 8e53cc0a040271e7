import { createTransport } from "nodemailer";
import { ReasonError, ServerFailure } from "../errors.ts";
import type { CodeMail, Delivery } from "./deliver.ts";

const STEP_MS = 5_000;
const WHOLE_MS = 8_000;

/** Sends codes through the mail server that `smtpUrl` names. */
export const createMailDelivery = ({ smtpUrl, from }: { smtpUrl: string; from: string }): Delivery => {
  const transport = createTransport({
    url: smtpUrl,
    dnsTimeout: STEP_MS,
    connectionTimeout: STEP_MS,
    greetingTimeout: STEP_MS,
    socketTimeout: STEP_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    sendCode: async (to) => {
      try {
        // An address object is one recipient, whatever commas and brackets the text holds.
        const recipient = { name: "", address: to.email };
        await transport.sendMail({ from, to: recipient, ...writeCodeMail(to), signal: AbortSignal.timeout(WHOLE_MS) });
      } catch (error) {
        throw new ReasonError("SERVICE_UNAVAILABLE", { cause: toFailure(error, to) });
      }
    },
    close: () => transport.close(),
  };
};

const ADDRESS = /[^\s<>"'(),:;]+@[^\s<>"'(),:;]+/g;
const MAX_CHARS = 300;

/** What the mail server answered and at which command, for the log: without addresses of people and without the code. */
const toFailure = (error: unknown, { email, code, tenantName }: CodeMail): ServerFailure => {
  const { message = "", response, command, responseCode } = (error instanceof Error ? error : {}) as Refusal;
  const words = [email, code, tenantName].reduce((text, hidden) => text.replaceAll(hidden, "***"), response ?? message);
  const shown = words.replaceAll(ADDRESS, "***").replaceAll(/\s+/g, " ").slice(0, MAX_CHARS);
  const at = command === undefined ? "" : ` at ${command}`;
  return new ServerFailure(`The mail server failed${at}: ${shown}`, { status: responseCode, cause: error });
};
/** As nodemailer adds them to an error. */
type Refusal = Partial<Error> & { response?: string; command?: string; responseCode?: number };

/** The code stands in the body alone: subjects show on locked screens and in mail logs. */
const writeCodeMail = ({ code, tenantName, expiresAt }: CodeMail) => {
  const tenant = tenantName.replaceAll(/\s+/g, " ").trim();
  const until = `${expiresAt.toISOString().slice(11, 16)} UTC`;
  const ignore = "If you did not request it, ignore this email: nobody can sign in without the code.";
  return {
    subject: `Sign in to ${tenant}`,
    text: `Your sign-in code for ${tenant}:\n\n${code}\n\nThe code is valid once, until ${until}. ${ignore}\n`,
    html: [
      `<p>Your sign-in code for ${escapeHtml(tenant)}:</p>`,
      `<p style="font:bold 28px monospace;letter-spacing:4px">${code}</p>`,
      `<p>The code is valid once, until ${until}. ${ignore}</p>`,
    ].join("\n"),
  };
};

const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
