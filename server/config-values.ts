/** A bucket of an S3-compatible store. */
export type S3Storage = {
  endpoint: string;
  bucket: string;
  region: string;
  /** Unset: those that the machine has been given. */
  credentials: { accessKeyId: string; secretAccessKey: string } | undefined;
};

/** The last segment names the bucket; those before it belong to the endpoint, as some stores have it. */
const BUCKET_PATH = /^((?:\/[\w.~-]+)*)\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/?$/;

/** `s3://key:secret@host:port/bucket?region=name`; undefined for anything else. */
export const readStorageUrl = (text: string): S3Storage | undefined => {
  const url = URL.parse(text);
  const [, path = "", bucket] = BUCKET_PATH.exec(url?.pathname ?? "") ?? [];
  if (!url || url.protocol !== "s3:" || !url.host || !bucket || !isDecodable(url)) return undefined;
  const tls = url.searchParams.get("tls") ?? "on";
  if (!["on", "off"].includes(tls) || Boolean(url.username) !== Boolean(url.password)) return undefined;
  const accessKeyId = decodeURIComponent(url.username);
  const secretAccessKey = decodeURIComponent(url.password);
  return {
    endpoint: `${tls === "on" ? "https" : "http"}://${url.host}${path}`,
    bucket,
    region: url.searchParams.get("region") ?? "us-east-1",
    credentials: accessKeyId ? { accessKeyId, secretAccessKey } : undefined,
  };
};

/** Whether each part of the address is what a client of it can decode: a bare `%` in a password is none. */
const isDecodable = ({ username, password, pathname }: URL): boolean => {
  try {
    for (const part of [username, password, pathname]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
};

/** Whether a client can connect to this address. PostgreSQL's may name its host as a parameter. */
export const isServerUrl = (text: string, protocol: RegExp): boolean => {
  const url = URL.parse(text);
  if (!url || !protocol.test(url.protocol.slice(0, -1)) || !isDecodable(url)) return false;
  return url.host !== "" || (url.protocol.startsWith("postgres") && text.startsWith(`${url.protocol}//`));
};

/** The items of a comma list. */
export const splitList = (text: string): string[] =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean);

/** A comma list of exact origins, or `*` alone; undefined for anything else. */
export const readOrigins = (text: string): string[] | undefined => {
  const items = splitList(text);
  if (items.join() === "*") return items;
  const origins = items.map(readOrigin);
  return origins.every((origin) => origin !== undefined) ? origins : undefined;
};

/** As browsers write an origin: without a slash at the end, and its port left out where it is the usual one. */
const readOrigin = (text: string): string | undefined => {
  const url = URL.parse(text);
  const [, origin] = /^([a-z][a-z0-9+.-]*:\/\/[^/?#@*\s\\]+)\/?$/i.exec(text) ?? [];
  if (!url?.host || !origin) return undefined;
  // Applications have schemes of their own, which are no origin to a URL parser.
  return /^https?:$/.test(url.protocol) ? url.origin : origin.toLowerCase();
};

/** The address that users see. `path` is empty, or begins with a slash and does not end with one. */
export type PublicUrl = { href: string; origin: string; path: string };

/** First segments of the server's own routes: under one of these it could not tell its prefix from a route. */
const OWN_SEGMENTS = ["", "v1", "trpc", "docs", "assets", "openapi.json", "healthz", "readyz", "metrics"];

/** `https://example.org/docuchat`; undefined for what is no such address. */
export const readPublicUrl = (text: string): PublicUrl | undefined => {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || /[?#]/.test(text)) return undefined;
  const path = url.pathname.replace(/\/$/, "");
  if (path !== "" && (!/^(\/[\w.~-]+)+$/.test(path) || OWN_SEGMENTS.includes(path.split("/")[1] ?? "")))
    return undefined;
  return { href: `${url.origin}${path}`, origin: url.origin, path };
};
