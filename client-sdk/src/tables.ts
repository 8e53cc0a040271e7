/** What of the contract is needed at run time without its schemas: zod is larger than all the rest of the client. */
export { LIMITS, SLUG } from "../../server/contract/limits.ts";
export { REASONS } from "../../server/contract/reasons.ts";
