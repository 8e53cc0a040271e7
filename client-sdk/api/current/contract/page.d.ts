import { z } from "zod";
/** Which page of a list: without input the first one, as clients of before there were pages ask for it. */
export declare const PageInput: z.ZodPrefault<z.ZodObject<{
    cursor: z.ZodOptional<z.ZodUUID>;
    limit: z.ZodDefault<z.ZodInt>;
}, z.core.$strip>>;
export type PageInput = z.infer<typeof PageInput>;
/** The same for a list in the order of email addresses. */
export declare const EmailPageInput: z.ZodPrefault<z.ZodObject<{
    cursor: z.ZodOptional<z.ZodString>;
    limit: z.ZodDefault<z.ZodInt>;
}, z.core.$strip>>;
export type EmailPageInput = z.infer<typeof EmailPageInput>;
/** A page's items; `nextCursor` while there are more. */
export declare const pageOf: <Item extends z.ZodType>(item: Item) => z.ZodObject<{
    items: z.ZodArray<Item>;
    nextCursor: z.ZodOptional<z.ZodString>;
}, z.core.$strip>;