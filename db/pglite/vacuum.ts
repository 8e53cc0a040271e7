import type { PGlite } from "@electric-sql/pglite";

/**
 * Tables that have changed as much as makes PostgreSQL's autovacuum come by, with its usual thresholds: 50 rows and a
 * fifth removed, 1,000 and a fifth added, 50 and a tenth changed since statistics were taken.
 */
const DUE = `
  select format('%I.%I', schemaname, relname) as name from pg_stat_user_tables
  where n_dead_tup > 50 + n_live_tup / 5 or n_ins_since_vacuum > 1000 + n_live_tup / 5
    or n_mod_since_analyze > 50 + n_live_tup / 10
  order by n_mod_since_analyze desc limit 1`;

/**
 * Vacuums and analyzes the table that needs it most, if one does: no process of PGlite's does so by itself. Without it
 * the planner knows nothing of how common words are, new words stay in a list that every search reads from end to end,
 * and the room of what was removed is never used again.
 */
export const vacuumNext = async (db: PGlite): Promise<void> => {
  const { rows } = await db.query<{ name: string }>(DUE);
  const name = rows[0]?.name;
  if (name !== undefined) await db.exec(`vacuum (analyze) ${name}`);
};
