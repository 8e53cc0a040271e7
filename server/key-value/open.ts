import type { KeyValue } from "./key-value.ts";
import { createMemoryKeyValue } from "./memory.ts";

/** Redis where one is named, or else this process. The client of Redis is loaded only for the first. */
export const openKeyValue = async (redisUrl: string | undefined): Promise<KeyValue> =>
  redisUrl === undefined ? createMemoryKeyValue() : (await import("./redis.ts")).createRedisKeyValue(redisUrl);
