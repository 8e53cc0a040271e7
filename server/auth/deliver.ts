/** A login code on its way to a person. `tenantName` is text that somebody chose. */
export type CodeMail = { email: string; code: string; tenantName: string; expiresAt: Date };

export type Delivery = {
  /** Throws `SERVICE_UNAVAILABLE` when the mail server does not take the message. */
  sendCode(to: CodeMail): Promise<void>;
  close(): void;
};

type Options = { mail?: { smtpUrl: string; from: string } | undefined; print: (line: string) => void };

/** By mail where a mail server is configured; otherwise a line for the developer. */
export const openDelivery = async ({ mail, print }: Options): Promise<Delivery> =>
  mail ? (await import("./mail.ts")).createMailDelivery(mail) : createPrintDelivery(print);

const createPrintDelivery = (print: Options["print"]): Delivery => ({
  sendCode: async ({ email, code, expiresAt }) =>
    print(`login code for ${email}: ${code} (valid until ${clock(expiresAt)})`),
  close: () => {},
});

/** In the time zone of this process. */
const clock = (time: Date): string => time.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
