// A stand-in for a language model's vendor as a process of its own: WORDS words an answer, one each DELAY_MS.
import { startOpenAiServer } from "../../test/support/openai-server.ts";

const { WORDS, DELAY_MS } = process.env;
const answer = Array.from({ length: Number(WORDS) }, (_, index) => `word${index}`).join(" ");
const vendor = await startOpenAiServer({ answer: () => answer, deltaDelayMs: Number(DELAY_MS) });
// Nobody asks what was asked.
setInterval(() => vendor.requests.splice(0), 1_000);
process.stdout.write(`listens on ${vendor.baseUrl}\n`);
