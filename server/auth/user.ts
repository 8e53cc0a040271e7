import type { z } from "zod";
import type { TenantRow, UserRow } from "../../db/index.ts";
import type { Tenant, User } from "../contract/auth.ts";

export const toUser = (row: Omit<UserRow, "tenant_id">): z.input<typeof User> => ({
  id: row.id,
  email: row.email,
  role: row.role,
  createdAt: row.created_at,
});

export const toTenant = (row: TenantRow): z.input<typeof Tenant> => ({ id: row.id, slug: row.slug, name: row.name });
