import { describe, expect, test } from "vitest";
import { startTestApp } from "../support/app.ts";
import { operationsOf, type OpenApi } from "../support/openapi.ts";
import { executablePath, visit } from "./browser.ts";

describe.skipIf(executablePath === undefined)("/docs in a browser (`npm run test:browser` installs one)", () => {
  test("lists every operation, without a complaint", async () => {
    const app = await startTestApp();
    const operations = operationsOf((await (await fetch(`${app.url}/openapi.json`)).json()) as OpenApi);
    const { page, complaints, picture } = await visit(app.url);
    await page.goto(`${app.url}/docs`);
    await page
      .locator(".opblock")
      .nth(operations.length - 1)
      .waitFor();
    await page.locator("#operations-auth-authRequestCode .opblock-summary-control").click();
    await page.getByText("TENANT_UNKNOWN").first().waitFor();
    await picture("docs");
    expect(complaints).toEqual([]);
  });
});
