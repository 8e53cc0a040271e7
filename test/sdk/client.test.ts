import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import {
  createDocuChat,
  DocuChatError,
  isReason,
  type ChatEvent,
  type ConnectionState,
} from "../../client-sdk/src/index.ts";
import type { DocuChatOptions } from "../../client-sdk/src/options.ts";
import { codeIn, startTestApp, type TestApp } from "../support/app.ts";
import { createInProcessClient } from "../support/in-process.ts";
import { startOpenAiServer, type OpenAiScript } from "../support/openai-server.ts";
import { makeImageOnlyPdf, makePdf } from "../support/pdf.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

const connect = (options: DocuChatOptions) => {
  const client = createDocuChat(options);
  onTestFinished(() => client.close());
  return client;
};

const signedIn = async ({ of = app, ...options }: Partial<DocuChatOptions> & { of?: TestApp } = {}) => {
  const { accessToken, tenant } = await of.signIn();
  return connect({ url: of.url, tenant, token: accessToken, ...options });
};

const blobOf = async (pages: string[]) => new Blob([new Uint8Array(await makePdf(pages))]);

const failureOf = async (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

const collect = async <T>(events: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const event of events) all.push(event);
  return all;
};

const textOf = (events: ChatEvent[]): string =>
  events.reduce((text, event) => (event.type === "delta" ? text + event.text : text), "");

const LIGHTHOUSE = "The lighthouse of Skerry Point was built in 1874. Its lamp is lit by the keeper at dusk.";

const TALK: OpenAiScript = {
  answer: () => `${Array.from({ length: 40 }, (_, i) => `word${i}`).join(" ")} [1].`,
  deltaDelayMs: 10,
};

const app = await startTestApp({ env: { MAX_FILE_SIZE_MB: "1" } });
const vendor = await startOpenAiServer(TALK);
afterAll(() => vendor.close());
/** Its model is a vendor that says forty words, slowly enough to be interrupted. */
const talkingApp = await startTestApp({ env: { OPENAI_API_KEY: "test", OPENAI_BASE_URL: vendor.baseUrl } });

const chats = () => vendor.requests.filter(({ path }) => path.endsWith("/chat/completions")).length;

/** A client of the talking app, whose tenant has a file to talk about. */
const readyToTalk = async (options: Partial<DocuChatOptions> = {}) => {
  const client = await signedIn({ ...options, of: talkingApp });
  await client.files.upload(await blobOf([LIGHTHOUSE])).ready;
  return client;
};

describe("signing in", () => {
  test("keeps what proves the browser known, over a sign-out too, and asks for the next code with it", async () => {
    const kept: (string | undefined)[] = [];
    const bodies: string[] = [];
    const client = connect({
      url: app.url,
      tenant: app.newTenant(),
      browserToken: { get: () => kept.at(-1), set: (token) => void kept.push(token) },
      fetch: (url, init) => {
        bodies.push(typeof init?.body === "string" ? init.body : "");
        return fetch(url, init);
      },
    });
    const signIn = async () => {
      const { challengeId } = await client.auth.requestCode({ email: "bea@example.org" });
      const code = codeIn(app.printed.findLast((line) => line.includes("bea@example.org")));
      return client.auth.verifyCode({ challengeId, code });
    };
    const first = await signIn();
    await client.auth.signOut();
    const second = await signIn();
    expect(kept).toEqual([first.browserToken, second.browserToken]);
    expect(bodies.filter((body) => body.includes(String(first.browserToken)))).toHaveLength(1);
    expect(bodies[0]).not.toContain("browserToken");
  });

  test("keeps the token of a verified code, and drops it at sign-out", async () => {
    const kept: (string | undefined)[] = [];
    const client = connect({
      url: `${app.url}/`,
      tenant: app.newTenant(),
      token: { get: () => kept.at(-1), set: (token) => void kept.push(token) },
    });
    const { challengeId, expiresAt } = await client.auth.requestCode({ email: "Ada@Example.org" });
    expect(expiresAt).toBeInstanceOf(Date);
    const { user, accessToken } = await client.auth.verifyCode({ challengeId, code: codeIn(app.printed.at(-1)) });
    expect((await client.auth.me()).user).toEqual(user);
    await client.auth.signOut();
    expect(kept).toEqual([accessToken, undefined]);
    expect(await failureOf(client.auth.me())).toMatchObject({ reason: "NOT_SIGNED_IN" });
  });

  test("a token that was revoked elsewhere fails calls and subscriptions with its reason", async () => {
    const user = await app.signIn();
    const client = connect({ url: app.url, token: user.accessToken });
    await user.caller.auth.signOut();
    expect(await failureOf(client.files.list())).toMatchObject({ reason: "SESSION_REVOKED" });
    expect(await failureOf(collect(client.files.watch()))).toMatchObject({ reason: "SESSION_REVOKED" });
  });
});

describe("failures", () => {
  test("carry the reason, its data, the server's message and the request to ask about", async () => {
    const client = await signedIn();
    const error = await failureOf(client.files.get({ fileId: "not an id" }));
    if (!isReason(error, "INVALID_INPUT")) throw error;
    expect(error.data.issues?.map(({ path }) => path)).toEqual(["fileId"]);
    expect(error.message).toContain("fileId");
    expect(error.requestId).toMatch(/^[\w-]{8,}$/);
    expect(isReason(error, "NOT_FOUND")).toBe(false);
  });

  test("each call of one batch has its own", async () => {
    const client = await signedIn();
    const missing = client.files.get({ fileId: "01890a5d-ac96-774b-bcce-b302099a8057" });
    const [list, failure] = await Promise.all([client.files.list(), failureOf(missing)]);
    expect(list.items).toEqual([]);
    expect(failure).toMatchObject({ reason: "NOT_FOUND" });
  });

  test("a server that is not there is SERVICE_UNAVAILABLE, with the cause", async () => {
    const client = connect({ url: "http://127.0.0.1:1", giveUpAfterMs: 200 });
    const calls = [
      () => client.files.list(),
      () => collect(client.files.watch()),
      () => client.files.upload(new Blob()),
    ];
    for (const call of calls) {
      const error = await failureOf(call());
      expect(error).toBeInstanceOf(DocuChatError);
      expect(error).toMatchObject({ reason: "SERVICE_UNAVAILABLE", requestId: undefined });
      expect((error as Error).cause).toBeInstanceOf(Error);
    }
  });

  test("an abort rejects at once with the signal's own reason", async () => {
    const client = await signedIn();
    const leaving = new AbortController();
    const calls = [client.files.list({}, { signal: leaving.signal }), client.auth.me()] as const;
    leaving.abort("enough");
    expect(await failureOf(calls[0])).toBe("enough");
    expect((await calls[1]).user.role).toBe("admin");
  });
});

describe("what is sent again under an idempotency key", () => {
  test("has one effect, gets the first answer, and is refused with another input", async () => {
    const client = await signedIn();
    const [guest, other] = [{ email: "guest@example.org" }, { email: "other@example.org" }];
    const key = { idempotencyKey: "invite-the-guest" };
    await Promise.all([client.admin.invite(guest, key), client.admin.invite(guest, key), client.admin.members()]);
    await client.admin.uninvite(guest);
    await client.admin.invite(guest, key);
    expect((await client.admin.invitations()).items).toEqual([]);
    expect(await failureOf(client.admin.invite(other, key))).toMatchObject({ reason: "INVALID_INPUT" });
    const [pdf, send] = [await blobOf([LIGHTHOUSE]), { idempotencyKey: "upload-the-light" }];
    const first = await client.files.upload(pdf, send);
    await client.files.remove({ fileId: first.id });
    expect((await client.files.upload(pdf, send)).id).toBe(first.id);
    expect((await client.files.list()).items).toEqual([]);
  });
});

describe("a connection that breaks before the answer comes", () => {
  const invited = async (key: { idempotencyKey?: string }) => {
    let cuts = 0;
    const cutOnce: typeof fetch = async (...call) => {
      const response = await fetch(...call);
      if (cuts++ > 0) return response;
      await response.arrayBuffer();
      throw new TypeError("fetch failed");
    };
    const client = await signedIn({ fetch: cutOnce });
    const failure = await failureOf(client.admin.invite({ email: "guest@example.org" }, key));
    const { items } = await client.admin.invitations();
    return { failure, guests: items.filter(({ email }) => email === "guest@example.org").length, sent: cuts };
  };

  test("a change that has its key is sent again, to one effect", async () => {
    const { failure, guests, sent } = await invited({ idempotencyKey: "invite-once-only" });
    expect({ failure, guests, sent }).toEqual({ failure: undefined, guests: 1, sent: 3 });
  });

  test("one without a key is not", async () => {
    const { failure, guests, sent } = await invited({});
    expect({ guests, sent }).toEqual({ guests: 1, sent: 2 });
    expect(isReason(failure, "SERVICE_UNAVAILABLE")).toBe(true);
  });

  test("a question is", async () => {
    const proxy = await startTcpProxy(app.url);
    const client = await signedIn({ url: proxy.url });
    await client.files.list({});
    proxy.cutAfterBytes(100);
    expect(await client.files.list({})).toMatchObject({ items: [] });
  });
});

describe("uploads", () => {
  test("tell their progress, when the file has arrived and when it is ready", async () => {
    const client = await signedIn();
    const data = Buffer.concat([await makePdf([LIGHTHOUSE]), Buffer.alloc(300_000)]);
    const sent: number[] = [];
    const upload = client.files.upload({ name: "light.pdf", data }, { onProgress: (at) => sent.push(at.sentBytes) });
    const file = await upload;
    expect(file).toMatchObject({ name: "light.pdf", sizeBytes: data.length, deduplicated: false });
    expect(file.createdAt).toBeInstanceOf(Date);
    expect(sent.length).toBeGreaterThan(2);
    expect(sent).toEqual(sent.toSorted((a, b) => a - b));
    expect(sent.at(-1)).toBe(data.length);
    expect(await upload.ready).toMatchObject({ id: file.id, status: "ready", pageCount: 1 });
    const again = await client.files.upload(new File([data], "copy.pdf"));
    expect(again).toMatchObject({ id: file.id, deduplicated: true });
    expect(await again.ready).toMatchObject({ status: "ready" });
  });

  test("are refused with the reason of the HTTP answer", async () => {
    const client = await signedIn();
    const large = { name: "large.pdf", data: Buffer.alloc(3_000_000, "%PDF-1.7\n") };
    const upload = client.files.upload(large);
    expect(await failureOf(upload.ready)).toMatchObject({ reason: "FILE_TOO_LARGE" });
    expect(await failureOf(client.files.upload(large, { onProgress: () => {} }))).toMatchObject({
      reason: "FILE_TOO_LARGE",
    });
    expect(await failureOf(client.files.upload(new Blob(["no PDF"])))).toMatchObject({ reason: "FILE_NOT_PDF" });
  });

  test("of a PDF that cannot be read are never ready, for its reason", async () => {
    const client = await signedIn();
    const error = await failureOf(client.files.upload(new Blob([new Uint8Array(await makeImageOnlyPdf(2))])).ready);
    if (!isReason(error, "PDF_NO_TEXT")) throw error;
    expect(error.data.pages).toEqual([1, 2]);
  });

  test("end with the signal's reason when they are aborted", async () => {
    const client = await signedIn();
    const leaving = new AbortController();
    const upload = client.files.upload(await blobOf([LIGHTHOUSE]), {
      signal: leaving.signal,
    });
    leaving.abort("enough");
    expect(await failureOf(upload)).toBe("enough");
  });
});

describe("an answer", () => {
  test("is iterated from start to finish, and its citations name the page", async () => {
    const client = await signedIn();
    await client.files.upload(await blobOf(["Nothing here.", LIGHTHOUSE])).ready;
    const events = await collect(client.chat.ask({ question: "When was the lighthouse of Skerry Point built?" }));
    expect(events.at(0)?.type).toBe("started");
    expect(events.at(-1)).toMatchObject({ type: "finished", outcome: "answered" });
    expect(textOf(events)).toContain("1874");
    expect(events.find((event) => event.type === "citation")).toMatchObject({ fileName: "document.pdf", page: 2 });
  });

  test("survives cuts of the connection: no event lost, none doubled, and one call of the model", async () => {
    const proxy = await startTcpProxy(talkingApp.url);
    const states: ConnectionState[] = [];
    const client = await readyToTalk({ url: proxy.url, onConnection: (state) => states.push(state) });
    const before = chats();
    const answer = client.chat.ask({ question: "When was the lighthouse built?" });
    const events: ChatEvent[] = [];
    let deltas = 0;
    for await (const event of answer) {
      events.push(event);
      if (event.type !== "delta") continue;
      deltas += 1;
      if (deltas % 5 === 1) proxy.cutAfterBytes(150 + 37 * deltas);
      if (deltas % 12 === 0) proxy.cut();
    }
    expect(states.filter((state) => state === "connecting").length).toBeGreaterThan(4);
    // Iterating again asks under the same name, and so reads the same answer from its beginning.
    expect(events).toEqual(await collect(answer));
    expect(textOf(events)).toMatch(/^word0 word1 .* word39 \[1\]\.$/);
    expect(chats() - before).toBe(1);
  });

  test("moves to a new socket at once when the network has changed, and loses and doubles nothing", async () => {
    const page = new EventTarget();
    const { addEventListener, removeEventListener } = page;
    Object.assign(globalThis, {
      addEventListener: addEventListener.bind(page),
      removeEventListener: removeEventListener.bind(page),
    });
    onTestFinished(() => {
      for (const name of ["addEventListener", "removeEventListener"]) Reflect.deleteProperty(globalThis, name);
    });
    let sockets = 0;
    class CountedSocket extends WebSocket {
      constructor(...args: ConstructorParameters<typeof WebSocket>) {
        super(...args);
        sockets += 1;
      }
    }
    const client = await readyToTalk({ WebSocket: CountedSocket });
    const before = sockets;
    const answer = client.chat.ask({ question: "When was the lighthouse built?" });
    const events: ChatEvent[] = [];
    for await (const event of answer) {
      events.push(event);
      if (events.filter(({ type }) => type === "delta").length === 3 && event.type === "delta")
        page.dispatchEvent(new Event("online"));
    }
    expect(sockets).toBe(before + 1);
    expect(events).toEqual(await collect(answer));
  });

  test("comes as server-sent events where no WebSocket gets through, and survives cuts there too", async () => {
    class BlockedSocket extends WebSocket {
      constructor() {
        super("ws://127.0.0.1:1/");
      }
    }
    const proxy = await startTcpProxy(talkingApp.url);
    const addresses: string[] = [];
    const client = await readyToTalk({
      url: proxy.url,
      WebSocket: BlockedSocket,
      fetch: (input, init) => {
        addresses.push(input instanceof Request ? input.url : `${input}`);
        return fetch(input, init);
      },
    });
    const before = chats();
    const answer = client.chat.ask({ question: "When was the lighthouse built?" });
    const events: ChatEvent[] = [];
    for await (const event of answer) {
      events.push(event);
      if (events.filter(({ type }) => type === "delta").length % 10 === 5 && event.type === "delta") proxy.cut();
    }
    expect(textOf(events)).toMatch(/^word0 word1 .* word39 \[1\]\.$/);
    expect(events).toEqual(await collect(answer));
    expect(chats() - before).toBe(1);
    expect(addresses.filter((address) => address.endsWith("/trpc/chat.ask")).length).toBeGreaterThan(2);
    expect(addresses.every((address) => !address.includes("lighthouse") && !/token|bearer/i.test(address))).toBe(true);
    const stranger = connect({ url: talkingApp.url, WebSocket: BlockedSocket });
    expect(await failureOf(collect(stranger.files.watch()))).toMatchObject({ reason: "NOT_SIGNED_IN" });
  });

  test.for(["WebSocket", "server-sent events"] as const)(
    "ends with its session, which the application hears of, and is not subscribed to again (%s)",
    async (transport) => {
      class BlockedSocket extends WebSocket {
        constructor() {
          super("ws://127.0.0.1:1/");
        }
      }
      const user = await app.signIn();
      let streams = 0;
      const client = connect({
        url: app.url,
        token: user.accessToken,
        ...(transport === "WebSocket" ? {} : { WebSocket: BlockedSocket }),
        fetch: (input, init) => {
          streams += Number(`${input instanceof Request ? input.url : input}`.endsWith("/trpc/files.watch"));
          return fetch(input, init);
        },
      });
      const reasons: string[] = [];
      client.on("session-ended", ({ reason }) => reasons.push(reason));
      const file = await client.files.upload(await blobOf([LIGHTHOUSE]));
      const begun = Promise.withResolvers<void>();
      const watched = (async () => {
        for await (const { id } of client.files.watch()) if (id === file.id) begun.resolve();
      })();
      await begun.promise;
      await user.caller.auth.signOut();
      expect(await failureOf(watched)).toMatchObject({ reason: "SESSION_REVOKED" });
      expect(reasons).toEqual(["SESSION_REVOKED"]);
      expect(streams).toBe(transport === "WebSocket" ? 0 : 1);
    },
  );

  test("goes on when its listener leaves, and is there to come back to", async () => {
    const client = await readyToTalk();
    const before = chats();
    const leaving = new AbortController();
    const question = { question: "When was the lighthouse built?", requestId: crypto.randomUUID() };
    const seen: ChatEvent[] = [];
    for await (const event of client.chat.ask(question, { signal: leaving.signal })) {
      seen.push(event);
      if (event.type === "delta") leaving.abort();
    }
    const events = await collect(client.chat.ask(question));
    expect(events.slice(0, seen.length)).toEqual(seen);
    expect(events.length).toBeGreaterThan(seen.length);
    expect(events.at(-1)).toMatchObject({ type: "finished", outcome: "answered" });
    expect(chats() - before).toBe(1);
  });

  test("stops when it is cancelled", async () => {
    const client = await readyToTalk();
    const events: ChatEvent[] = [];
    for await (const event of client.chat.ask({ question: "When was the lighthouse built?" })) {
      events.push(event);
      const [first] = events;
      if (event.type === "delta" && first?.type === "started") await client.chat.cancel(first);
    }
    expect(events.at(-1)).toMatchObject({ type: "finished", outcome: "cancelled" });
    expect(textOf(events)).not.toContain("word39");
  });

  test("fails with the model's reason", async () => {
    const client = await readyToTalk();
    vendor.script = { chatFault: { kind: "status", status: 401 } };
    onTestFinished(() => void (vendor.script = TALK));
    const answer = client.chat.ask({ question: "When was the lighthouse built?" });
    expect(await failureOf(collect(answer))).toMatchObject({ reason: "MODEL_UNAVAILABLE" });
  });
});

describe("without a network", () => {
  test("the same client signs in, reads and is refused", async () => {
    const client = createInProcessClient(app, { tenant: app.newTenant() });
    const { challengeId } = await client.auth.requestCode({ email: "ada@example.org" });
    const { user } = await client.auth.verifyCode({ challengeId, code: codeIn(app.printed.at(-1)) });
    expect((await client.auth.me()).user).toEqual(user);
    expect(user.createdAt).toBeInstanceOf(Date);
    expect(await failureOf(client.files.get({ fileId: user.id }))).toMatchObject({ reason: "NOT_FOUND" });
  });

  test("its subscriptions give the same events, and fail with the same reasons", async () => {
    const { accessToken } = await talkingApp.signIn();
    const client = createInProcessClient(talkingApp, { accessToken });
    const answer = client.chat.ask({ question: "When was the lighthouse built?" });
    const events = await collect(answer);
    expect([...new Set(events.map(({ type }) => type))]).toEqual(["started", "sources", "delta", "finished"]);
    expect(await collect(answer)).toEqual(events);
    const stranger = createInProcessClient(talkingApp);
    expect(await failureOf(collect(stranger.files.watch()))).toMatchObject({ reason: "NOT_SIGNED_IN" });
  });
});
