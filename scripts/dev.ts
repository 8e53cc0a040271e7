// `npm run dev`: the server and the console, each made anew when its source changes.
import { spawn } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const start = (...args: string[]) => spawn(process.execPath, args, { cwd: root, stdio: "inherit" });
const vite = start("node_modules/vite/bin/vite.js", "build", "console", "--watch", "--logLevel", "warn");
const server = start("--watch", "--env-file-if-exists=.env", "server/main.ts");
const stop = () => [vite, server].map((child) => child.kill("SIGTERM"));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
server.once("exit", (code) => {
  vite.kill("SIGTERM");
  process.exitCode = code ?? 0;
});
