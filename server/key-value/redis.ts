import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { ReasonError } from "../errors.ts";
import { gather } from "./gather.ts";
import type { KeyValue, LimitRule, LogEntry } from "./key-value.ts";
import { createChannels, type Channels } from "./redis-channels.ts";
import { createRedisReader } from "./redis-logs.ts";
import { SCRIPTS, type Scripts } from "./redis-scripts.ts";

const COMMAND_MS = 350;
const HEARTBEAT_ANSWER_MS = 250;
const FIRST_CONNECT_MS = 450;

const keyOf = (kind: "challenge" | "log" | "lease" | "channel", id: string) => `docuchat:${kind}:${id}`;
const limitKey = (rule: string, key: string) => `docuchat:limit:${rule}:${key}`;

/** The port shared by all instances: Redis 6 or later, one connection for commands and one for subscriptions. */
export const createRedisKeyValue = (url: string): KeyValue => {
  const { client, call } = connect(url, COMMAND_MS);
  const subscriber = connect(url, HEARTBEAT_ANSWER_MS);
  const channels = createChannels(subscriber.client);
  const subscribe: Channels["subscribe"] = (channel, subscription) =>
    subscriber.call(() => channels.subscribe(channel, subscription));
  return {
    consume: createConsume(client, call),
    giveBack: async (rule, key) => {
      await call(() => client.giveBack(limitKey(rule.name, key)));
    },
    ...createChallenges(client, call),
    ...createLogs(client, call, subscribe),
    ...createLeases(client, call),
    publish: async (channel, message) => {
      await call(() => client.publish(keyOf("channel", channel), message));
    },
    subscribe: async (channel, onMessage) => {
      const leave = await subscribe(keyOf("channel", channel), { onMessage });
      return async () => leave();
    },
    ping: async () => {
      await call(() => client.ping());
    },
    close: async () => {
      channels.close();
      client.disconnect();
      subscriber.client.disconnect();
    },
  };
};

type Client = Redis & Scripts;
type Call = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * A connection that answers soon or fails soon, and keeps coming back. `call` turns every failure into
 * `SERVICE_UNAVAILABLE`; until the first connection has succeeded or failed, calls wait for it.
 */
const connect = (url: string, commandTimeout: number): { client: Client; call: Call } => {
  const client = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    // Commands cut off by a lost connection fail at once and are not sent again: they may have been carried out.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    commandTimeout,
    connectTimeout: 1_000,
    disconnectTimeout: 200,
    // A connection on which nothing has come back for this long is given up for a new one.
    socketTimeout: 1_500,
    retryStrategy: (times) => Math.min(50 * 2 ** times, 1_000),
    // After a failover this may be the old primary, which refuses to write.
    reconnectOnError: ({ message }) => message.startsWith("READONLY"),
    scripts: SCRIPTS,
  }) as Client;
  // Each command reports its own failure; while there is no connection, the reason for that is what explains it.
  let lost: Error | undefined;
  client.on("error", (error) => void (lost = error));
  client.on("ready", () => void (lost = undefined));
  let connecting: Promise<void> | undefined = client
    .connect()
    .catch(() => {})
    .then(() => {
      connecting = undefined;
    });
  const call: Call = async (work) => {
    try {
      return await (connecting ? within(FIRST_CONNECT_MS, connecting.then(work)) : work());
    } catch (error) {
      throw new ReasonError("SERVICE_UNAVAILABLE", { cause: lost ?? error });
    }
  };
  return { client, call };
};

const within = async <T>(ms: number, work: Promise<T>): Promise<T> => {
  const over = new AbortController();
  const late = sleep(ms, undefined, { signal: over.signal, ref: false }).then(() => {
    throw new Error(`no answer in ${ms} ms`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
  }
};

type Consumption = { rule: LimitRule; key: string; points: number };

const createConsume = (client: Client, call: Call): KeyValue["consume"] => {
  const take = gather<Consumption, [taken: number, leftMs: number]>((consumptions) => {
    const keys = consumptions.map(({ rule, key }) => limitKey(rule.name, key));
    const values = consumptions.flatMap(({ rule, points }) => [points, rule.points, rule.windowMs]);
    return call(() => client.takePoints(keys.length, ...keys, ...values));
  });
  return async (rule, key, points = 1) => {
    const allowance = rule.points;
    const [taken, leftMs] = await take({ rule, key, points });
    if (taken > allowance)
      return { allowed: false, remaining: Math.max(allowance + points - taken, 0), retryAfterMs: leftMs };
    return { allowed: true, remaining: allowance - taken, retryAfterMs: 0 };
  };
};

type Challenges = Pick<KeyValue, "putChallenge" | "peekChallenge" | "attemptChallenge">;

const createChallenges = (client: Client, call: Call): Challenges => ({
  putChallenge: async (id, { codeHash, value, attempts, ttlMs }) => {
    await call(() => client.putChallenge(keyOf("challenge", id), codeHash, value, attempts, ttlMs));
  },
  peekChallenge: async (id) => {
    const [value, left] = await call(() => client.hmget(keyOf("challenge", id), "value", "left"));
    return typeof value === "string" ? { value, attemptsLeft: Number(left) } : undefined;
  },
  attemptChallenge: async (id, codeHash) => {
    const [result, detail] = await call(() => client.attemptChallenge(keyOf("challenge", id), codeHash));
    if (result === "matched") return { result, value: detail };
    if (result === "wrong") return { result, attemptsLeft: detail };
    return { result };
  },
});

/** Who reads an answer at another instance waits so much longer for each word; hundreds of answers write as one. */
const APPEND_LINGER_MS = 10;

type NewEntry = { log: string; entry: LogEntry; ttlMs: number };

const createLogs = (
  client: Client,
  call: Call,
  subscribe: Channels["subscribe"],
): Pick<KeyValue, "append" | "read" | "dropLog"> => {
  const read = createRedisReader({
    page: async (log, afterId, count) => {
      const entries = await call(() => client.readEntries(log, afterId, count));
      return entries?.map(([id, [, value]]) => ({ id: Number.parseInt(id, 10), value }));
    },
    subscribe,
  });
  const appendAll = async (entries: NewEntry[]): Promise<null[]> => {
    const keys = entries.map(({ log }) => keyOf("log", log));
    const values = entries.flatMap(({ entry: { id, value }, ttlMs }) => [id, value, ttlMs]);
    await call(() => client.appendEntries(keys.length, ...keys, ...values));
    return entries.map(() => null);
  };
  const append = gather(appendAll, { lingerMs: APPEND_LINGER_MS });
  return {
    append: async (log, entry, ttlMs) => {
      await append({ log, entry, ttlMs });
    },
    read: (log, afterId, signal) => read(keyOf("log", log), afterId, signal),
    dropLog: async (log) => {
      await call(() => client.dropLog(keyOf("log", log)));
    },
  };
};

type NewLease = { lease: string; holder: string; ttlMs: number };

const createLeases = (client: Client, call: Call): Pick<KeyValue, "hold" | "holdOnce" | "isHeld" | "release"> => {
  const hold = gather<NewLease, boolean>(async (leases) => {
    const keys = leases.map(({ lease }) => keyOf("lease", lease));
    const values = leases.flatMap(({ holder, ttlMs }) => [holder, ttlMs]);
    const held = await call(() => client.holdLeases(keys.length, ...keys, ...values));
    return held.map((one) => one === 1);
  });
  return {
    hold: (lease, holder, ttlMs) => hold({ lease, holder, ttlMs }),
    holdOnce: (lease, holder, ttlMs) => call(() => client.holdOnce(keyOf("lease", lease), holder, ttlMs)),
    isHeld: async (lease) => (await call(() => client.exists(keyOf("lease", lease)))) === 1,
    release: async (lease, holder) => {
      await call(() => client.release(keyOf("lease", lease), holder));
    },
  };
};
