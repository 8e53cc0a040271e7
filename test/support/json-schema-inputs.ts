import * as fc from "fast-check";

/** As much of JSON Schema as the document uses for what goes in. */
export type Schema = {
  $ref?: string;
  type?: string;
  enum?: unknown[];
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
};
export type Named = Record<string, Schema>;

const A_FEW = 8;

/** Values that fit the schema; it may refer to `named` ones. */
export const fitting = (schema: Schema, named: Named): fc.Arbitrary<unknown> => {
  const { $ref, type, items, minItems = 0, properties = {}, required = [] } = schema;
  const referred = $ref === undefined ? undefined : named[$ref.split("/").at(-1) ?? ""];
  if (referred) return fitting(referred, named);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (type === "string") return fittingText(schema);
  if (type === "integer") return fc.integer({ min: schema.minimum ?? -1_000, max: schema.maximum ?? 1_000 });
  if (type === "array" && items)
    return fc.array(fitting(items, named), { minLength: minItems, maxLength: minItems + A_FEW });
  if (type === "object") {
    const entries = Object.entries(properties).map(([name, inner]) => [name, fitting(inner, named)] as const);
    return fc.record(Object.fromEntries(entries), { requiredKeys: required });
  }
  throw new Error(`No values are made for ${JSON.stringify(schema)} yet.`);
};

const fittingText = ({ format, pattern, minLength = 0, maxLength = 100 }: Schema): fc.Arbitrary<string> => {
  if (format === "uuid") return fc.uuid();
  if (format === "idn-email") return fc.stringMatching(/^[a-z]{1,9}(\.[a-z0-9]{1,9})?@[a-z]{1,9}\.(org|com)$/);
  if (pattern) return fc.stringMatching(new RegExp(pattern), { maxLength });
  return fc.string({ minLength, maxLength: Math.min(maxLength, 300), unit: "binary" });
};

/** What no schema asks for: other types, empty and huge texts, odd numbers, lone surrogates, deep nesting. */
export const strange: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1e308,
    2 ** 53,
    "",
    " ",
    "null",
    "__proto__",
    "\ud800",
    "\u0000",
    "%00",
    "🙂".repeat(70),
  ),
  fc.constantFrom<unknown>([], {}, [[[[[[]]]]]], "x".repeat(10_000), { toString: 1 }, { length: -1 }),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** A fitting value with one of its properties taken out, replaced or added, or something else altogether. */
export const nearly = (schema: Schema, named: Named): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.tuple(fitting(schema, named), fc.nat(), strange).map(([value, at, other]) => {
      if (typeof value !== "object" || value === null) return other;
      const keys = Object.keys(value);
      return { ...value, [keys[at % (keys.length + 1)] ?? "another"]: other };
    }),
    fc.tuple(fitting(schema, named), fc.nat()).map(([value, at]) => {
      if (typeof value !== "object" || value === null) return value;
      const entries = Object.entries(value);
      return Object.fromEntries(entries.toSpliced(at % (entries.length || 1), 1));
    }),
    strange,
  );
