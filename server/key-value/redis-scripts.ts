/** Each runs as one step on the server. `KEYS` are what it works on; the order of `ARGV` is in `Scripts`. */
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

  // One entry a key. An id that is already there is left alone, so that a writer may repeat what it got no answer to.
  appendEntries: `
    local refused = false
    for n, key in ipairs(KEYS) do
      local id, value, ttl = ARGV[3 * n - 2], ARGV[3 * n - 1], ARGV[3 * n]
      local added = redis.pcall("XADD", key, "MAXLEN", "~", "10000", id .. "-0", "v", value)
      local failure = type(added) == "table" and added.err
      if failure and not string.find(failure, "equal or smaller", 1, true) then
        refused = added
      else
        redis.call("PEXPIRE", key, ttl)
        if not failure then redis.call("PUBLISH", key, id .. ":" .. value) end
      end
    end
    return refused`,

  readEntries: `
    if redis.call("EXISTS", KEYS[1]) == 0 then return false end
    return redis.call("XRANGE", KEYS[1], ARGV[1] .. "-1", "+", "COUNT", ARGV[2])`,

  // An empty message makes readers look again, and find nothing.
  dropLog: `
    redis.call("DEL", KEYS[1])
    redis.call("PUBLISH", KEYS[1], "")`,

  holdLeases: `
    local held = {}
    for n, key in ipairs(KEYS) do
      local holder = redis.call("GET", key)
      local mine = not holder or holder == ARGV[2 * n - 1]
      if mine then redis.call("SET", key, ARGV[2 * n - 1], "PX", ARGV[2 * n]) end
      held[n] = mine and 1 or 0
    end
    return held`,

  holdOnce: `
    local holder = redis.call("GET", KEYS[1])
    if holder then return holder end
    redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2])
    return ARGV[1]`,

  // One after the other, of the same key too. A refusal takes nothing.
  takePoints: `
    local results = {}
    for n, key in ipairs(KEYS) do
      local points, allowance, window = tonumber(ARGV[3 * n - 2]), tonumber(ARGV[3 * n - 1]), tonumber(ARGV[3 * n])
      local taken = tonumber(redis.call("GET", key) or "0") + points
      local left = redis.call("PTTL", key)
      if taken <= allowance and left < 0 then redis.call("SET", key, points, "PX", window)
      elseif taken <= allowance then redis.call("INCRBY", key, points) end
      results[n] = {taken, left < 0 and window or left}
    end
    return results`,

  giveBack: `
    if tonumber(redis.call("GET", KEYS[1]) or "0") > 0 then redis.call("DECR", KEYS[1]) end`,

  release: `if redis.call("GET", KEYS[1]) == ARGV[1] then redis.call("DEL", KEYS[1]) end`,
} satisfies Record<keyof Scripts, string>;

export type Scripts = {
  putChallenge(key: string, codeHash: string, value: string, attempts: number, ttlMs: number): Promise<null>;
  attemptChallenge(
    key: string,
    codeHash: string,
  ): Promise<["missing"] | ["exhausted"] | ["wrong", number] | ["matched", string]>;
  /** So many keys, then `id, value, ttlMs` for each. */
  appendEntries(count: number, ...keysAndValues: (string | number)[]): Promise<null>;
  /** `[id, ["v", value]]` each; null when there is no such log. */
  readEntries(key: string, afterId: number, count: number): Promise<[string, [string, string]][] | null>;
  dropLog(key: string): Promise<null>;
  /** So many keys, then `holder, ttlMs` for each. */
  holdLeases(count: number, ...keysAndValues: (string | number)[]): Promise<(0 | 1)[]>;
  holdOnce(key: string, holder: string, ttlMs: number): Promise<string>;
  /**
   * So many keys, then `points, allowance, windowMs` for each: what is taken of its allowance, or would be where that is
   * more than it allows, and when the window ends.
   */
  takePoints(count: number, ...keysAndValues: (string | number)[]): Promise<[taken: number, leftMs: number][]>;
  giveBack(key: string): Promise<null>;
  release(key: string, holder: string): Promise<null>;
};

/** Those that are told how many keys they are given. */
const MANY_KEYS = new Set(["appendEntries", "holdLeases", "takePoints"]);

/** As ioredis takes them. */
export const SCRIPTS = Object.fromEntries(
  Object.entries(LUA).map(([name, lua]) => [name, MANY_KEYS.has(name) ? { lua } : { lua, numberOfKeys: 1 }]),
);
