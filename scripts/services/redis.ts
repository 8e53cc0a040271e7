import { spawn } from "node:child_process";
import { end, freePort, waitForPort } from "./processes.ts";

export const REDIS = "/usr/bin/redis-server";

export type Redis = {
  url: string;
  start(): Promise<void>;
  /** SIGSTOP only silences it, until `start`. */
  stop(signal: "SIGTERM" | "SIGKILL" | "SIGSTOP"): Promise<void>;
};

/** A new, started server that keeps nothing on disk. */
export const createRedis = async (folder: string): Promise<Redis> => {
  const port = await freePort();
  const settings = { port, bind: "127.0.0.1", dir: folder, save: "", appendonly: "no", databases: 10_000 };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  const launch = () => spawn(REDIS, args, { stdio: ["ignore", "ignore", "ignore"] });
  let child = launch();
  await waitForPort(port, child);
  return {
    url: `redis://127.0.0.1:${port}`,
    start: async () => {
      if (child.kill("SIGCONT")) return;
      child = launch();
      await waitForPort(port, child);
    },
    stop: async (signal) => {
      if (signal === "SIGSTOP") child.kill(signal);
      else await end(child, signal);
    },
  };
};
