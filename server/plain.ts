/**
 * Whether JSON alone keeps this value whole: strings, finite numbers, booleans, null, and lists and objects of these.
 * Most of what goes out a thousand times a second is, and looking is many times as fast as superjson's own search for
 * what it would have to note.
 */
export const isPlain = (value: unknown): boolean => {
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== "object" || value === null)
    return typeof value === "string" || typeof value === "boolean" || value === null;
  if (Array.isArray(value)) return value.every(isPlain);
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.values(value).every(isPlain);
};
