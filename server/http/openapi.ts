import { STATUS_CODES } from "node:http";
import { z } from "zod";
import manifest from "../../package.json" with { type: "json" };
import { TenantSlug } from "../contract/auth.ts";
import { REASONS, type Reason } from "../contract/errors.ts";
import { createSchemas, errorBodyOfAny, type Schemas } from "./json-schema.ts";
import { json, type Content, type Route } from "./route.ts";

type Options = {
  base: string;
  tenantHeader: string;
  /** Where the paths stand, as clients reach it. */
  server: string;
};

const ANY: readonly Reason[] = ["RATE_LIMITED", "SERVICE_UNAVAILABLE", "INTERNAL"];
const SIGNED_IN: readonly Reason[] = ["NOT_SIGNED_IN", "TOKEN_EXPIRED", "SESSION_REVOKED", "TENANT_MISMATCH"];

const DESCRIPTION = `\
Sign in with a code that comes by mail: \`POST /v1/auth/request-code\` with the tenant's name in a header, then
\`POST /v1/auth/verify-code\`, whose access token goes into \`Authorization: Bearer …\` of every other call.
The token tells the tenant. Errors have a \`reason\`; \`requestId\` is what to ask the operator about.`;

/** The OpenAPI 3.1 document of these routes, which stand under `base`. */
export const openApiOf = (routes: readonly Route[], options: Options) => {
  const schemas = createSchemas();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const [method = "", path = ""] = route.on.split(" ");
    (paths[`${options.base}${path}`] ??= {})[method.toLowerCase()] = operation(route, options, schemas);
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "DocuChat",
      version: manifest.version,
      summary: manifest.description,
      description: DESCRIPTION,
      license: { name: manifest.license, identifier: manifest.license },
    },
    servers: [{ url: options.server }],
    security: [{ accessToken: [] }],
    paths,
    components: {
      schemas: schemas.named,
      securitySchemes: { accessToken: { type: "http", scheme: "bearer" } },
      headers: { RequestId: { description: "To ask the operator about.", schema: { type: "string" } } },
    },
  };
};

const operation = (route: Route, { tenantHeader }: Options, schemas: Schemas) => {
  const { id, summary, description, open, body, reasons = [] } = route;
  const tenant = { in: "header", name: tenantHeader, required: reasons.includes("TENANT_UNKNOWN") };
  const answers = Object.entries(route.answers).map(([status, answer]) => [
    status,
    response(STATUS_CODES[status] ?? "", content(answer, "output", schemas)),
  ]);
  return {
    operationId: id.replace(/\.(.)/, (_dot, letter: string) => letter.toUpperCase()),
    tags: [id.split(".")[0]],
    summary,
    ...(description ? { description } : {}),
    ...(open ? { security: [] } : {}),
    parameters: [
      ...(open ? [{ ...tenant, schema: schemas.of(TenantSlug, "input") }] : []),
      ...parameters("path", route.path, schemas),
      ...parameters("query", route.query, schemas),
      ...parameters("header", route.headers, schemas),
    ],
    ...(body ? { requestBody: { required: true, content: content(body, "input", schemas) } } : {}),
    responses: { ...Object.fromEntries(answers), ...failures(route, schemas) },
  };
};

const parameters = (place: "path" | "query" | "header", of: z.ZodObject | undefined, schemas: Schemas) =>
  Object.entries(of?.shape ?? {}).map(([name, schema]) => ({
    in: place,
    name,
    required: !z.safeParse(schema, undefined).success,
    schema: schemas.of(schema, "input"),
  }));

const content = ({ type, schema }: Content, io: "input" | "output", schemas: Schemas) => ({
  [type]: { schema: schemas.of(schema, io) },
});

const response = (description: string, body: object, headers: object = {}) => ({
  description,
  headers: { "X-Request-Id": { $ref: "#/components/headers/RequestId" }, ...headers },
  content: body,
});

const RETRY_AFTER = { "Retry-After": { description: "With RATE_LIMITED: seconds.", schema: { type: "integer" } } };

/** Every reason that the route may meet, by its status. */
const failures = (route: Route, schemas: Schemas) => {
  const hasInput = route.body ?? route.path ?? Object.keys(route.query?.shape ?? {}).length > 0;
  const reasons = new Set([...ANY, ...(route.open ? [] : SIGNED_IN), ...(route.reasons ?? [])]);
  if (hasInput) reasons.add("INVALID_INPUT");
  const byStatus = Map.groupBy(reasons, (reason): number => REASONS[reason].status);
  if (route.body) byStatus.set(413, [...(byStatus.get(413) ?? []), "INVALID_INPUT"]);
  const described = byStatus.entries().map(([status, reasons]) => {
    const description = reasons.map((reason) => `\`${reason}\`: ${REASONS[reason].message}`).join("\n\n");
    const body = content(json(errorBodyOfAny(reasons)), "output", schemas);
    return [status, response(description, body, status === 429 ? RETRY_AFTER : {})] as const;
  });
  return Object.fromEntries(described);
};
