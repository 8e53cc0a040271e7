// Runs on whatever Node there is, so it is plain CommonJS of an old kind.
var wanted = require("../package.json").engines.node.replace(">=", "").split(".").map(Number);
var found = process.versions.node.split(".").map(Number);
if (found[0] < wanted[0] || (found[0] === wanted[0] && found[1] < wanted[1])) {
  console.error(
    "DocuChat needs Node " +
      wanted.join(".") +
      " or newer, and this is " +
      process.versions.node +
      ": run `npm ci` (not with --ignore-scripts), which brings it, and start with `npm run`.",
  );
  process.exit(1);
}

// What is compiled is kept for the next start. Said before the first TypeScript is read, the compiler need not load.
require("module").enableCompileCache();
