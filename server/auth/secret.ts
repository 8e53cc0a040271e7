import { hkdfSync, randomBytes } from "node:crypto";
import { link, mkdir, open, readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import { newId } from "../id.ts";
import { StartError } from "../start-error.ts";

const FILE = "jwt-secret";
const SECRET_BYTES = 32;
const MIN_CHARS = 32;

/**
 * The configured secret, or one that is made at the first start and kept in `dataDir`, readable by its owner alone.
 * Processes that start at once end with the same one.
 */
export const openSecret = async (config: { jwtSecret?: string | undefined; dataDir: string }): Promise<string> => {
  if (config.jwtSecret !== undefined) return config.jwtSecret;
  const path = join(config.dataDir, FILE);
  return (await readSecret(path)) ?? makeSecret(config.dataDir, path);
};

const readSecret = async (path: string): Promise<string | undefined> => {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const secret = text.trim();
  // Signing on with less would be unsafe, and replacing it silently would end every sign-in.
  if (secret.length < MIN_CHARS)
    throw new StartError(`${path} holds no usable secret: restore it, or remove it to make one.`, { exit: "config" });
  return secret;
};

/** `link` puts the whole file in its place at once, and only where there is none yet. */
const makeSecret = async (dataDir: string, path: string): Promise<string> => {
  await mkdir(dataDir, { recursive: true });
  const draft = `${path}.${newId()}`;
  const file = await open(draft, "wx", 0o600);
  let refused: unknown;
  try {
    await file.writeFile(randomBytes(SECRET_BYTES).toString("base64url"));
    await file.sync();
    await link(draft, path).catch((error: unknown) => (refused = error));
  } finally {
    await file.close();
    await unlink(draft);
  }
  // Refused where another process was first, whose secret is there then.
  const secret = await readSecret(path);
  if (secret === undefined) throw new Error(`${path} could not be made`, { cause: refused });
  return secret;
};

export type KeyPurpose = "access-token" | "login-code";

/** A 32-byte key of its own for each purpose, by HKDF-SHA-256 (RFC 5869): one tells nothing about another. */
export const deriveKey = (secret: string, purpose: KeyPurpose): Buffer =>
  Buffer.from(hkdfSync("sha256", secret, "", `docuchat ${purpose}`, 32));
