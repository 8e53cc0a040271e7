import { createTransport } from "nodemailer";
import { ReasonError } from "../errors.ts";
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
      } catch (cause) {
        throw new ReasonError("SERVICE_UNAVAILABLE", { cause });
      }
    },
    close: () => transport.close(),
  };
};

/** The code stands in the body alone: subjects show on locked screens and in mail logs. */
const writeCodeMail = ({ code, tenantName, expiresAt }: CodeMail) => {
  const tenant = tenantName.replaceAll(/\s+/g, " ").trim();
  const until = `${expiresAt.toISOString().slice(11, 16)} UTC`;
  const ignore = "If you did not ask for it, ignore this message: nobody can sign in without the code.";
  return {
    subject: `Sign in to ${tenant}`,
    text: `Your code to sign in to ${tenant}:\n\n${code}\n\nIt is valid once, until ${until}. ${ignore}\n`,
    html: [
      `<p>Your code to sign in to ${escapeHtml(tenant)}:</p>`,
      `<p style="font:bold 28px monospace;letter-spacing:4px">${code}</p>`,
      `<p>It is valid once, until ${until}. ${ignore}</p>`,
    ].join("\n"),
  };
};

const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
