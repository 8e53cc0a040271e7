import { once } from "node:events";
import { existsSync } from "node:fs";
import { request, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { startTestApp } from "../support/app.ts";

const isBuilt = existsSync(join(import.meta.dirname, "../../console/dist/index.html"));
const app = await startTestApp();
const HTML = "text/html,application/xhtml+xml,*/*;q=0.8";

/** The path as it is written, and the body as it was sent. */
const get = async (path: string, headers: Record<string, string> = {}) => {
  const { hostname, port } = new URL(app.url);
  const sent = request({ hostname, port, path, headers, agent: false }).end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, bytes: await buffer(response) };
};

const page = async () => (await fetch(app.url, { headers: { accept: HTML } })).text();

test("a program that comes to the root is told what this server is", async () => {
  for (const accept of ["application/json", "*/*"]) {
    const answer = await fetch(app.url, { headers: { accept } });
    expect([answer.status, answer.headers.get("vary")]).toEqual([200, "accept"]);
    expect(await answer.json()).toMatchObject({ name: "docuchat", links: { trpc: "/trpc" } });
  }
});

test("what is no asset of the console is not found, wherever it points", async () => {
  for (const path of [
    "/assets/",
    "/assets/none.js",
    "/assets/../../../package.json",
    "/assets/..%2f..%2f..%2fpackage.json",
    "/assets/%2e%2e/index.html",
    "/assets/./.gitignore",
    "/assets/a//b",
    "/assets/%00",
  ])
    expect([path, (await get(path)).status]).toEqual([path, 404]);
});

describe.skipIf(!isBuilt)("the console (`npm run build:console` builds it)", () => {
  test("comes to a browser under a policy that lets in its own files alone", async () => {
    const answer = await fetch(app.url, { headers: { accept: HTML } });
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect([answer.headers.get("vary"), answer.headers.get("cache-control")]).toEqual(["accept", "no-cache"]);
    const policy = answer.headers.get("content-security-policy") ?? "";
    const host = new URL(app.url).host;
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data: blob:",
      "font-src 'self'",
      `connect-src 'self' ws://${host} wss://${host}`,
      "worker-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
    const html = await answer.text();
    expect(html).not.toMatch(/<script(?![^>]*src="\.\/assets\/)|<style|style=|https?:/);
  });

  test("has assets that are fetched once, in the smallest coding that a browser takes", async () => {
    const script = /src="\.(\/assets\/[^"]+\.js)"/.exec(await page())?.[1] ?? "";
    const as = (accepted: string) => get(script, { "accept-encoding": accepted });
    const plain = await as("identity");
    expect(plain.headers).toMatchObject({
      "cache-control": "public, max-age=31536000, immutable",
      "content-type": "text/javascript; charset=utf-8",
      vary: "accept-encoding",
    });
    const [br, gzip] = [await as("gzip, deflate, br"), await as("gzip")];
    expect([br.headers["content-encoding"], gzip.headers["content-encoding"]]).toEqual(["br", "gzip"]);
    expect(brotliDecompressSync(br.bytes).equals(plain.bytes)).toBe(true);
    expect(gunzipSync(gzip.bytes).equals(plain.bytes)).toBe(true);
    const head = await fetch(`${app.url}${script}`, { method: "HEAD", headers: { "accept-encoding": "identity" } });
    expect(head.headers.get("content-length")).toBe(String(plain.bytes.length));
  });

  test("is small: what comes before the first document is opened", async () => {
    const html = await page();
    const paths = [...html.matchAll(/(?:src|href)="\.(\/assets\/[^"]+\.(?:js|css))"/g)].map(([, path]) => path ?? "");
    expect(paths.length).toBeGreaterThan(1);
    const bytes = await Promise.all(
      paths.map(async (path) => (await fetch(`${app.url}${path}`, { method: "HEAD" })).headers.get("content-length")),
    );
    expect(bytes.reduce((sum, size) => sum + Number(size), 0)).toBeLessThan(170_000);
  });
});
