import { once } from "node:events";
import { createConnection, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { cleanUp } from "./clean-up.ts";

export type TcpProxy = {
  /** Where to reach the target through this proxy, without a slash at the end. */
  url: string;
  port: number;
  /** Cuts every connection, in the middle of whatever is on its way. */
  cut(): void;
  /** Cuts a connection when this many more bytes have gone through it to the client. */
  cutAfterBytes(bytes: number): void;
  /** While on, takes connections and bytes, and passes nothing on: a black hole. What came meanwhile is lost. */
  swallow(on: boolean): void;
};

/** Where the next connection goes; asked again where that one is refused. */
type Target = string | (() => string | undefined);

/**
 * Stands between a client and one or many servers, as a network that fails; it ends with the test. `onSent` receives what
 * clients send.
 */
export const startTcpProxy = async (
  target: Target,
  onSent: (data: Buffer) => unknown = () => {},
): Promise<TcpProxy> => {
  const sockets = new Set<Socket>();
  let left = Infinity;
  let swallowing = false;
  const cut = () => {
    left = Infinity;
    for (const socket of sockets) socket.destroy();
  };
  const passOn = (data: Buffer, client: Socket) => {
    if (swallowing) return;
    const passed = data.subarray(0, left);
    left -= passed.length;
    client.write(passed);
    // What was written before is to arrive.
    if (left <= 0) client.end(() => cut());
  };
  const join = (client: Socket, upstream: Socket) => {
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (data: Buffer) => {
      onSent(data);
      if (!swallowing) upstream.write(data);
    });
    upstream.on("data", (data: Buffer) => passOn(data, client));
  };
  const server = createServer({ pauseOnConnect: true }, (client) => {
    client.on("error", () => {});
    reach(target).then(
      (upstream) => {
        join(client, upstream);
        client.resume();
      },
      () => client.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanUp(async () => {
    cut();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    cut,
    cutAfterBytes: (bytes) => void (left = bytes),
    swallow: (on) => void (swallowing = on),
  };
};

const TRIES = 20;

const reach = async (target: Target): Promise<Socket> => {
  for (let tries = 1; ; tries++) {
    const url = typeof target === "string" ? target : target();
    try {
      if (url === undefined) throw new Error("no server to go to");
      const { hostname, port } = new URL(url);
      const upstream = createConnection(Number(port), hostname);
      await once(upstream, "connect");
      return upstream;
    } catch (error) {
      if (typeof target === "string" || tries === TRIES) throw error;
      await sleep(50);
    }
  }
};
