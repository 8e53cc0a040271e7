import type { IncomingMessage } from "node:http";
import { isIP, isIPv6, type Socket } from "node:net";

/**
 * Whose request it is. Behind `trustedProxies` proxies, each of which adds its own peer to the end of
 * `X-Forwarded-For`, it is the address that the outermost of them saw; everything before it is whatever the client
 * wrote. With none, or where the header is too short to have passed them all, it is the peer's own.
 */
export const clientAddress = (
  { socket, headers }: Pick<IncomingMessage, "headers"> & { socket: Pick<Socket, "remoteAddress"> },
  trustedProxies: number,
): string => {
  const forwarded = [headers["x-forwarded-for"] ?? []].flat().join(",").split(",");
  const address = trustedProxies > 0 ? forwarded.at(-trustedProxies)?.trim() : undefined;
  return address && isIP(address) ? addressOf({ remoteAddress: address }) : addressOf(socket);
};

/**
 * An address as far as limits are concerned: the IPv4 address, or the first half of the IPv6 address, of which one
 * subscriber has all of the second half (RFC 6177).
 */
export const addressOf = ({ remoteAddress = "unknown" }: Pick<Socket, "remoteAddress">): string => {
  const address = remoteAddress.replace(/^::ffff:(?=\d+\.)/, "");
  if (!isIPv6(address)) return address;
  const [left = "", right] = address.replace(/%.*$/, "").split("::");
  const [first, last] = [left, right ?? ""].map((half) => half.split(":").filter(Boolean));
  const zeros = Array.from({ length: 8 - (first?.length ?? 0) - (last?.length ?? 0) }, () => "0");
  const groups = [...(first ?? []), ...zeros, ...(last ?? [])];
  return `${groups.slice(0, 4).join(":")}::/64`;
};
