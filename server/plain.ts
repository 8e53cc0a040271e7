type Noted = { json: unknown; meta?: { values: Record<string, ["Date"]>; v: 1 } };

/**
 * superjson's own words for strings, finite numbers, booleans, null and valid dates, and lists and objects of these;
 * undefined for any other value, and for a date by itself. Most of what goes out a thousand times a second is such:
 * looking is many times as fast as superjson's search for what it would have to note, and so is writing down what has no
 * `toJSON` in it. What was given stays as it is.
 */
export const noteDates = (value: unknown): Noted | undefined => {
  const dates: string[] = [];
  const json = value instanceof Date ? undefined : toJson(value, [], dates);
  if (json === undefined) return undefined;
  if (dates.length === 0) return { json };
  return { json, meta: { values: Object.fromEntries(dates.map((place) => [place, ["Date"]])), v: 1 } };
};

/** The value with its dates as text, their places added to `dates`; undefined for what JSON does not keep whole. */
const toJson = (value: unknown, path: string[], dates: string[]): unknown => {
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0) ? value : undefined;
  if (typeof value === "object" && value !== null) return objectToJson(value, path, dates);
  return typeof value === "string" || typeof value === "boolean" || value === null ? value : undefined;
};

const objectToJson = (value: object, path: string[], dates: string[]): unknown => {
  if (value instanceof Date) {
    dates.push(placeOf(path));
    return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return undefined;
  let json = value as Record<string, unknown>;
  for (const key of Object.keys(value)) {
    path.push(key);
    const part = toJson(json[key], path, dates);
    path.pop();
    if (part === undefined) return undefined;
    if (part === json[key]) continue;
    if (json === value) json = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
    json[key] = part;
  }
  return json;
};

const placeOf = (path: string[]): string => path.map(escaped).join(".");
const escaped = (key: string): string =>
  /[.\\]/.test(key) ? key.replaceAll("\\", "\\\\").replaceAll(".", String.raw`\.`) : key;
