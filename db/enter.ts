import { escapeLiteral } from "pg";

/** The role of every tenant's queries: it owns nothing, and row-level security holds it. */
export const APP_ROLE = "docuchat_app";
/** The role that owns the full-text functions. */
export const SEARCH_ROLE = "docuchat_search";

/** What a transaction of one tenant begins with. */
export const enterTenant = (tenantId: string, { embedded }: { embedded: boolean }): string => {
  const own = `set local role ${APP_ROLE}; set local app.tenant_id = ${escapeLiteral(tenantId)}`;
  // Compiling a statement of ours takes longer than running it.
  return embedded ? own : `${own}; set local jit = off`;
};
