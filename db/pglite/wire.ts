/** What the thread opens: a folder, or memory. */
export type PgliteStart = { dataDir: string | undefined };

type Call =
  | { op: "open" | "begin" | "close" }
  | { op: "query"; text: string; values: unknown[] }
  | { op: "exec" | "listen" | "unlisten"; text: string }
  | { op: "end"; trx: number; how: "commit" | "rollback" };
/** `id` counts up; a transaction goes by the id of its `begin`. */
export type Request = Call & { id: number; trx?: number };
export type RequestBody = Call & { trx?: number };

export type Reply = { id: number; value: unknown } | { id: number; error: WireError };
export type Notification = { channel: string; payload: string };

/** The fields of a PostgreSQL error that survive the way between threads; never the query or its values. */
const FIELDS = ["message", "code", "severity", "detail", "hint", "schema", "table", "column", "constraint"] as const;
export type WireError = Partial<Record<(typeof FIELDS)[number], string>>;

export const toWireError = (error: unknown): WireError =>
  Object.fromEntries(
    FIELDS.map((field) => [field, error instanceof Error ? Reflect.get(error, field) : undefined]).filter(
      ([, value]) => typeof value === "string",
    ),
  );

/** A PostgreSQL error as it left the thread; test `code` (SQLSTATE), as with node-postgres. */
export class PgliteError extends Error {
  override readonly name = "PgliteError";
  readonly code: string | undefined;
  readonly constraint: string | undefined;
  readonly table: string | undefined;

  constructor(fields: WireError) {
    super(fields.message ?? "PGlite failed");
    this.code = fields.code;
    this.constraint = fields.constraint;
    this.table = fields.table;
  }
}
