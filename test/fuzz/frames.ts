import { mutateBytes, type Random } from "../support/choices.ts";

const ID = "0190a1b2-c3d4-7e5f-8a6b-0123456789ab";
/** Right calls; none that would end the session that makes them. */
const CALLS: [method: string, path: string, input: unknown][] = [
  ["query", "auth.me", {}],
  ["query", "auth.sessions", {}],
  ["mutation", "auth.requestCode", { email: "a@example.org" }],
  ["mutation", "auth.verifyCode", { challengeId: ID, code: "123456" }],
  ["query", "files.list", { status: "ready", cursor: ID, limit: 5 }],
  ["query", "files.get", { fileId: ID }],
  ["mutation", "files.remove", { fileId: ID }],
  ["query", "files.page", { fileId: ID, page: 1 }],
  ["query", "files.search", { query: "herons", fileIds: [ID], limit: 3 }],
  ["subscription", "files.watch", { fileId: ID }],
  ["subscription", "files.watch", {}],
  ["subscription", "chat.ask", { conversationId: ID, question: "Herons?", fileIds: [ID], requestId: "request-1" }],
  ["mutation", "chat.cancel", { messageId: ID }],
  ["query", "chat.conversations", { cursor: `1700000000000_${ID}`, limit: 2 }],
  ["query", "chat.messages", { conversationId: ID, limit: 2 }],
  ["mutation", "chat.rename", { conversationId: ID, title: "Herons" }],
  ["mutation", "chat.rate", { messageId: ID, rating: "up", comment: "well" }],
  ["query", "usage.summary", {}],
  ["query", "usage.series", { days: 2, by: "day" }],
  ["query", "admin.audit", { limit: 2 }],
  ["mutation", "admin.setRole", { userId: ID, role: "admin" }],
];

const nested = (depth: number): unknown => JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`);
const ODD: unknown[] = [
  null,
  true,
  "",
  0,
  -1,
  1e308,
  0.5,
  {},
  [],
  "\u0000",
  "\ud800",
  "x".repeat(3_000),
  "__proto__",
  ["__proto__", "constructor"],
  { json: 1e9, meta: { values: [["typed-array", "Float64Array"]] } },
  { toString: 1, constructor: 1 },
  nested(500),
  Array.from({ length: 500 }, (_, index) => index),
  `${"a".repeat(40)}!`,
  "1700000000000_x",
  ID.toUpperCase(),
];

/** Replaces one value somewhere in it, takes it out, or puts one in. */
const mutateValue = (random: Random, value: unknown): unknown => {
  if (typeof value !== "object" || value === null || random.chance(0.15)) return random.pick(ODD);
  const entries = Object.entries(value);
  if (entries.length === 0 || random.chance(0.1))
    return { ...value, [random.pick(["__proto__", "id", "x"])]: random.pick(ODD) };
  const [name] = random.pick(entries);
  const changed = entries.flatMap(([key, own]) =>
    key !== name ? [[key, own]] : random.chance(0.15) ? [] : [[key, mutateValue(random, own)]],
  );
  return Array.isArray(value) ? changed.map(([, own]) => own) : Object.fromEntries(changed);
};

const call = (random: Random): unknown => {
  if (random.chance(0.08)) return { id: random.int(20), method: "subscription.stop" };
  const [method, path, input] = random.pick(CALLS);
  return { id: random.int(20), jsonrpc: "2.0", method, params: { path, input } };
};

const message = (random: Random): Buffer => {
  if (random.chance(0.02)) return Buffer.from(random.pick(["PING", "PONG", "", "null", "[[]]", "{", '"x"']));
  const one = () => (random.chance(0.8) ? mutateValue(random, call(random)) : call(random));
  const said = random.chance(0.1) ? Array.from({ length: random.int(13) }, one) : one();
  const text = Buffer.from(JSON.stringify(said));
  return random.chance(0.25) ? mutateBytes(random, text) : text;
};

type Wire = { opcode?: number; fin?: boolean; rsv?: number; masked?: boolean; length?: number };

/** A client's frame (RFC 6455, section 5.2); a mask of zeros leaves the payload as it is. */
export const frame = (
  payload: Buffer,
  { opcode = 1, fin = true, rsv = 0, masked = true, length = payload.length }: Wire = {},
): Buffer => {
  const long = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const head = Buffer.alloc(2 + long + (masked ? 4 : 0));
  head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  head[1] = (masked ? 0x80 : 0) | (long === 0 ? length : long === 2 ? 126 : 127);
  if (long === 2) head.writeUInt16BE(length, 2);
  if (long === 8) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
};

/** A frame that is well-formed, whatever is in it: the socket stays open. */
export const makeFrame = (random: Random): Buffer => {
  const payload = message(random);
  if (random.chance(0.03)) return frame(random.bytes(random.int(125)), { opcode: random.pick([9, 10]) });
  // Bytes that are no UTF-8 would end the socket; JSON that was mutated may hold such.
  return random.chance(0.05) ? frame(payload, { opcode: 2 }) : frame(Buffer.from(payload.toString("utf8")));
};

/** A frame that no well-formed client sends: it ends its socket. */
export const makeBrokenFrame = (random: Random): Buffer => {
  const payload = message(random);
  return random.pick([
    () => frame(payload, { rsv: 1 + random.int(7) }),
    () => frame(payload, { masked: false }),
    () => frame(payload, { opcode: random.pick([3, 4, 5, 6, 7, 11, 12, 15]) }),
    () => frame(payload, { opcode: 0 }),
    () => frame(payload, { length: 300 * 1024 + random.int(2 ** 30) }),
    () => frame(random.bytes(200), { opcode: 9 }),
    () => frame(payload, { opcode: 8, fin: false }),
    () => frame(Buffer.from([random.int(256), random.int(256), 0xff]), { opcode: 8 }),
    () => frame(Buffer.from([0xff, 0xfe, 0xc0, 0x80])),
    () => Buffer.concat([frame(payload, { fin: false }), frame(payload)]),
    () => Buffer.concat([mutateBytes(random, frame(payload)), random.bytes(40), frame(payload, { masked: false })]),
  ])();
};
