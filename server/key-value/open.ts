import type { KeyValue } from "./key-value.ts";
import { createMemoryKeyValue } from "./memory.ts";
import { createRedisKeyValue } from "./redis.ts";

export const openKeyValue = (redisUrl: string | undefined): KeyValue =>
  redisUrl === undefined ? createMemoryKeyValue() : createRedisKeyValue(redisUrl);
