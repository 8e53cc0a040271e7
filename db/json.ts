import { sql, type RawBuilder } from "kysely";

/** A JSON parameter, written the same way on both engines. */
export const json = <T>(value: T): RawBuilder<T> => sql`${JSON.stringify(value)}::jsonb`;
