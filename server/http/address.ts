import { isIPv6, type Socket } from "node:net";

/**
 * Whose connection it is, as far as limits are concerned: the IPv4 address, or the first half of the IPv6 address, of
 * which one subscriber has all of the second half (RFC 6177). Always the peer's own: a forwarded address is whatever
 * the peer says it is.
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
