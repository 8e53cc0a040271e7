import { expect, test } from "vitest";
import { addressOf, clientAddress } from "../../server/http/address.ts";

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::6", "2001:db8:1:2::/64"],
  ["2001:db8::6", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  [undefined, "unknown"],
])("the peer %s is limited as %s", (remoteAddress, expected) => {
  expect(addressOf({ remoteAddress })).toBe(expected);
});

test.each([
  ["no proxy is trusted", 0, "192.0.2.1", "198.51.100.9"],
  ["one proxy", 1, "192.0.2.1", "192.0.2.1"],
  ["one proxy, and a client that writes the header itself", 1, "203.0.113.5, 192.0.2.1", "192.0.2.1"],
  ["two proxies", 2, "203.0.113.5,192.0.2.1, 10.0.0.2", "192.0.2.1"],
  ["two proxies, of which one was passed by", 2, "192.0.2.1", "198.51.100.9"],
  ["one proxy that sends no header", 1, undefined, "198.51.100.9"],
  ["what is no address", 1, "192.0.2.1:4711", "198.51.100.9"],
  ["an IPv6 client", 1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
])("behind proxies the client is whom the outermost trusted one saw: %s", (_case, trusted, forwarded, expected) => {
  const request = { socket: { remoteAddress: "198.51.100.9" }, headers: { "x-forwarded-for": forwarded } };
  expect(clientAddress(request, trusted)).toBe(expected);
});
