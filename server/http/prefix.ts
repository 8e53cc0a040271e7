import type { IncomingMessage, RequestListener } from "node:http";

/**
 * A proxy under a sub-path may take the prefix away or pass it on: where it is there, it is taken away here, so that
 * every route has one address.
 */
export const withoutPrefix = (url: string, prefix: string): string => {
  if (prefix === "" || !url.startsWith(prefix)) return url;
  const rest = url.slice(prefix.length);
  if (rest === "" || rest.startsWith("?")) return `/${rest}`;
  return rest.startsWith("/") ? rest : url;
};

/** `listener` for requests with and without the prefix. */
export const underPrefix = (prefix: string, listener: RequestListener): RequestListener => {
  if (prefix === "") return listener;
  return (incoming, outgoing) => {
    const url = incoming.url ?? "/";
    incoming.url = withoutPrefix(url, prefix);
    // The console's relative addresses need the slash at the end.
    if (!isBare(url, prefix) || !/^(GET|HEAD)$/.test(incoming.method ?? "")) return listener(incoming, outgoing);
    outgoing.writeHead(308, { location: `${prefix}${incoming.url}`, "content-length": 0 }).end();
  };
};

const isBare = (url: string, prefix: string): boolean => url === prefix || url.startsWith(`${prefix}?`);

/** Takes the prefix away from an upgrade's address. */
export const stripUpgrade = (request: IncomingMessage, prefix: string): void => {
  request.url = withoutPrefix(request.url ?? "/", prefix);
};
