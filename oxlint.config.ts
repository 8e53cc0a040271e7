import { defineConfig } from "oxlint";

/** Each vendor library has one importer; the rest of the house knows it by that file's own words. */
const VENDORS: [packages: string[], importers: string[]][] = [
  [["kysely", "kysely/*", "pg", "pgvector", "pgvector/*", "@electric-sql/*"], ["db/**"]],
  [
    ["@trpc/server", "@trpc/server/*"],
    ["server/**/router.ts", "server/trpc.ts", "server/http/**", "client-sdk/**"],
  ],
  [["hono", "hono/*", "@hono/*", "ws", "@fastify/busboy"], ["server/http/**"]],
  [["pg-boss"], ["server/jobs.ts", "server/worker.ts"]],
  [["jose"], ["server/auth/access-token.ts"]],
  [["nodemailer"], ["server/auth/mail.ts"]],
  [
    ["openai", "openai/*"],
    ["server/model/openai.ts", "server/model/openai/**"],
  ],
  [["ioredis"], ["server/key-value/redis*.ts"]],
  [["rate-limiter-flexible"], ["server/key-value/**"]],
  [["tiktoken", "tiktoken/*"], ["server/tokenizer/**"]],
  [["@embedpdf/*"], ["server/ingest/reader/**"]],
  // The independent reference of the tests.
  [["pdf-parse", "pdf-parse/*"], []],
  [["pdfjs-dist", "pdfjs-dist/*"], ["console/src/viewer/pdf.ts"]],
  [["marked"], ["console/src/chat/markdown.tsx"]],
  [["@aws-sdk/*"], ["server/files/store-s3.ts"]],
  [["superjson"], ["server/trpc.ts", "client-sdk/**"]],
];

/** Which rooms of the server a room's verbs may enter beside the small shared modules. Routers and http enter all. */
const FEATURES = ["auth", "files", "ingest", "retrieval", "chat", "usage", "admin", "http"];
const MAY_ENTER: Record<string, string[]> = { chat: ["retrieval"], admin: ["auth"], ingest: ["files"] };

const matches = (importers: string[], place: string) =>
  importers.some(
    (importer) => importer === place || (importer.endsWith("/**") && place.startsWith(importer.slice(0, -2))),
  );

type Pattern = { group: string[]; message: string };
const vendorsBarredFrom = (place: string): Pattern[] =>
  VENDORS.filter(([, importers]) => !matches(importers, place)).map(([group, importers]) => ({
    group,
    message: `Only ${importers.join(", ")} may know this library.`,
  }));

const restrict = (patterns: Pattern[]): { "no-restricted-imports": ["error", { patterns: Pattern[] }] } => ({
  "no-restricted-imports": ["error", { patterns }],
});

/** `place` stands for the files in `VENDORS` words. */
const room = (files: string[], place: string, more: Pattern[] = []) => ({
  files,
  rules: restrict([...vendorsBarredFrom(place), ...more]),
});

const barredFeatures = (feature: string): Pattern[] => [
  {
    group: FEATURES.filter((other) => other !== feature && !MAY_ENTER[feature]?.includes(other)).map(
      (other) => `../${other}/*`,
    ),
    message: "A verb enters no other feature: what two features need moves down.",
  },
  {
    group: ["**/router.ts", "**/trpc.ts", "**/app.ts", "**/main.ts"],
    message: "A verb knows no router and makes nothing.",
  },
];

/** The console is one more user of the published client. */
const SDK_ALONE: Pattern[] = [
  {
    group: ["**/server/**", "**/db/**", "**/client-sdk/**", "**/test/**", "@trpc/*", "zod", "node:*"],
    message: "The console stands on @docuchat/client alone.",
  },
];

const config = defineConfig({
  plugins: ["typescript", "import", "unicorn", "oxc", "promise"],
  options: { typeAware: true },
  categories: { correctness: "error", suspicious: "error" },
  ignorePatterns: ["**/dist/**", "**/generated/**", "client-sdk/api/**", "scripts/*.cjs"],
  rules: {
    "import/no-cycle": ["error", { ignoreTypes: false }],
    "import/no-default-export": "error",
    "import/no-unassigned-import": "off",
    "typescript/no-explicit-any": "error",
    "typescript/no-non-null-assertion": "error",
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/switch-exhaustiveness-check": "error",
    "typescript/consistent-type-imports": "error",
    "typescript/no-unsafe-type-assertion": "off",
    "typescript/consistent-return": "off",
    "unicorn/no-array-sort": "off",
    "unicorn/no-array-reverse": "off",
    "unicorn/consistent-function-scoping": "off",
    "unicorn/require-post-message-target-origin": "off",
    "promise/always-return": "off",
    "no-await-in-loop": "off",
    "no-shadow": "off",
    "no-underscore-dangle": "off",
    "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    "no-process-env": "error",
    ...restrict(vendorsBarredFrom("")),
  },
  overrides: [
    { files: ["server/config.ts"], rules: { "no-process-env": "off" } },
    room(["db/**"], "db/", [
      { group: ["**/server/**", "**/client-sdk/**", "**/test/**"], message: "db imports nothing of ours." },
    ]),
    {
      files: ["server/contract/**"],
      rules: restrict([{ group: ["**", "!zod", "!./*.ts"], message: "The contract imports only zod." }]),
    },
    ...FEATURES.filter((feature) => feature !== "http").map((feature) =>
      room([`server/${feature}/*.ts`], `server/${feature}/`, barredFeatures(feature)),
    ),
    room(["server/**/router.ts"], "server/**/router.ts"),
    room(["server/http/**"], "server/http/"),
    room(["server/trpc.ts"], "server/trpc.ts"),
    room(["server/jobs.ts", "server/worker.ts"], "server/jobs.ts"),
    room(["server/files/store-s3.ts"], "server/files/store-s3.ts", barredFeatures("files")),
    room(["server/auth/access-token.ts"], "server/auth/access-token.ts", barredFeatures("auth")),
    room(["server/auth/mail.ts"], "server/auth/mail.ts", barredFeatures("auth")),
    room(["server/model/openai.ts", "server/model/openai/**"], "server/model/openai.ts"),
    room(["server/key-value/**"], "server/key-value/"),
    room(["server/key-value/redis*.ts"], "server/key-value/redis*.ts"),
    room(["server/ingest/reader/**"], "server/ingest/reader/"),
    room(["console/src/**"], "console/src/", SDK_ALONE),
    room(["console/src/viewer/pdf.ts"], "console/src/viewer/pdf.ts", SDK_ALONE),
    room(["console/src/chat/markdown.tsx"], "console/src/chat/markdown.tsx", SDK_ALONE),
    room(["client-sdk/**"], "client-sdk/", [{ group: ["**/db/**"], message: "The client knows no database." }]),
    {
      files: ["test/**", "bench/**", "eval/**", "scripts/**", "examples/**", "console/*.ts", "*.config.{ts,mjs}"],
      rules: {
        "no-restricted-imports": "off",
        "no-process-env": "off",
        "import/no-default-export": "off",
        "typescript/unbound-method": "off",
      },
    },
  ],
});
export default config;
