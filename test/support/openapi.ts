import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { Email } from "../../server/contract/email.ts";
import type { Named, Schema } from "./json-schema-inputs.ts";

type Content = Record<string, { schema: Schema }>;
export type Operation = {
  operationId: string;
  security?: object[];
  parameters: { in: "path" | "query" | "header"; name: string; required: boolean; schema: Schema }[];
  requestBody?: { content: Content };
  responses: Record<string, { content: Content }>;
};
export type OpenApi = { paths: Record<string, Record<string, Operation>>; components: { schemas: Named } };
export type Described = Operation & { method: string; path: string };

export const operationsOf = ({ paths }: OpenApi): Described[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
  );

/** The published document lets replies grow; ours have what it tells and no more. */
const closed = (value: unknown): unknown => {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(closed);
  const inner = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, closed(part)]));
  const isClosed = inner["type"] === "object" && "properties" in inner && !("additionalProperties" in inner);
  return isClosed ? { ...inner, additionalProperties: false } : inner;
};

/** Complaints about a value, by a schema of the document; none for one that fits. */
export const createValidator = (document: OpenApi) => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addFormat("binary", true);
  ajv.addFormat("idn-email", (text) => Email.safeParse(text).success);
  ajv.addSchema(closed({ components: document.components }) as object, "document");
  const compiled = new Map<string, ReturnType<typeof ajv.compile>>();
  return (schema: Schema, value: unknown): string => {
    const text = JSON.stringify(closed(schema)).replaceAll('"#/', '"document#/');
    const validate = compiled.get(text) ?? ajv.compile(JSON.parse(text) as object);
    compiled.set(text, validate);
    return validate(value) ? "" : ajv.errorsText(validate.errors);
  };
};
