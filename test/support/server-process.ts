import { spawn } from "node:child_process";
import { once } from "node:events";
import { cleanUp } from "./clean-up.ts";
import { codeIn } from "./app.ts";

export type ServerProcess = {
  /** Where it listens; empty for a worker, which does not. */
  url: string;
  /** Whether it has not ended. */
  isRunning(): boolean;
  /** Everything it has printed. */
  output(): string;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Signs in over HTTP. */
  signIn(tenant: string, email: string): Promise<string>;
};

/** Starts `server/main.ts` as a process of its own and waits until it serves; it is killed with the test at the latest. */
export const startServerProcess = async (env: Record<string, string | undefined>): Promise<ServerProcess> => {
  const main = new URL("../../server/main.ts", import.meta.url).pathname;
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [main], {
    env: { PATH, HOME, PORT: "0", LOG_LEVEL: "warn", RATE_LIMIT_PER_MINUTE: "100000", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  child.stderr.on("data", (data: Buffer) => (output += data.toString()));
  const kill = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  };
  cleanUp(() => kill("SIGKILL"));
  const url = await waitFor(() => {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}: ${output}`);
    return output.includes("works on its queue") ? "" : /listens on (\S+?)\/?\n/.exec(output)?.[1];
  });
  const post = async (path: string, tenant: string, body: unknown) => {
    const headers = { "content-type": "application/json", "x-tenant-id": tenant };
    const reply = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
    if (!reply.ok) throw new Error(`${path}: ${await reply.text()}`);
    return (await reply.json()) as Record<string, string>;
  };
  return {
    url,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    output: () => output,
    kill,
    signIn: async (tenant, email) => {
      const { challengeId } = await post("/v1/auth/request-code", tenant, { email });
      const line = await waitFor(() => output.split("\n").findLast((text) => text.includes(`code for ${email}`)));
      const { accessToken } = await post("/v1/auth/verify-code", tenant, { challengeId, code: codeIn(line) });
      return accessToken ?? "";
    },
  };
};

/** Asks every few milliseconds until there is an answer. */
export const waitFor = async <T>(ask: () => T | undefined | Promise<T | undefined>, withinMs = 60_000): Promise<T> => {
  const end = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error("it did not happen in time");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
