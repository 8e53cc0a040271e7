import { createConnection, createServer, type AddressInfo, type Socket } from "node:net";
import { cleanUp } from "./database.ts";

export type TcpProxy = {
  /** Where to reach the target through this proxy, without a slash at the end. */
  url: string;
  /** Cuts every connection, in the middle of whatever is on its way. */
  cut(): void;
  /** Cuts a connection when this many more bytes have gone through it to the client. */
  cutAfterBytes(bytes: number): void;
};

/** Stands between a client and a server, as a network that fails; it ends with the test. */
export const startTcpProxy = async (targetUrl: string): Promise<TcpProxy> => {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  let left = Infinity;
  const cut = () => {
    left = Infinity;
    for (const socket of sockets) socket.destroy();
  };
  const passOn = (data: Buffer, client: Socket) => {
    const passed = data.subarray(0, left);
    left -= passed.length;
    client.write(passed);
    // What was written before is to arrive.
    if (left <= 0) client.end(() => cut());
  };
  const server = createServer((client) => {
    const upstream = createConnection(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on("data", (data: Buffer) => passOn(data, client));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanUp(async () => {
    cut();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    cutAfterBytes: (bytes) => void (left = bytes),
  };
};
