import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { cleanUp } from "../support/clean-up.ts";

export const ROOT = join(import.meta.dirname, "../..");

/** What the command prints; what it complains of is in the error. */
export const run = async (command: string, args: string[], cwd: string): Promise<string> => {
  const { stdout } = await promisify(execFile)(command, args, { cwd }).catch(
    (error: { stdout: string; stderr: string }) => {
      throw new Error(`${command} ${args.join(" ")}\n${error.stdout}${error.stderr}`);
    },
  );
  return stdout;
};

export type Packed = { folder: string; tarball: string; project: string; installed: string };

/** A project with the packed client and what it depends on, by links; nothing else can be imported. */
export const packClient = async (root = ROOT): Promise<Packed> => {
  const folder = await mkdtemp(join(tmpdir(), "docuchat-package-"));
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  const project = join(folder, "project");
  const installed = join(project, "node_modules/@docuchat/client");
  await mkdir(installed, { recursive: true });
  await run(process.execPath, ["scripts/build-sdk.ts", "--compile"], root);
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const [{ filename }] = JSON.parse(await run("npm", args, join(root, "client-sdk"))) as [{ filename: string }];
  const tarball = join(folder, filename);
  await run("tar", ["-xzf", tarball, "--strip-components=1", "-C", installed], folder);
  const { dependencies, peerDependencies } = JSON.parse(await readFile(join(installed, "package.json"), "utf8")) as {
    dependencies: object;
    peerDependencies: object;
  };
  for (const scope of ["@trpc", "@tanstack", "@types"]) await mkdir(join(project, "node_modules", scope));
  for (const name of [...Object.keys({ ...dependencies, ...peerDependencies }), "@types/react"])
    await symlink(join(ROOT, "node_modules", name), join(project, "node_modules", name));
  await writeFile(join(project, "package.json"), '{"type":"module"}');
  return { folder, tarball, project, installed };
};
