/** Each runs as one step on the server. `KEYS[1]` is what it works on; the order of `ARGV` is in `Scripts`. */
const LUA = {
  putChallenge: `
    redis.call("DEL", KEYS[1])
    redis.call("HSET", KEYS[1], "codeHash", ARGV[1], "value", ARGV[2], "left", ARGV[3])
    redis.call("PEXPIRE", KEYS[1], ARGV[4])`,

  // The attempt is counted before the code is compared; the value leaves with the key, so only once.
  attemptChallenge: `
    local left = tonumber(redis.call("HGET", KEYS[1], "left") or "-1")
    if left < 0 then return {"missing"} end
    if left == 0 then return {"exhausted"} end
    left = redis.call("HINCRBY", KEYS[1], "left", -1)
    if redis.call("HGET", KEYS[1], "codeHash") ~= ARGV[1] then return {"wrong", left} end
    local value = redis.call("HGET", KEYS[1], "value")
    redis.call("DEL", KEYS[1])
    return {"matched", value}`,

  // An id that is already there is left alone, so that a writer may repeat what it got no answer to.
  appendEntry: `
    local id = ARGV[1] .. "-0"
    local added = redis.pcall("XADD", KEYS[1], "MAXLEN", "~", "10000", id, "v", ARGV[2])
    local failure = type(added) == "table" and added.err
    if failure and not string.find(failure, "equal or smaller", 1, true) then return added end
    redis.call("PEXPIRE", KEYS[1], ARGV[3])
    if not failure then redis.call("PUBLISH", KEYS[1], ARGV[1] .. ":" .. ARGV[2]) end`,

  readEntries: `
    if redis.call("EXISTS", KEYS[1]) == 0 then return false end
    return redis.call("XRANGE", KEYS[1], ARGV[1] .. "-1", "+", "COUNT", ARGV[2])`,

  // An empty message makes readers look again, and find nothing.
  dropLog: `
    redis.call("DEL", KEYS[1])
    redis.call("PUBLISH", KEYS[1], "")`,

  giveBack: `
    if tonumber(redis.call("GET", KEYS[1]) or "0") > 0 then redis.call("DECR", KEYS[1]) end`,

  hold: `
    local holder = redis.call("GET", KEYS[1])
    if holder and holder ~= ARGV[1] then return 0 end
    redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2])
    return 1`,

  release: `if redis.call("GET", KEYS[1]) == ARGV[1] then redis.call("DEL", KEYS[1]) end`,
} satisfies Record<keyof Scripts, string>;

export type Scripts = {
  putChallenge(key: string, codeHash: string, value: string, attempts: number, ttlMs: number): Promise<null>;
  attemptChallenge(
    key: string,
    codeHash: string,
  ): Promise<["missing"] | ["exhausted"] | ["wrong", number] | ["matched", string]>;
  appendEntry(key: string, id: number, value: string, ttlMs: number): Promise<null>;
  /** `[id, ["v", value]]` each; null when there is no such log. */
  readEntries(key: string, afterId: number, count: number): Promise<[string, [string, string]][] | null>;
  dropLog(key: string): Promise<null>;
  giveBack(key: string): Promise<null>;
  hold(key: string, holder: string, ttlMs: number): Promise<0 | 1>;
  release(key: string, holder: string): Promise<null>;
};

/** As ioredis takes them. */
export const SCRIPTS = Object.fromEntries(Object.entries(LUA).map(([name, lua]) => [name, { lua, numberOfKeys: 1 }]));

/**
 * Replaces rate-limiter-flexible's own script, which takes points even when it refuses. ARGV: points to take, window
 * in whole seconds, points of the rule, window in seconds. Answers with what is (or would be) taken and the ms left.
 */
export const TAKE_POINTS = `
  local window = math.ceil(tonumber(ARGV[4]) * 1000)
  local taken = tonumber(redis.call("GET", KEYS[1]) or "0") + tonumber(ARGV[1])
  local ttl = redis.call("PTTL", KEYS[1])
  if taken > tonumber(ARGV[3]) then return {taken, ttl < 0 and window or ttl} end
  if ttl < 0 then
    redis.call("SET", KEYS[1], ARGV[1], "PX", window)
    return {taken, window}
  end
  redis.call("INCRBY", KEYS[1], ARGV[1])
  return {taken, ttl}`;
