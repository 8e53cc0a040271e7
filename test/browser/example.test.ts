import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build, preview } from "vite";
import { describe, expect, test } from "vitest";
import { packClient } from "../package/packed.ts";
import { codeIn, startTestApp } from "../support/app.ts";
import { cleanUp } from "../support/clean-up.ts";
import { makePdf } from "../support/pdf.ts";
import { projectOf } from "../support/project.ts";
import { waitFor } from "../support/server-process.ts";
import { executablePath, visit } from "./browser.ts";

describe.skipIf(executablePath === undefined)(
  "examples/react-app in a browser (`npm run test:browser` installs one)",
  () => {
    test("signs in, uploads, asks, and shows the quote with its page", async () => {
      const app = await startTestApp();
      const { installed } = await packClient();
      const root = await projectOf("react-app", installed, ["react", "react-dom", "vite", "@vitejs/plugin-react"]);
      await build({ root, logLevel: "error" });
      const proxy = { "/trpc": { target: app.url, ws: true }, "/v1": app.url };
      const served = await preview({ root, logLevel: "error", preview: { host: "127.0.0.1", port: 0, proxy } });
      cleanUp(() => served.close());
      const url = served.resolvedUrls?.local[0] ?? "";
      const { page, complaints, picture } = await visit(url);
      await page.goto(url);
      await page.getByLabel("Email").fill("ada@example.org");
      await page.keyboard.press("Enter");
      await page.getByLabel("Code").fill(codeIn(await waitFor(() => app.printed.at(-1))));
      await page.keyboard.press("Enter");
      const pdf = join(root, "light.pdf");
      await writeFile(pdf, await makePdf(["The lighthouse of Skerry Point is forty-two metres tall."]));
      await page.getByLabel("PDFs").setInputFiles(pdf);
      await page.getByText("light.pdf: ready").waitFor();
      await page.getByLabel("Question").fill("How tall is the lighthouse?");
      await page.keyboard.press("Enter");
      await page.getByText("[1] page 1: The lighthouse of Skerry Point is forty-two metres tall.").waitFor();
      await picture("example-react-app");
      expect(complaints).toEqual([]);
    });
  },
);
