import { describe, expect, test } from "vitest";
import { REASONS } from "../../server/contract/errors.ts";
import { restRoutes } from "../../server/http/rest.ts";
import { startTestApp } from "../support/app.ts";
import { createValidator, operationsOf, type OpenApi } from "../support/openapi.ts";

const app = await startTestApp();
const response = await fetch(`${app.url}/openapi.json`);
const document = (await response.json()) as OpenApi & { openapi: string };
const operations = operationsOf(document);

describe("/openapi.json", () => {
  test("describes every route under /v1, and no other", () => {
    const served = restRoutes(app.app, new AbortController().signal).routes.map(
      ({ method, path }) => `${method} /v1${path.replaceAll(/:(\w+)/g, "{$1}")}`,
    );
    expect(operations.map(({ method, path }) => `${method} ${path}`)).toEqual(served);
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });

  test("refers only to what it holds, in schemas of the 2020-12 draft", () => {
    const validate = createValidator(document);
    const text = JSON.stringify(document);
    const references = new Set(text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g).map(([, name = ""]) => name));
    expect([...references].toSorted()).toEqual(Object.keys(document.components.schemas).toSorted());
    for (const name of references) expect(() => validate({ $ref: `#/components/schemas/${name}` }, null)).not.toThrow();
  });

  test("declares each parameter that stands in a path", () => {
    for (const { path, parameters } of operations) {
      const declared = parameters.filter((one) => one.in === "path" && one.required).map(({ name }) => name);
      expect([path, declared]).toEqual([path, [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)]);
    }
  });

  test("tells each failure under its reason's status, with what the reason carries", () => {
    const validate = createValidator(document);
    for (const { responses } of operations)
      for (const [status, { content }] of Object.entries(responses)) {
        const names = JSON.stringify(content)
          .matchAll(/schemas\/([A-Z_]+)"/g)
          .map(([, name = ""]) => name);
        for (const name of names) {
          const known = REASONS[name as keyof typeof REASONS].status;
          expect([name, name === "INVALID_INPUT" && status === "413" ? 413 : known]).toEqual([name, Number(status)]);
        }
      }
    const limited = (data: object) => ({
      error: { reason: "RATE_LIMITED", message: "Wait.", requestId: "r", ...data },
    });
    expect(validate({ $ref: "#/components/schemas/RATE_LIMITED" }, limited({ retryAfterMs: 5 }))).toBe("");
    expect(validate({ $ref: "#/components/schemas/RATE_LIMITED" }, limited({}))).toContain("retryAfterMs");
  });

  test("asks for a token where one is needed, and names the tenant's header as it is configured", async () => {
    const open = operations.filter(({ security }) => security?.length === 0).map(({ path }) => path);
    expect(open).toEqual(["/v1/auth/request-code", "/v1/auth/verify-code"]);
    const other = await startTestApp({ env: { TENANT_HEADER: "X-Team" } });
    const [requestCode] = operationsOf((await (await fetch(`${other.url}/openapi.json`)).json()) as OpenApi);
    expect(requestCode?.parameters).toMatchObject([{ in: "header", name: "x-team", required: true }]);
  });
});

describe("/docs", () => {
  test("is a page of this server alone, under a policy that lets nothing else in", async () => {
    const page = await fetch(`${app.url}/docs`);
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(policy).not.toContain("unsafe");
    const html = await page.text();
    const linked = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, path = ""]) => path);
    expect(linked.length).toBeGreaterThan(3);
    for (const path of linked) {
      const asset = await fetch(new URL(path, page.url));
      await asset.body?.cancel();
      expect([path, asset.status]).toEqual([path, 200]);
    }
    expect(html).not.toMatch(/<script>|style=|https?:/);
  });

  test.for(["/docs/package.json", "/docs/..%2fdocs.ts", "/docs/__proto__", "/docs/"])("serves no %s", async (path) => {
    expect((await fetch(`${app.url}${path}`)).status).toBe(404);
  });

  test("is linked at the root", async () => {
    const { links } = (await (await fetch(app.url)).json()) as { links: object };
    expect(links).toMatchObject({ docs: "/docs", openapi: "/openapi.json" });
  });
});
