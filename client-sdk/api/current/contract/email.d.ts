import { z } from "zod";
/** One text for one mailbox: the local part in NFC and lower case, the domain in ASCII. */
export declare const canonicalEmail: (text: string) => string;
/** An email address in its canonical form; international ones (RFC 6531, IDN) too. */
export declare const Email: z.ZodString;
export type Email = z.infer<typeof Email>;