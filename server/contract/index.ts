export * from "./admin.ts";
export * from "./auth.ts";
export * from "./chat.ts";
export { Email } from "./email.ts";
export * from "./errors.ts";
export * from "./files.ts";
export * from "./ids.ts";
export * from "./limits.ts";
export * from "./usage.ts";
