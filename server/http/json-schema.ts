import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import * as contract from "../contract/index.ts";
import { PdfBytes } from "./route.ts";

export type JsonSchema = z.core.JSONSchema.BaseSchema;

export type Schemas = {
  /** The schema as JSON Schema 2020-12; what the contract names is a reference to `named`. */
  of(schema: z.core.$ZodType, io: "input" | "output"): JsonSchema;
  named: Record<string, JsonSchema>;
};

const { REASONS, ReasonData, Reason } = contract;

const metadata = z.registry<Record<string, unknown>>();
for (const [id, schema] of Object.entries(contract)) if (schema instanceof z.ZodType) metadata.add(schema, { id });
// Trimmed before it is looked at, so that zod itself knows no format of it.
metadata.add(contract.Email, { id: "Email", format: "idn-email" });

// Bytes, as OpenAPI writes them.
metadata.add(PdfBytes, { format: "binary", contentMediaType: "application/pdf" });

const errorBodyOf = (reason: contract.Reason): z.ZodType => {
  const data = reason in ReasonData ? ReasonData[reason as keyof typeof ReasonData].shape : {};
  const message = z.string().register(metadata, { examples: [REASONS[reason].message] });
  const error = z.object({ reason: z.literal(reason), message, requestId: z.string(), ...data });
  return z.object({ error }).register(metadata, { id: reason });
};
const errorBodies = new Map(Reason.options.map((reason) => [reason, errorBodyOf(reason)]));

/** The body of an error of one of these reasons: what a reason carries stands beside its message. */
export const errorBodyOfAny = (reasons: readonly contract.Reason[]): z.ZodType =>
  z.union(reasons.flatMap((reason) => errorBodies.get(reason) ?? []));

export const createSchemas = (): Schemas => {
  const named: Record<string, JsonSchema> = {};
  return {
    named,
    of: (schema, io) => {
      // Wrapped, so that the schema itself may be one that has a name.
      const { properties, $defs } = z.toJSONSchema(z.object({ it: schema }), {
        io,
        metadata,
        unrepresentable: datesAsText,
        override: openAndPlain,
      });
      const text = JSON.stringify({ it: properties?.["it"], ...$defs }).replaceAll(
        '"#/$defs/',
        '"#/components/schemas/',
      );
      const { it, ...defs } = JSON.parse(text) as Record<string, JsonSchema>;
      for (const [name, schema] of Object.entries(defs))
        if (!isDeepStrictEqual((named[name] ??= schema), schema))
          throw new Error(`${name} goes in and comes out otherwise.`);
      return it ?? {};
    },
  };
};

type Settings = Required<z.core.ToJSONSchemaParams>;

const datesAsText: Settings["unrepresentable"] = ({ zodSchema }) =>
  zodSchema._zod.def.type === "date" ? { type: "string", format: "date-time" } : "throw";

/** Replies may grow: no client should insist on what it knows. What a format tells, or JavaScript alone, is left out. */
const openAndPlain: Settings["override"] = ({ jsonSchema }) => {
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
  if (jsonSchema.format === "uuid") delete jsonSchema.pattern;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
};
