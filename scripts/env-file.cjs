// The settings in `.env`, where there is one; what the environment has set already stays. Comes after `need-node.cjs`.
if (require("node:fs").existsSync(".env")) process.loadEnvFile();
