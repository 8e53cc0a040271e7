import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { isDebianRoot } from "../services/install.ts";

const PLACES = [process.env["CHROMIUM"] ?? "", "/usr/bin/chromium", "/usr/bin/chromium-browser"];

/** Where the browser is; `CHROMIUM` names another place than Debian's. */
export const findChromium = (): string | undefined => PLACES.find((path) => path !== "" && existsSync(path));

/** Debian's own Chromium, where it is missing and may be installed. */
export const installChromium = (): string => {
  const found = findChromium();
  if (found) return found;
  if (!isDebianRoot()) throw new Error("browser: set CHROMIUM: only Debian's root can install it here.");
  process.stderr.write("browser: installing Chromium\n");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", "chromium"]])
    execFileSync("apt-get", ["-qq", ...args], { stdio: ["ignore", process.stderr, process.stderr], env });
  const installed = findChromium();
  if (!installed) throw new Error("browser: Debian's package brought no Chromium");
  return installed;
};
