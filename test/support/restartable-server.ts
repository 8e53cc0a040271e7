import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cleanUp } from "./clean-up.ts";
import { newDatabase, newRedisUrl, putDatabase } from "./database.ts";
import { startServerProcess, type ServerProcess } from "./server-process.ts";

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

/** A server process that can be killed and started again at the same address, on the same data. */
export const startRestartableServer = async (
  env: Record<string, string>,
): Promise<{ server: ServerProcess; restart(): Promise<ServerProcess> }> => {
  const dataDir = await mkdtemp(join(tmpdir(), "docuchat-restartable-"));
  cleanUp(() => rm(dataDir, { recursive: true, force: true }));
  const database = await newDatabase();
  await putDatabase(dataDir);
  const own = {
    PORT: String(await freePort()),
    DATA_DIR: dataDir,
    DATABASE_URL: "url" in database ? database.url : undefined,
    REDIS_URL: newRedisUrl(),
    ...env,
  };
  const start = () => startServerProcess(own);
  return { server: await start(), restart: start };
};
