import { createTransport } from "nodemailer";
import { ReasonError } from "../errors.ts";

/** A login code on its way to a person. `tenantName` is text that somebody chose. */
export type CodeMail = { email: string; code: string; tenantName: string; expiresAt: Date };

export type Delivery = {
  /** Throws `SERVICE_UNAVAILABLE` when the mail server does not take the message. */
  sendCode(to: CodeMail): Promise<void>;
  close(): void;
};

type Options = { mail?: { smtpUrl: string; from: string } | undefined; print: (line: string) => void };

const STEP_MS = 5_000;
const WHOLE_MS = 8_000;

/** By mail where a mail server is configured; otherwise a line for the developer. */
export const createDelivery = ({ mail, print }: Options): Delivery =>
  mail ? createMailDelivery(mail) : createPrintDelivery(print);

const createPrintDelivery = (print: Options["print"]): Delivery => ({
  sendCode: async ({ email, code, expiresAt }) =>
    print(`login code for ${email}: ${code} (valid until ${timeOf(expiresAt, undefined)})`),
  close: () => {},
});

const createMailDelivery = ({ smtpUrl, from }: { smtpUrl: string; from: string }): Delivery => {
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
  const until = `${timeOf(expiresAt, "UTC")} UTC`;
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

/** Hours and minutes; in the process's own time zone where none is named. */
const timeOf = (date: Date, timeZone: string | undefined): string =>
  date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone });

const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
