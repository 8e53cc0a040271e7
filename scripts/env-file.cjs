// The settings in `.env`, where there is one; what the environment has set already stays. Comes after `need-node.cjs`.
if (require("node:fs").existsSync(".env")) {
  try {
    process.loadEnvFile();
  } catch (error) {
    console.error(`.env cannot be read (${error.code}): make it a file that this user may read, or remove it.`);
    process.exit(78);
  }
}
