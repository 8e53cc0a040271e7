import { beforeAll, describe, expect, test } from "vitest";
import { makeSamplePdf } from "../../scripts/sample-pdf.ts";
import { codeIn, startTestApp } from "../support/app.ts";
import { startHttpProxy } from "../support/http-proxy.ts";
import { waitFor } from "../support/server-process.ts";
import { buildConsole, executablePath, visit } from "./browser.ts";

const HANDBOOK = "kestrel-ridge-handbook.pdf";

describe.skipIf(executablePath === undefined)(
  "the console under a sub-path (`npm run test:browser` installs one)",
  () => {
    beforeAll(() => buildConsole());

    test.for([
      { how: "takes the prefix away", strip: true },
      { how: "passes the prefix on", strip: false },
    ])("signs in, uploads, asks and opens the cited page behind a proxy that $how", async ({ strip }) => {
      let target = "";
      const proxy = await startHttpProxy({ target: () => target, prefix: "/docuchat", strip });
      const app = await startTestApp({ env: { PUBLIC_URL: proxy.url } });
      target = app.url;
      const { page, complaints } = await visit(proxy.origin);
      await page.goto(`${proxy.url}${strip ? "/" : ""}`);
      await page.getByLabel("Workspace").fill(app.newTenant());
      await page.getByLabel("Email").fill("ada@example.org");
      await page.getByRole("button", { name: "Send me a code" }).click();
      await page.getByLabel("Code").fill(await waitFor(() => codeIn(app.printed.at(-1)) || undefined));
      await page.getByText("Drop PDFs here").waitFor();
      const buffer = await makeSamplePdf();
      await page.locator("input[type=file]").setInputFiles([{ name: HANDBOOK, mimeType: "application/pdf", buffer }]);
      await page.getByText("5 pages").waitFor();
      await page.getByRole("link", { name: "New question" }).click();
      await page.getByLabel("Your question").fill("When must the north dome be closed?");
      await page.keyboard.press("Enter");
      await page
        .getByRole("button", { name: `Source 1: ${HANDBOOK}, page 3` })
        .first()
        .click();
      await page.locator(".pdf-mark").first().waitFor();
      await page.reload();
      await page.getByRole("link", { name: "Documents" }).waitFor();
      // Another server under another path of this origin is not signed in to.
      expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes("token")))).toEqual([
        "docuchat.token:/docuchat/",
      ]);
      await page.goto(`${proxy.url}/docs`);
      await page.locator(".opblock").first().waitFor();
      expect(complaints).toEqual([]);
      expect(proxy.paths.filter((path) => !path.startsWith("/docuchat"))).toEqual([]);
    });
  },
);
