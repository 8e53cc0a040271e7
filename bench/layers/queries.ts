import { Agent, request } from "node:http";
import { cpuMs } from "./program.ts";
import type { Place } from "./world.ts";

const CONNECTIONS = 32;
const ROUND_MS = 2_000;

export type Load = { perSecond: number; cpuUs: number };

/** How many items the answer has: both are to say the same. */
export const countItems = async ({ url }: Place, path: string, token?: string): Promise<number> => {
  const reply = await fetch(url + path, { headers: headersOf(token) });
  type Told = { result: { data: { items?: unknown[]; json?: { items: unknown[] } } } };
  const { data } = ((await reply.json()) as Told).result;
  return (data.json ?? data).items?.length ?? 0;
};

const headersOf = (token?: string): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

/** Asks the same over 32 connections for a while: answers a second, and the server's CPU for each. */
export const load = async ({ url, program }: Place, path: string, token?: string): Promise<Load> => {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const headers = headersOf(token);
  const ask = () =>
    new Promise<void>((resolve, reject) => {
      const asked = request(url + path, { agent, headers }, (response) => {
        const done = () => (response.statusCode === 200 ? resolve() : reject(new Error(`${response.statusCode}`)));
        response.resume().once("end", done);
      });
      asked.once("error", reject).end();
    });
  let count = 0;
  const [cpu, start] = [await cpuMs(program), performance.now()];
  const client = async () => {
    for (; performance.now() - start < ROUND_MS; count++) await ask();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, client));
  const seconds = (performance.now() - start) / 1_000;
  agent.destroy();
  return { perSecond: count / seconds, cpuUs: (((await cpuMs(program)) - cpu) * 1_000) / count };
};
