import { createServer, type AddressInfo, type Server } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { afterAll, describe, expect, it } from "vitest";
import { openDelivery, type Delivery } from "../../server/auth/deliver.ts";
import { Email } from "../../server/contract/email.ts";

type Received = { to: string[]; from: string; utf8: boolean; source: string };

const mail = {
  email: "person@example.com",
  code: "012345",
  tenantName: "Acme",
  expiresAt: new Date("2030-01-02T12:34:00Z"),
};

const closing: (() => Promise<void> | void)[] = [];
afterAll(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
};

const startMailServer = async (options: SMTPServerOptions = {}) => {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const { mailFrom, rcptTo, smtpUtf8 = false } = session.envelope;
        const from = mailFrom ? mailFrom.address : "";
        const to = rcptTo.map(({ address }) => address);
        received.push({ from, to, utf8: smtpUtf8, source: Buffer.concat(chunks).toString() });
        done();
      });
    },
    ...options,
  });
  server.on("error", () => {});
  const port = await listen(server.server);
  closing.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { received, port };
};

const deliverTo = async (smtpUrl: string): Promise<Delivery> => {
  const delivery = await openDelivery({ mail: { smtpUrl, from: "DocuChat <no-reply@example.com>" }, print: () => {} });
  closing.push(() => delivery.close());
  return delivery;
};

const decodeQuotedPrintable = (text: string): string =>
  Buffer.from(
    text
      .replaceAll(/=\r\n/g, "")
      .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  ).toString();

const subjectOf = (source: string): string => /^Subject: (.*(?:\r\n\s.*)*)/m.exec(source)?.[1] ?? "";

describe("a login code by mail", () => {
  it("goes to its one recipient, from the configured sender, as text and as HTML", async () => {
    const { received, port } = await startMailServer();
    await (await deliverTo(`smtp://127.0.0.1:${port}`)).sendCode(mail);
    expect(received).toMatchObject([{ to: ["person@example.com"], from: "no-reply@example.com" }]);
    const source = decodeQuotedPrintable(received[0]?.source ?? "");
    expect(source).toMatch(/^To: person@example\.com\r$/m);
    const advice = "If you did not request it, ignore this email: nobody can sign in without the code.";
    const [text = "", html = ""] = source.split("text/html");
    expect(text).toContain("text/plain");
    expect(text).toContain(
      `Your sign-in code for Acme:\r\n\r\n012345\r\n\r\nThe code is valid once, until 12:34 UTC. ${advice}`,
    );
    expect(html).toContain("<p>Your sign-in code for Acme:</p>\r\n<p style=");
    expect(html).toContain(`>012345</p>\r\n<p>The code is valid once, until 12:34 UTC. ${advice}</p>`);
    expect(source.match(/012345/g)).toHaveLength(2);
  });

  it("keeps the code out of the subject", async () => {
    const { received, port } = await startMailServer();
    await (await deliverTo(`smtp://127.0.0.1:${port}`)).sendCode(mail);
    const headers = received[0]?.source.split("\r\n\r\n")[0] ?? "";
    expect(subjectOf(headers)).toBe("Sign in to Acme");
    expect(headers).not.toContain("012345");
  });

  it("cannot be given more headers or markup by a tenant's name", async () => {
    const { received, port } = await startMailServer();
    const tenantName = ' Evil\r\nBcc: victim@example.com\r\n\r\n<a href="http://evil.example">win</a>';
    await (await deliverTo(`smtp://127.0.0.1:${port}`)).sendCode({ ...mail, tenantName });
    const source = decodeQuotedPrintable(received[0]?.source ?? "");
    expect(received[0]?.to).toEqual(["person@example.com"]);
    expect(source).not.toMatch(/^Bcc:/m);
    const name = "Evil Bcc: victim@example.com &#60;a href=&#34;http://evil.example&#34;&#62;win&#60;/a&#62;";
    expect(source.slice(source.indexOf("text/html"))).toContain(`<p>Your sign-in code for ${name}:</p>`);
  });

  it("cannot be sent to more people by an address that holds a list", async () => {
    const { received, port } = await startMailServer();
    const sent = (await deliverTo(`smtp://127.0.0.1:${port}`)).sendCode({
      ...mail,
      email: "a@example.com, b@example.com",
    });
    await sent.catch(() => {});
    expect(received.flatMap(({ to }) => to)).not.toContain("b@example.com");
  });

  const INTERNATIONAL = [
    "jürgen@xn--mnchen-3ya.example",
    "علی@xn--mgbh0fb.xn--mgba3a4f16a",
    "用户@xn--r8jz45g.jp",
    "иван@example.org",
  ];

  it.each(INTERNATIONAL)("reaches %s, whose name takes SMTPUTF8 (RFC 6531)", async (email) => {
    const { received, port } = await startMailServer();
    await (await deliverTo(`smtp://127.0.0.1:${port}`)).sendCode({ ...mail, email });
    expect(received.map(({ to, utf8 }) => [to.map((address) => Email.parse(address)), utf8])).toEqual([
      [[email], true],
    ]);
    expect(received[0]?.source).toContain("012345");
  });

  const ASCII = ["x@xn--mnchen-3ya.example", "r&d@example.org", "!#$%&'*+-/=?^_`{|}~@example.org"];

  it.each(ASCII)("reaches %s by a server that knows ASCII alone", async (email) => {
    const { received, port } = await startMailServer({ hideSMTPUTF8: true });
    await (await deliverTo(`smtp://127.0.0.1:${port}`)).sendCode({ ...mail, email });
    expect(received.map(({ to, utf8 }) => [to.map((address) => Email.parse(address)), utf8])).toEqual([
      [[email], false],
    ]);
  });

  it("logs in where the address of the server holds a user and a password", async () => {
    const seen: unknown[] = [];
    const { received, port } = await startMailServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) => {
        seen.push([username, password]);
        done(null, { user: username });
      },
    });
    await (await deliverTo(`smtp://mailer:p%40ss@127.0.0.1:${port}`)).sendCode(mail);
    expect(seen).toEqual([["mailer", "p@ss"]]);
    expect(received).toHaveLength(1);
  });
});

describe.concurrent("a mail server that fails", () => {
  const fails = async (smtpUrl: string) => {
    await expect((await deliverTo(smtpUrl)).sendCode(mail)).rejects.toMatchObject({
      reason: "SERVICE_UNAVAILABLE",
      cause: expect.any(Error),
    });
  };

  it("and is not there makes the delivery unavailable", async () => {
    const server = createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    await fails(`smtp://127.0.0.1:${port}`);
  });

  it("and refuses the recipient makes the delivery unavailable", async () => {
    const { port } = await startMailServer({
      onRcptTo: (_address, _session, done) => done(new Error("no such person")),
    });
    await fails(`smtp://127.0.0.1:${port}`);
  });

  it("and refuses the password makes the delivery unavailable", async () => {
    const { port } = await startMailServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => done(new Error("wrong")),
    });
    await fails(`smtp://a:b@127.0.0.1:${port}`);
  });

  it("and never greets makes the delivery unavailable in a few seconds", async () => {
    const server = createServer((socket) => socket.on("error", () => {}).resume());
    const port = await listen(server);
    closing.push(() => void server.close());
    await fails(`smtp://127.0.0.1:${port}`);
  });

  it("and stops in the middle makes the delivery unavailable in a few seconds", async () => {
    const { port } = await startMailServer({ onData: (stream) => void stream.resume() });
    await fails(`smtp://127.0.0.1:${port}`);
  });

  it("and keeps talking without ever answering is given up all the same", async () => {
    const server = createServer((socket) => {
      socket.on("error", () => {}).write("220 hello\r\n");
      const talk = setInterval(() => socket.write("250-more\r\n"), 500);
      socket.on("close", () => clearInterval(talk)).resume();
    });
    const port = await listen(server);
    closing.push(() => void server.close());
    await fails(`smtp://127.0.0.1:${port}`);
  });
});

describe("a login code without a mail server", () => {
  it("is printed on one clear line", async () => {
    const lines: string[] = [];
    const delivery = await openDelivery({ print: (line) => lines.push(line) });
    await delivery.sendCode(mail);
    delivery.close();
    expect(lines).toEqual([
      expect.stringMatching(/^login code for person@example\.com: 012345 \(valid until \d\d:\d\d\)$/),
    ]);
  });
});
