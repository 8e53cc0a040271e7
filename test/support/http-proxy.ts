import { createServer, request, type IncomingMessage } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { cleanUp } from "./clean-up.ts";

type Options = {
  /** Where requests go; asked at each of them. */
  target: () => string;
  /** Under which path it stands, such as `/docuchat`; what is not under it is a 404. */
  prefix: string;
  /** Whether the prefix is taken away on the way to the target. */
  strip: boolean;
  /** Whether the target gets the client's own `Host`, or that of its address. */
  keepHost?: boolean;
};

export type HttpProxy = {
  /** The proxy's address with the prefix, without a slash at the end. */
  url: string;
  origin: string;
  /** Paths that were asked for, whether or not under the prefix. */
  paths: string[];
};

/** A reverse proxy under a sub-path, for requests and WebSockets, as nginx is one; it ends with the test or the file. */
export const startHttpProxy = async ({ target, prefix, strip, keepHost = true }: Options): Promise<HttpProxy> => {
  const paths: string[] = [];
  const forward = ({ url = "/", method, headers }: IncomingMessage) => {
    paths.push(url);
    const isInside = url === prefix || url.startsWith(`${prefix}/`) || url.startsWith(`${prefix}?`);
    if (!isInside) return undefined;
    const { hostname, port, host } = new URL(target());
    const path = strip ? url.slice(prefix.length).replace(/^(?!\/)/, "/") : url;
    const passed = keepHost ? headers : { ...headers, host };
    return request({ hostname, port, path, method, headers: passed, agent: false });
  };
  const server = createServer((incoming, outgoing) => {
    const sent = forward(incoming);
    if (!sent) return void outgoing.writeHead(404).end();
    sent.on("response", (answer) => answer.pipe(outgoing.writeHead(answer.statusCode ?? 502, answer.headers)));
    sent.on("error", () => outgoing.destroy());
    outgoing.on("close", () => sent.destroy());
    incoming.pipe(sent);
  });
  server.on("upgrade", (incoming: IncomingMessage, client: Socket) => {
    client.on("error", () => client.destroy());
    const sent = forward(incoming);
    if (!sent) return void client.end("HTTP/1.1 404 Not Found\r\n\r\n");
    sent.on("error", () => client.destroy());
    sent.on("response", ({ statusCode }) => client.end(`HTTP/1.1 ${statusCode} Refused\r\n\r\n`));
    sent.on("upgrade", ({ rawHeaders }, upstream: Socket, head: Buffer) => {
      const lines = rawHeaders.flatMap((name, index) => (index % 2 ? [] : [`${name}: ${rawHeaders[index + 1]}`]));
      client.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("\r\n")}\r\n\r\n`);
      client.write(head);
      upstream.on("error", () => client.destroy()).on("close", () => client.destroy());
      client.on("close", () => upstream.destroy());
      upstream.pipe(client).pipe(upstream);
    });
    sent.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanUp(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: `${origin}${prefix}`, origin, paths };
};
