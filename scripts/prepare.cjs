// After `npm ci`: builds the console, where what builds it is installed. An installation without it is whole without
// the page. Runs on whatever Node there is, so it is plain CommonJS of an old kind.
var childProcess = require("child_process");
var path = require("path");

var major = Number(process.versions.node.split(".")[0]);
try {
  require.resolve("vite/package.json");
} catch (_missing) {
  major = 0;
}
if (major >= 22) {
  var args = [path.join(__dirname, "../node_modules/vite/bin/vite.js"), "build", "console", "--logLevel", "warn"];
  process.exit(childProcess.spawnSync(process.execPath, args, { stdio: "inherit" }).status === 0 ? 0 : 1);
}
