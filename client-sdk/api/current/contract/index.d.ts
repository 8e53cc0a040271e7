export * from "./admin.js";
export * from "./auth.js";
export * from "./chat.js";
export { Email } from "./email.js";
export * from "./errors.js";
export * from "./files.js";
export * from "./ids.js";
export * from "./limits.js";
export * from "./usage.js";