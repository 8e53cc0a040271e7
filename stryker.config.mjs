// `npm run mutations [-- --mutate server/quota.ts]`: changes what keeps people and tenants apart in one place at a
// time, and runs the tests that come by there: one must fail.

/** What is said to a person or to the log: another wording is no other behaviour. */
const WORDING = {
  kind: "Ignore",
  name: "wording",
  value: { shouldIgnore: (path) => (isWording(path) ? "wording" : undefined) },
};

const SAYS = new Set(["message", "description"]);

const isWording = (path) => {
  if (!path.isStringLiteral() && !path.isTemplateLiteral()) return false;
  const { parentPath: parent } = path;
  if (parent.isObjectProperty()) return SAYS.has(parent.node.key.name);
  if (parent.isNewExpression()) return parent.node.callee.name === "Error";
  if (!parent.isCallExpression()) return false;
  const { name, object } = parent.node.callee;
  return name === "refuse" || name === "isFull" || object?.property?.name === "log";
};

export const strykerPlugins = [WORDING];

export default {
  plugins: ["@stryker-mutator/vitest-runner", import.meta.filename],
  ignorers: ["wording"],
  testRunner: "vitest",
  vitest: { configFile: "vitest.mutations.config.ts", related: false },
  mutate: [
    "server/auth/*.ts",
    "server/{quota,rate-limit,idempotency}.ts",
    "db/tenancy.ts",
    "server/files/receive.ts",
    "server/http/{upload,multipart}.ts",
  ],
  reporters: ["clear-text", "json", "progress-append-only"],
  concurrency: 2,
  // What runs while a file is loaded would cost every test of every file.
  ignoreStatic: true,
  disableTypeChecks: false,
  // Stryker asks TypeScript to rewrite its settings, which version 7 has no programmable part for.
  ignorePatterns: ["tsconfig.json", "coverage", "test-output", "data"],
  thresholds: { high: 90, low: 80, break: 80 },
};
