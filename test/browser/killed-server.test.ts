import { beforeAll, describe, expect, test } from "vitest";
import { createDocuChat } from "../../client-sdk/src/index.ts";
import { codeIn } from "../support/app.ts";
import { cleanUp } from "../support/clean-up.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { makePdf } from "../support/pdf.ts";
import { startRestartableServer } from "../support/restartable-server.ts";
import { waitFor } from "../support/server-process.ts";
import { buildConsole, executablePath, visit } from "./browser.ts";

const ANSWER = `It was built in 1874 [1]. Its lamp is lit at dusk [1]. ${"And so it goes on. ".repeat(400)}`;
const EMAIL = "ada@example.org";

describe.skipIf(executablePath === undefined)("the console (`npm run test:browser` installs a browser)", () => {
  beforeAll(() => buildConsole());

  test("shows each citation once after its server was killed in mid-answer", async () => {
    const vendor = await startOpenAiServer({ answer: () => ANSWER, deltaDelayMs: 20 });
    cleanUp(() => vendor.close());
    const { server, restart } = await startRestartableServer({ OPENAI_BASE_URL: vendor.baseUrl });
    const client = createDocuChat({ url: server.url, token: await server.signIn("acme", EMAIL) });
    cleanUp(() => client.close());
    const pdf = await makePdf(["The lighthouse was built in 1874. Its lamp is lit by the keeper at dusk."]);
    await client.files.upload(new File([new Uint8Array(pdf)], "lighthouse.pdf")).ready;

    const { page, expecting, picture } = await visit(server.url);
    const before = server.output().length;
    await page.goto(server.url);
    await page.getByLabel("Workspace").fill("acme");
    await page.getByLabel("Email").fill(EMAIL);
    await page.getByRole("button", { name: "Send me a code" }).click();
    const code = await waitFor(() => codeIn(server.output().slice(before)) || undefined);
    await page.getByLabel("Code").fill(code);
    await page.getByRole("link", { name: "New question" }).click();
    await page.getByLabel("Your question").fill("When was the lighthouse built?");
    await page.keyboard.press("Enter");
    const marks = page.locator(".prose .citation-mark");
    await expect.poll(() => marks.count()).toBe(2);
    const isSaved = async () => {
      const [conversation] = (await client.chat.conversations()).items;
      if (!conversation) return false;
      const { items } = await client.chat.messages({ conversationId: conversation.id });
      return items.at(-1)?.citations.length === 2;
    };
    // What a process has not saved goes with it.
    await expect.poll(isSaved).toBe(true);

    await expecting(/WebSocket connection|ERR_CONNECTION_REFUSED|Failed to load/, async () => {
      await server.kill("SIGKILL");
      await restart();
      await page.getByText("The server restarted during this answer").waitFor();
    });
    expect(await marks.count()).toBe(2);
    expect(await page.locator(".passages li").count()).toBe(2);
    await picture("16-killed-server");
  });
});
