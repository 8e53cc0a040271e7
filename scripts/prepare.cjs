// After `npm ci`: makes what a start would have to make otherwise, where the packages for it are installed. An
// installation without it is whole without the page, and slower at its first start. Runs on whatever Node there is, so
// it is plain CommonJS of an old kind.
var childProcess = require("child_process");
var fs = require("fs");
var path = require("path");

var root = path.join(__dirname, "..");
var major = Number(process.versions.node.split(".")[0]);

function run(script, args) {
  var file = path.join(root, script);
  if (major < 22 || !fs.existsSync(file)) return;
  var ended = childProcess.spawnSync(process.execPath, [file].concat(args), { cwd: root, stdio: "inherit" });
  if (ended.status !== 0) process.exit(1);
}

run("node_modules/vite/bin/vite.js", ["build", "console", "--logLevel", "warn"]);
if (fs.existsSync(path.join(root, "node_modules/@electric-sql/pglite"))) run("scripts/blank-database.ts", []);
