import { execFileSync } from "node:child_process";
import { isDebianRoot, sh } from "./install.ts";

const has = (program: string): boolean => {
  try {
    execFileSync(program, ["-v"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

/** Whether poppler's `pdftotext` can be run here: Debian's root gets it installed where it is missing. */
export const findPoppler = (): boolean => {
  if (has("pdftotext")) return true;
  if (!isDebianRoot()) return false;
  process.stderr.write("poppler: installing poppler-utils\n");
  sh(`apt-get update -qq
      apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=300 poppler-utils poppler-data`);
  return has("pdftotext");
};
