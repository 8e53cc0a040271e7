import { enableCompileCache } from "node:module";

// What was compiled is kept for the next start, which is the quicker for it; so this comes before all the rest.
enableCompileCache();
await import("./serve.ts");
