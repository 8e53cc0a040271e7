import { hash } from "node:crypto";
import { sql } from "kysely";
import type { PoolClient } from "pg";

const MARK = "/* planned once */";

/**
 * Ends a statement that has one plan, whatever its values and however its tables have grown: an insert of values, a look at
 * a table with one row a tenant, or what goes by keys alone (`planByKeys`). A connection to PostgreSQL keeps it, for planning
 * such a one takes longer than running it. Not for a statement of `*`: it would fail as soon as a newer server adds a column.
 */
export const PLANNED_ONCE = sql.raw(MARK);

const names = new Map<string, string>();
/** The same text has the same name in each process, as a pooler's connections are shared by several. */
const nameOf = (text: string): string => {
  const name = names.get(text) ?? `docuchat_${hash("sha256", text).slice(0, 32)}`;
  names.set(text, name);
  return name;
};

/** A statement is not there, or is there already: as behind a pooler that does not know of them. */
const UNKEPT = new Set(["26000", "42P05"]);
let kept = true;

/** Sends a statement, by its name where it is planned once. After a failure of that kind none is kept any more. */
export const send = async (client: PoolClient, text: string, values: unknown[]) => {
  if (!kept || !text.endsWith(MARK)) return client.query(text, values);
  try {
    return await client.query({ name: nameOf(text), text, values });
  } catch (error) {
    if (UNKEPT.has((error as { code?: string }).code ?? "")) kept = false;
    throw error;
  }
};
