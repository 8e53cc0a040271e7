import { sql, type Kysely } from "kysely";
import type { Schema } from "./schema.ts";

const MIN_SERVER = 15;
const MIN_PGVECTOR = [0, 8] as const;

/** The database answers, and cannot be used as it is. The message says what is wrong and what to do, in one line. */
export class UnusableDatabaseError extends Error {
  override readonly name = "UnusableDatabaseError";
}

export type ServerFacts = {
  version: string;
  major: number;
  me: string;
  unsafe: boolean;
  pgvector: string | null;
  /** The owner of the schema, where that is a role which `me` is not a member of. */
  stranger: string | null;
};

/**
 * Throws `UnusableDatabaseError` for an old server, a missing or old pgvector, and a role that is above row-level
 * security or may not migrate the schema.
 */
export const checkServer = async (db: Kysely<Schema>): Promise<void> => {
  const { rows } = await sql<ServerFacts>`
    select current_setting('server_version') as version,
      current_setting('server_version_num')::int / 10000 as major,
      current_user::text as me,
      (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) as unsafe,
      coalesce(
        (select extversion from pg_extension where extname = 'vector'),
        (select default_version from pg_available_extensions where name = 'vector')) as pgvector,
      (select pg_get_userbyid(relowner)::text from pg_class where oid = to_regclass('public.kysely_migration')
        and not pg_has_role(current_user, relowner, 'usage')) as stranger`.execute(db);
  const problem = rows[0] && problemOf(rows[0]);
  if (problem) throw new UnusableDatabaseError(problem);
};

/** What keeps a server, a role or a schema from being used, and what to do; undefined where nothing does. */
export const problemOf = ({ version, major, me, unsafe, pgvector, stranger }: ServerFacts): string | undefined => {
  if (major < MIN_SERVER) return `the server is PostgreSQL ${version}: use version ${MIN_SERVER} or newer`;
  if (unsafe)
    return (
      "the role is above row-level security (superuser or BYPASSRLS): " +
      "sign in as a role that owns the database and may create roles, and no more"
    );
  const wanted = MIN_PGVECTOR.join(".");
  if (pgvector === null) return `the server has no pgvector: install pgvector ${wanted} or newer there`;
  if (isOlder(pgvector))
    return `the database has pgvector ${pgvector}: update the extension vector to ${wanted} or newer`;
  if (stranger !== null)
    return (
      `the tables belong to the role ${stranger}: sign in as that role, ` +
      `or run as a superuser \`reassign owned by "${stranger}" to "${me}"\``
    );
  return undefined;
};

const isOlder = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < MIN_PGVECTOR[0] || (major === MIN_PGVECTOR[0] && minor < MIN_PGVECTOR[1]);
};
