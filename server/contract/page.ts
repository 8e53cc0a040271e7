import { z } from "zod";
import { LIMITS } from "./limits.ts";

/** How many items of a list one call returns; a list that released clients read whole starts with its largest page. */
const PageSize = z.int().min(1).max(LIMITS.pageSize).default(LIMITS.pageSize);

/** An address of a list; text that PostgreSQL cannot store is none. */
const EmailCursor = z
  .string()
  .max(LIMITS.emailChars)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u);

/** Which page of a list: without input the first one, as clients of before there were pages ask for it. */
export const PageInput = z.object({ cursor: z.uuid().optional(), limit: PageSize }).prefault({});
export type PageInput = z.infer<typeof PageInput>;

/** The same for a list in the order of email addresses. */
export const EmailPageInput = z.object({ cursor: EmailCursor.optional(), limit: PageSize }).prefault({});
export type EmailPageInput = z.infer<typeof EmailPageInput>;

/** A page's items; `nextCursor` while there are more. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().optional() });
