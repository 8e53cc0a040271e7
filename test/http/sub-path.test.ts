import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { createDocuChat } from "../../client-sdk/src/index.ts";
import { codeIn, startTestApp } from "../support/app.ts";
import { startHttpProxy } from "../support/http-proxy.ts";
import { makePdf } from "../support/pdf.ts";
import { waitFor } from "../support/server-process.ts";

const PREFIX = "/docuchat";
const HTML = "text/html,application/xhtml+xml,*/*;q=0.8";
const isBuilt = existsSync(join(import.meta.dirname, "../../console/dist/index.html"));

/** The addresses that a page names, as a browser resolves them. */
const addressesIn = (html: string, page: string): string[] =>
  [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address = ""]) => new URL(address, page).href);

describe.for([
  { how: "takes the prefix away", strip: true, keepHost: true },
  { how: "passes the prefix on", strip: false, keepHost: true },
  { how: "passes the prefix on and names itself as the host", strip: false, keepHost: false },
])("behind a proxy that $how", async ({ strip, keepHost }) => {
  let target = "";
  const proxy = await startHttpProxy({ target: () => target, prefix: PREFIX, strip, keepHost });
  const app = await startTestApp({ env: { PUBLIC_URL: proxy.url } });
  target = app.url;

  test("the client signs in, uploads, follows and asks, over a WebSocket and without one", async () => {
    const tenant = app.newTenant();
    const client = createDocuChat({ url: `${proxy.url}/`, tenant });
    const { challengeId } = await client.auth.requestCode({ email: "ada@example.org" });
    const code = await waitFor(() => codeIn(app.printed.at(-1)) || undefined);
    const { accessToken } = await client.auth.verifyCode({ challengeId, code });
    const pdf = new Blob([new Uint8Array(await makePdf(["Forty-two herons nest on the northern shore."]))]);
    expect((await client.files.upload(pdf, { name: "herons.pdf" }).ready).status).toBe("ready");
    const withoutSockets = createDocuChat({ url: proxy.url, token: accessToken, WebSocket: BlockedSocket });
    for (const asking of [client, withoutSockets]) {
      const types: string[] = [];
      for await (const event of asking.chat.ask({ question: "How many herons nest?" })) types.push(event.type);
      expect(types.at(-1)).toBe("finished");
      expect(types).toContain("citation");
      await asking.close();
    }
    expect(proxy.paths.filter((path) => !path.startsWith(`${PREFIX}/`))).toEqual([]);
  });

  test("a WebSocket from a page at PUBLIC_URL is let in, and one from elsewhere is not", async () => {
    const opened = (origin: string) => {
      const ws = new WebSocket(`${proxy.url.replace("http", "ws")}/trpc`, { origin });
      return new Promise<boolean>((resolve) => {
        ws.on("open", () => resolve(true)).on("error", () => resolve(false));
      }).finally(() => ws.terminate());
    };
    expect(await opened(proxy.origin)).toBe(true);
    expect(await opened("https://evil.example.org")).toBe(false);
  });

  test("the links at the root, the OpenAPI document and the page on it lead to what is there", async () => {
    const { links } = (await (await fetch(`${proxy.url}/`)).json()) as { links: Record<string, string> };
    for (const name of ["docs", "openapi", "health", "ready", "metrics"])
      expect([name, (await fetch(new URL(links[name] ?? "", proxy.origin))).status]).toEqual([name, 200]);
    const document = (await (await fetch(`${proxy.url}/openapi.json`)).json()) as { servers: { url: string }[] };
    expect(document.servers).toEqual([{ url: proxy.url }]);
    const usage = await fetch(`${document.servers[0]?.url}/v1/usage`);
    expect(await usage.json()).toMatchObject({ error: { reason: "NOT_SIGNED_IN" } });
    const page = await fetch(`${proxy.url}/docs`);
    const addresses = addressesIn(await page.text(), page.url);
    expect(addresses.length).toBeGreaterThan(3);
    for (const address of addresses) expect([address, (await fetch(address)).status]).toEqual([address, 200]);
    expect((await fetch(`${proxy.url}/docs/index.html`)).url).toBe(`${proxy.url}/docs`);
    const script = await (await fetch(`${proxy.url}/docs/start.js`)).text();
    const [, described = ""] = /url: "([^"]+)"/.exec(script) ?? [];
    expect((await fetch(new URL(described, page.url))).headers.get("content-type")).toContain("application/json");
  });

  test.skipIf(!isBuilt)("the console's page and what it loads come from under the path", async () => {
    const page = await fetch(`${proxy.url}${strip ? "/" : ""}`, { headers: { accept: HTML } });
    expect(page.url).toBe(`${proxy.url}/`);
    const addresses = addressesIn(await page.text(), page.url);
    expect(addresses.length).toBeGreaterThan(3);
    for (const address of addresses) {
      expect(address.startsWith(`${proxy.url}/assets/`)).toBe(true);
      expect([address, (await fetch(address)).status]).toEqual([address, 200]);
    }
    expect(page.headers.get("content-security-policy")).toContain(`ws://${new URL(proxy.url).host}`);
  });

  test("the server answers without the prefix as well", async () => {
    expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${app.url}${PREFIX}/healthz`)).status).toBe(200);
    expect((await fetch(`${app.url}${PREFIX}x/healthz`)).status).toBe(404);
    expect((await fetch(`${app.url}${PREFIX}${PREFIX}/healthz`)).status).toBe(404);
  });
});

/** A network that lets no WebSocket through. */
class BlockedSocket extends globalThis.WebSocket {
  constructor() {
    super("ws://127.0.0.1:9");
  }
}
