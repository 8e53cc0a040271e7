import { callTRPCProcedure, type ProcedureType } from "@trpc/server";
import type { Context } from "hono";
import { z } from "zod";
import { appRouter } from "../router.ts";
import { readJson } from "./body.ts";
import { requestContext, type HttpEnv } from "./context.ts";
import { json, type Route } from "./route.ts";

type Routers = (typeof appRouter)["_def"]["record"];
type ProcedurePath = {
  [R in keyof Routers]: `${R}.${Extract<keyof Routers[R], string>}`;
}[keyof Routers];
type Definition = { type: ProcedureType; meta: { description: string }; inputs: [z.ZodObject?]; output: z.ZodType };

/** At run time tRPC keeps procedures in one flat record, by path. */
const procedures = appRouter._def.procedures as unknown as Record<ProcedurePath, { _def: Definition }>;

/** What a path calls otherwise than the procedure's input: `{ id: "fileId" }`. */
type Renamed = Record<string, string>;
type Options = Pick<Route, "open" | "reasons"> & { renamed?: Renamed };

/**
 * The route of a procedure, which is called in process: guards, limits and reasons are the procedure's, and it parses
 * what is handed over here as it came. That is the body of a POST without parameters in its path, and what stands in path
 * and query of the others.
 */
export const call = (on: Route["on"], path: ProcedurePath, { renamed = {}, ...own }: Options = {}): Route => {
  const { type, meta, inputs, output } = procedures[path]._def;
  const [input = z.object({})] = inputs;
  const route = { on, id: path, summary: meta.description, answers: { 200: json(output) }, ...own };
  const handle =
    (read: (c: Context<HttpEnv>) => unknown): Route["handle"] =>
    (app) =>
    async (c) => {
      const ctx = requestContext(app, c.env);
      const { signal } = c.req.raw;
      const getRawInput = async () => read(c);
      return c.json(
        await callTRPCProcedure({ router: appRouter, path, type, ctx, signal, getRawInput, batchIndex: 0 }),
      );
    };
  const { inPath, inQuery } = split(input, renamed);
  const fromPath = (c: Context<HttpEnv>) =>
    Object.fromEntries(Object.entries<string>(c.req.param()).map(([name, text]) => [renamed[name] ?? name, text]));
  if (on.startsWith("POST") && Object.keys(renamed).length === 0)
    return { ...route, body: json(input), handle: handle((c) => readJson(c.req.raw)) };
  // All that such a call takes stands in its path.
  if (on.startsWith("POST")) return { ...route, path: inPath, handle: handle(fromPath) };
  const integers = new Set(Object.keys(inQuery.shape).filter((name) => isInteger(inQuery.shape[name])));
  const toInput = ([name, text]: [string, string]) =>
    name in renamed ? [renamed[name], text] : [name, integers.has(name) ? Number(text) : text];
  const read = (c: Context<HttpEnv>) =>
    Object.fromEntries(Object.entries({ ...c.req.query(), ...c.req.param() }).map(toInput));
  return { ...route, path: inPath, query: inQuery, handle: handle(read) };
};

const split = (input: z.ZodObject, renamed: Renamed) => {
  const inPath = Object.entries(renamed).map(([name, its]) => [name, input.shape[its]]);
  const inQuery = Object.entries(input.shape).filter(([name]) => !Object.values(renamed).includes(name));
  return {
    inPath: z.object(Object.fromEntries(inPath) as z.ZodRawShape),
    inQuery: z.object(Object.fromEntries(inQuery)),
  };
};

const isInteger = (schema: z.core.$ZodType | undefined): boolean =>
  schema !== undefined && z.toJSONSchema(schema, { io: "input" }).type === "integer";
