import { execFile, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { toReasonError } from "../../server/errors.ts";
import { newId } from "../../server/id.ts";
import type { KeyValue } from "../../server/key-value/key-value.ts";
import { createRedisKeyValue } from "../../server/key-value/redis.ts";

const installed = spawnSync("redis-server", ["--version"]).status === 0;
const BACK_MS = 60_000;

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
};

const startRedis = async (port: number): Promise<ChildProcess> => {
  const flags = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const child = spawn("redis-server", flags, { stdio: ["ignore", "pipe", "ignore"] });
  for await (const chunk of child.stdout) if (String(chunk).includes("Ready to accept connections")) break;
  child.stdout.resume();
  return child;
};

const stopRedis = async (redis: ChildProcess): Promise<void> => {
  if (redis.exitCode !== null || redis.signalCode !== null) return;
  const ended = once(redis, "exit");
  redis.kill("SIGKILL");
  await ended;
};

const rule = { name: "rule", points: 1_000_000, windowMs: 60_000 };
const challenge = { codeHash: "hash", value: "value", attempts: 5, ttlMs: 60_000 };

/** One call of every method of the port. */
const everyCall = (keyValue: KeyValue): Record<string, () => Promise<unknown>> => ({
  consume: () => keyValue.consume(rule, "key"),
  putChallenge: () => keyValue.putChallenge(newId(), challenge),
  attemptChallenge: () => keyValue.attemptChallenge(newId(), "hash"),
  peekChallenge: () => keyValue.peekChallenge(newId()),
  append: () => keyValue.append(newId(), { id: 1, value: "x" }, 60_000),
  read: () => readAll(keyValue, newId()),
  dropLog: () => keyValue.dropLog(newId()),
  hold: () => keyValue.hold(newId(), "holder", 60_000),
  holdOnce: () => keyValue.holdOnce(newId(), "holder", 60_000),
  isHeld: () => keyValue.isHeld("lease"),
  release: () => keyValue.release("lease", "holder"),
  publish: () => keyValue.publish("channel", "message"),
  subscribe: () => keyValue.subscribe(newId(), () => {}),
  ping: () => keyValue.ping(),
});

const readAll = async (keyValue: KeyValue, log: string): Promise<number[]> => {
  const ids: number[] = [];
  for await (const { id } of keyValue.read(log, 0, new AbortController().signal)) ids.push(id);
  return ids;
};

/** What each call ended with. */
const outcomes = async (keyValue: KeyValue): Promise<Record<string, string>> => {
  const entries = Object.entries(everyCall(keyValue)).map(async ([name, call]) => {
    const outcome = await call().then(
      () => "ok",
      (error: unknown) => toReasonError(error).reason,
    );
    return [name, outcome] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
};

const all = (outcome: string, keyValue: KeyValue) =>
  Object.fromEntries(Object.keys(everyCall(keyValue)).map((name) => [name, outcome]));

const failsClosed = async (keyValue: KeyValue) =>
  expect(await outcomes(keyValue)).toEqual(all("SERVICE_UNAVAILABLE", keyValue));

const isBack = async (keyValue: KeyValue) =>
  expect.poll(() => outcomes(keyValue), { timeout: BACK_MS, interval: 50 }).toEqual(all("ok", keyValue));

/** Publishes until a message is heard: messages go to those that listen at that moment. */
const isHeard = async (keyValue: KeyValue, heard: string[]) => {
  const message = newId();
  const publish = async () => {
    await keyValue.publish("heard", message).catch(() => {});
    return heard.includes(message);
  };
  await expect.poll(publish, { timeout: BACK_MS, interval: 50 }).toBe(true);
};

/** A way to the server that can go silent: what is connected then stays connected and hears nothing more. */
const startWire = async (to: number) => {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(to, "127.0.0.1");
    for (const socket of [near, far]) sockets.add(socket.on("error", () => {}));
    near.pipe(far);
    far.pipe(near);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    silence: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};

describe.skipIf(!process.env.REDIS_URL || !installed)("Redis failing (needs REDIS_URL and redis-server)", () => {
  let port: number;
  let redis: ChildProcess;
  const opened: KeyValue[] = [];
  const open = (toPort = port): KeyValue => {
    const keyValue = createRedisKeyValue(`redis://127.0.0.1:${toPort}`);
    opened.push(keyValue);
    return keyValue;
  };

  beforeEach(async () => {
    vi.spyOn(console, "error");
    port = await freePort();
    redis = await startRedis(port);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((keyValue) => keyValue.close()));
    await stopRedis(redis);
    // Where ioredis reports what nobody handles.
    expect(console.error).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it("works from the first call on, before the connection is there", async () => {
    const keyValue = open();
    expect(await outcomes(keyValue)).toEqual(all("ok", keyValue));
  });

  it("fails closed while the server is silent, and is back soon after", async () => {
    const keyValue = open();
    const heard: string[] = [];
    await keyValue.subscribe("heard", (message) => heard.push(message));
    redis.kill("SIGSTOP");
    for (let round = 0; round < 8; round += 1) await failsClosed(keyValue);
    redis.kill("SIGCONT");
    await isBack(keyValue);
    await isHeard(keyValue, heard);
  });

  it("fails closed while the server is gone, and is back soon after another has taken its place", async () => {
    const keyValue = open();
    const heard: string[] = [];
    await keyValue.subscribe("heard", (message) => heard.push(message));
    await stopRedis(redis);
    for (let round = 0; round < 50; round += 1) await failsClosed(keyValue);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    redis = await startRedis(port);
    await isBack(keyValue);
    await isHeard(keyValue, heard);
  });

  it("fails closed when the server is not there at the start, and is back soon after it has come", async () => {
    await stopRedis(redis);
    const keyValue = open();
    await failsClosed(keyValue);
    redis = await startRedis(port);
    await isBack(keyValue);
  });

  it("fails closed when the server is silent at the start, and is back soon after", async () => {
    redis.kill("SIGSTOP");
    const keyValue = open();
    await failsClosed(keyValue);
    redis.kill("SIGCONT");
    await isBack(keyValue);
  });

  it("finds a new way when its connections have gone silent, as after a router's failure", async () => {
    const wire = await startWire(port);
    const keyValue = open(wire.port);
    const heard: string[] = [];
    await keyValue.subscribe("heard", (message) => heard.push(message));
    wire.silence();
    await failsClosed(keyValue);
    await isBack(keyValue);
    await isHeard(keyValue, heard);
    wire.close();
  });

  it.each(["SIGSTOP", "SIGKILL"] as const)("reports the outage to whoever follows a log, on %s", async (signal) => {
    const keyValue = open();
    await keyValue.append("log", { id: 1, value: "x" }, 60_000);
    const reading = readAll(keyValue, "log");
    await new Promise((resolve) => setTimeout(resolve, 200));
    redis.kill(signal);
    await expect(reading).rejects.toMatchObject({ reason: "SERVICE_UNAVAILABLE" });
    redis.kill("SIGCONT");
  });

  it("gives a reader the entry whose message did not come, before the one after it", async () => {
    const keyValue = open();
    await keyValue.append("gap", { id: 1, value: "1" }, 60_000);
    const leave = new AbortController();
    const ids: number[] = [];
    const following = (async () => {
      for await (const { id } of keyValue.read("gap", 0, leave.signal)) if (ids.push(id) === 3) leave.abort();
    })();
    await expect.poll(() => ids).toEqual([1]);
    spawnSync("redis-cli", ["-p", `${port}`, "XADD", "docuchat:log:gap", "2-0", "v", "2"]);
    await keyValue.append("gap", { id: 3, value: "3" }, 60_000);
    await following;
    expect(ids).toEqual([1, 2, 3]);
  });

  it("loses no entry of a log to readers that resume after their connections were cut", async () => {
    const keyValue = open();
    const control = open();
    await keyValue.append("cut", { id: 1, value: "x" }, 60_000);
    const ids: number[] = [];
    const leave = new AbortController();
    const follow = async () => {
      while (!leave.signal.aborted) {
        try {
          for await (const { id } of keyValue.read("cut", ids.at(-1) ?? 0, leave.signal)) ids.push(id);
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    };
    const following = follow();
    for (let id = 2; id <= 200; id += 1) {
      await expect
        .poll(() =>
          control.append("cut", { id, value: "x" }, 60_000).then(
            () => true,
            () => false,
          ),
        )
        .toBe(true);
      if (id % 50 === 0) spawnSync("redis-cli", ["-p", `${port}`, "client", "kill", "type", "pubsub"]);
    }
    await expect.poll(() => ids.length, { timeout: BACK_MS }).toBe(200);
    leave.abort();
    await following;
    expect(ids).toEqual(Array.from({ length: 200 }, (_, n) => n + 1));
  });

  it.each(["SIGSTOP", "SIGKILL"] as const)("lets a process that closes it end, after %s", async (signal) => {
    redis.kill(signal);
    const script = `
      import { createRedisKeyValue } from "./server/key-value/redis.ts";
      const keyValue = createRedisKeyValue("redis://127.0.0.1:${port}");
      await keyValue.ping().catch(() => {});
      await keyValue.close();`;
    const run = promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], { timeout: 30_000 });
    await expect(run).resolves.toEqual({ stdout: "", stderr: "" });
  });
});
