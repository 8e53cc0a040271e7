import { sql, type KyselyPlugin, type RootOperationNode } from "kysely";
import { kyselyOf, type Db } from "../../db/open.ts";

/** A predicate that is missing from every statement of a kind at a table. */
export type Hole = { table: string; kind: "Select" | "Update" | "Delete"; column: "tenant_id" | "user_id" };

type Node = { kind: string; [field: string]: unknown };

/** The name at the end of a table's or a column's node. */
const nameOf = (node: unknown): string | undefined => {
  if (typeof node !== "object" || node === null) return undefined;
  const { name, identifier, table, column, node: inner } = node as Record<string, unknown>;
  return typeof name === "string" ? name : nameOf(identifier ?? column ?? table ?? inner);
};

const tableOf = ({ kind, table, from }: Node): string | undefined =>
  kind === "UpdateQueryNode" ? nameOf(table) : nameOf((from as { froms?: unknown[] } | undefined)?.froms?.[0]);

/** The condition without comparisons of that column; undefined when nothing is left. */
const without = (column: string, node: Node): Node | undefined => {
  if (node.kind === "BinaryOperationNode") return nameOf(node["leftOperand"]) === column ? undefined : node;
  if (node.kind !== "AndNode") return node;
  const [left, right] = [node["left"], node["right"]].map((side) => without(column, side as Node));
  return left && right ? { ...node, left, right } : (left ?? right);
};

/** Opens `hole` in all that goes to the database through this handle, and counts where it did. */
const plugin = (hole: Hole, opened: { times: number }): KyselyPlugin => ({
  transformQuery: ({ node }) => {
    const query = node as unknown as Node;
    const where = query["where"] as Node | undefined;
    if (query.kind !== `${hole.kind}QueryNode` || tableOf(query) !== hole.table || !where) return node;
    const rest = without(hole.column, where["where"] as Node);
    if (rest === where["where"]) return node;
    opened.times += 1;
    return { ...query, where: rest && { ...where, where: rest } } as unknown as RootOperationNode;
  },
  transformResult: async ({ result }) => result,
});

export const withHole = (db: Db, hole: Hole): { db: Db; opened: { times: number } } => {
  const opened = { times: 0 };
  return { db: Object.assign({ ...db }, { kysely: kyselyOf(db).withPlugin(plugin(hole, opened)) }), opened };
};

/** The tables that row-level security holds. */
export const listPolicies = async (db: Db): Promise<string[]> => {
  const { rows } = await sql<{ table: string }>`
    select tablename::text as "table" from pg_policies where policyname = 'own_tenant' order by 1`.execute(
    kyselyOf(db),
  );
  return rows.map(({ table }) => table);
};

const OWN = "(select nullif(current_setting('app.tenant_id', true), '')::uuid)";

/** Takes the sense out of a table's policy, or puts it back. */
export const setPolicy = async (db: Db, table: string, open: boolean): Promise<void> => {
  const condition = open ? "true" : `${table === "tenants" ? "id" : "tenant_id"} = ${OWN}`;
  await sql
    .raw(`alter policy own_tenant on ${table} using (${condition}) with check (${condition})`)
    .execute(kyselyOf(db));
};
