// oxlint-disable no-restricted-imports -- the one place that loads the encoder
/**
 * The encoder of tokens. Building its table takes 0.4 s of a core, in the server and in every reader of PDFs, so the
 * installation keeps the memory of one that has been built, and a start takes that over; where it is missing, or of another
 * version, the table is built.
 */
import { createHash } from "node:crypto";
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { createRequire } from "node:module";
import { init, Tiktoken } from "tiktoken/lite/init";
import { prepared } from "./prepared.ts";

type Ranks = { bpe_ranks: string; special_tokens: Record<string, number>; pat_str: string };
/** The package keeps where its table lies to itself. */
type Table = { __wbg_ptr: number };

const PAGE_BYTES = 65_536;
const HEAD_BYTES = 8;

const require = createRequire(import.meta.url);
const program = readFileSync(require.resolve("tiktoken/lite/tiktoken_bg.wasm"));
/** Where the table lies in the memory, in eight bytes; then the memory. */
const kept = prepared(`o200k_base-${createHash("sha256").update(program).digest("hex").slice(0, 16)}`);

const start = async (): Promise<WebAssembly.Memory> => {
  let memory: unknown;
  await init((imports) => {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(program), imports);
    memory = instance.exports["memory"];
    return Promise.resolve(instance);
  });
  return memory as WebAssembly.Memory;
};

const memory = await start();

const build = (): Tiktoken => {
  // o200k_base is what the present chat models use.
  const ranks: Ranks = require("tiktoken/encoders/o200k_base.json");
  return new Tiktoken(ranks.bpe_ranks, ranks.special_tokens, ranks.pat_str);
};

const takeOver = (file: number): Tiktoken => {
  const head = Buffer.alloc(HEAD_BYTES);
  readSync(file, head);
  const bytes = fstatSync(file).size - HEAD_BYTES;
  memory.grow((bytes - memory.buffer.byteLength) / PAGE_BYTES);
  readSync(file, new Uint8Array(memory.buffer), 0, bytes, HEAD_BYTES);
  closeSync(file);
  const table: Table = { __wbg_ptr: head.readUInt32LE() };
  return Object.assign(Object.create(Tiktoken.prototype) as Tiktoken, table);
};

/** Call it once, before anything else has used the memory. */
export const loadEncoder = (): Tiktoken => (existsSync(kept) ? takeOver(openSync(kept, "r")) : build());

/** What a start takes over, to be written to `file`. */
export const encoderImage = (): { file: URL; image: Buffer } => {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32LE((build() as unknown as Table).__wbg_ptr);
  return { file: kept, image: Buffer.concat([head, Buffer.from(memory.buffer)]) };
};
