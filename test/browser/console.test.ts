import { sql } from "kysely";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { createDocuChat } from "../../client-sdk/src/index.ts";
import { failFile, inTenant } from "../../db/index.ts";
import { makeSamplePdf } from "../../scripts/sample-pdf.ts";
import { NO_ANSWER } from "../../server/model/model.ts";
import { codeIn, startTestApp, type TestApp, type TestUser } from "../support/app.ts";
import { cleanUp } from "../support/clean-up.ts";
import { startOpenAiServer, type OpenAiServer } from "../support/openai-server.ts";
import { makeImageOnlyPdf, makePdf, makePdfOfPages } from "../support/pdf.ts";
import { makeUnicodePdf } from "../support/raw-pdf.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";
import { buildConsole, executablePath, visit, type Visit } from "./browser.ts";

const HANDBOOK = "kestrel-ridge-handbook.pdf";
const QUESTION = "When must the north dome be closed?";
/** Long enough to be left, lost and stopped in its middle. */
const LONG = `The dome must be closed when the wind gusts above 58 kilometres an hour for three minutes [1]. ${"It goes on and on. ".repeat(12)}That is all.`;

let app: TestApp;
let vendor: OpenAiServer;
let network: TcpProxy;
let browser: Visit;
let bo: TestUser;

const tenant = `t-${Date.now().toString(36)}`;
const pdf = async (name: string, bytes: Promise<Buffer> | Buffer) => ({
  name,
  mimeType: "application/pdf",
  buffer: await bytes,
});

describe.skipIf(executablePath === undefined)("the console in a browser (`npm run test:browser` installs one)", () => {
  beforeAll(async () => {
    await buildConsole();
    vendor = await startOpenAiServer({ answer: () => LONG });
    cleanUp(() => vendor.close());
    app = await startTestApp({ env: { OPENAI_BASE_URL: vendor.baseUrl, EMBEDDING_DIMENSIONS: "256" } });
    network = await startTcpProxy(app.url);
    browser = await visit(network.url);
  });
  afterEach(() => expect(browser.complaints.splice(0)).toEqual([]));

  test("signs in with the code that the server printed", async () => {
    const { page, inspect } = browser;
    await page.goto(network.url);
    await page.getByLabel("Workspace").fill("Not A Slug");
    const email = page.getByLabel("Email");
    await email.fill("علی@مثال.ایران");
    expect(await email.evaluate((input: HTMLInputElement) => input.checkValidity())).toBe(true);
    await email.fill("ada@example.org");
    await page.getByRole("button", { name: "Send me a code" }).click();
    await page.getByText("Use lowercase letters, digits and hyphens.").waitFor();
    expect(await inspect("1-sign-in")).toEqual([]);
    await page.getByLabel("Workspace").fill(tenant);
    await page.keyboard.press("Enter");
    await page.getByLabel("Code").fill(await wrongCode());
    await page.getByText("This code is incorrect").waitFor();
    expect(await inspect("2-code")).toEqual([]);
    await enterCode();
    await page.getByText("Drop PDFs here").waitFor();
    expect(await inspect("3-empty")).toEqual([]);
    const headers = (await page.request.get(network.url, { headers: { accept: "text/html" } })).headers();
    expect(headers["content-security-policy"]).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
  });

  test("files dropped anywhere are seen being read, and what is wrong with one is told", async () => {
    const { page, inspect, expecting } = browser;
    await page.evaluate(() => {
      const told = new Set<string>();
      Object.assign(window, { told });
      new MutationObserver(() => {
        for (const { textContent } of document.querySelectorAll(".file-facts")) told.add(textContent);
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    await drop([await pdf("granary.pdf", makePdfOfPages(300)), await pdf("scan.pdf", makeImageOnlyPdf(2))]);
    await page.getByText("Run text recognition (OCR) and upload it again. Pages 1 and 2 have no text.").waitFor();
    await page.getByText("300 pages").waitFor();
    const told = await page.evaluate(() => [...(window as unknown as { told: Set<string> }).told]);
    const progress = /^(?:Reading page \d+ of 300|Making it searchable, \d+ %)$/;
    expect(told.filter((words) => progress.test(words)).length).toBeGreaterThan(0);
    await expecting(/status of 415/, async () => {
      await drop([await pdf("letter.pdf", Buffer.from("Dear Ada, this is no PDF."))]);
      await page.getByText("This file is not a PDF.").waitFor();
    });
    await choose([await pdf(HANDBOOK, makeSamplePdf())]);
    await page.getByText("5 pages").waitFor();
    await page.getByRole("link", { name: "Documents" }).click();
    await page.getByRole("heading", { name: "Documents" }).waitFor();
    expect(await inspect("4-documents")).toEqual([]);
  });

  test("an answer streams in; its marker shows the quote, and opens the page with the quote marked", async () => {
    const { page, inspect } = browser;
    await page.getByRole("link", { name: "New question" }).click();
    await ask(QUESTION);
    const mark = page.getByRole("button", { name: `Source 1: ${HANDBOOK}, page 3` }).first();
    await mark.focus();
    await page.getByRole("tooltip").getByText("The dome must be closed when the wind gusts above 58").waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => page.getByRole("tooltip").count()).toBe(0);
    await page.getByRole("button", { name: "Good answer" }).waitFor();
    expect(await inspect("5-answer")).toEqual([]);
    await mark.click();
    const line = page.locator(".pdf-text p", { hasText: "The dome must be closed when the wind gusts" });
    const marked = await page.locator(".pdf-mark").first().boundingBox();
    const text = await line.boundingBox();
    if (!marked || !text) throw new Error("the mark and its line are shown");
    expect(Math.abs(marked.y + marked.height / 2 - (text.y + text.height / 2))).toBeLessThan(text.height / 2);
    expect(await inkUnder(".pdf-mark")).toBeGreaterThan(0.02);
    expect(await inspect("6-page")).toEqual([]);
    await page.getByRole("button", { name: "Next page" }).click();
    await expect.poll(() => page.locator(".pdf-mark").count()).toBe(0);
    await page.keyboard.press("Escape");
    await expect.poll(() => mark.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  test("an answer is found again, and its end, after a reload in its middle", async () => {
    const { page } = browser;
    vendor.script.deltaDelayMs = 40;
    await ask("And once more, slowly?");
    await written("It goes on and on.").nth(1).waitFor();
    const asked = vendor.requests.length;
    await page.reload();
    await page.getByRole("button", { name: "Stop" }).waitFor();
    await written("That is all.").nth(1).waitFor();
    await page.getByRole("button", { name: "Ask", exact: true }).waitFor();
    expect(await written("That is all.").count()).toBe(2);
    // The answer was not written twice.
    expect(vendor.requests.length).toBe(asked);
  });

  test("being offline is told, and the answer goes on when the network is back", async () => {
    const { page, context, expecting, picture } = browser;
    await ask("And what if the line breaks?");
    await written("It goes on and on.").nth(2).waitFor();
    await expecting(/ERR_INTERNET_DISCONNECTED|WebSocket connection|Failed to load/, async () => {
      await context.setOffline(true);
      network.cut();
      await page.getByText("You are offline.").waitFor();
      await picture("7-offline");
      await context.setOffline(false);
      await page.getByText("Back online").waitFor();
    });
    await expect.poll(() => written("That is all.").count(), { timeout: 20_000 }).toBe(3);
  });

  test("an answer is stopped, given again, rated, and all of it is kept", async () => {
    const { page } = browser;
    vendor.script.deltaDelayMs = 60;
    await ask("What may be stopped?");
    await written("It goes on and on.").nth(3).waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("You stopped this answer.").waitFor();
    vendor.script = { answer: () => "It may be stopped [1]." };
    await page.getByRole("button", { name: "Regenerate" }).click();
    await written("It may be stopped").last().waitFor();
    await page.getByRole("button", { name: "Ask", exact: true }).waitFor();
    await page.getByRole("button", { name: "Good answer" }).last().click();
    await expect.poll(() => isPressed("Good answer")).toBe("true");
    await page.reload();
    await page.getByText("You stopped this answer.").waitFor();
    await expect.poll(() => isPressed("Good answer")).toBe("true");
  });

  test("what the documents do not tell is said, with the passages that come nearest", async () => {
    const { page, inspect } = browser;
    vendor.script = { answer: () => `${NO_ANSWER} Nothing in the documents speaks of football.` };
    await page.getByRole("link", { name: "New question" }).click();
    await ask("Who won the football cup?");
    await page.getByText("No answer in your documents").waitFor();
    const nearest = page.getByRole("region", { name: "Closest passages" }).getByRole("button").first();
    expect(await inspect("8-no-answer")).toEqual([]);
    await nearest.click();
    await page.locator(".pdf-mark").first().waitFor();
    await page.getByRole("button", { name: "Close the document" }).click();
  });

  test("a question is put to the chosen documents alone; what a model should not write is not shown", async () => {
    const { page, picture } = browser;
    const answer =
      'See <img src="https://elsewhere.example/x.png"> [here](https://elsewhere.example) ![logo](//x.example/y.png)';
    vendor.script = { answer: () => `${answer} **strong** [1].\n\n| a | b |\n| - | - |\n| 1 | 2 |` };
    await page.getByRole("button", { name: "Search in: All documents" }).click();
    await page.getByLabel("granary.pdf").check();
    await picture("9-scope");
    await page.keyboard.press("Escape");
    await ask("How was the harvest of barley?");
    // It is shown as it was written, and nothing of it is live.
    await page.getByText(/See <img src=/).waitFor();
    expect(await page.locator(".prose :is(a, img)").count()).toBe(0);
    expect(await page.locator(".prose table td").allTextContents()).toEqual(["1", "2"]);
    const prompt = JSON.stringify(vendor.requests.at(-1)?.body);
    expect([prompt.includes("granary.pdf"), prompt.includes(HANDBOOK)]).toEqual([true, false]);
  });

  test("right-to-left text runs from right to left", async () => {
    const { page, inspect } = browser;
    const line = "رصدخانه در سال ۱۹۳۱ بر فراز کوه ساخته شد و هنوز کار می‌کند.";
    await page.getByRole("link", { name: "Documents" }).click();
    await choose([await pdf("رصدخانه.pdf", makeUnicodePdf([{ text: asDrawn(line), x: 50, y: 80 }]))]);
    await page.getByRole("button", { name: "رصدخانه.pdf", exact: true }).waitFor();
    vendor.script = { answer: () => `رصدخانه در سال ۱۹۳۱ بر فراز کوه ساخته شد [1]. این پاسخ از سند آمده است.` };
    await page.getByRole("link", { name: "New question" }).click();
    await ask("رصدخانه در چه سالی ساخته شد؟");
    await page.getByRole("button", { name: "Good answer" }).waitFor();
    for (const selector of [".question", ".prose p", ".passage-text"])
      expect(
        await page
          .locator(selector)
          .first()
          .evaluate((element) => getComputedStyle(element).direction),
      ).toBe("rtl");
    expect(await inspect("10-persian")).toEqual([]);
  });

  test("conversations are renamed and deleted, and a search opens the page it found", async () => {
    const { page, inspect } = browser;
    await page.getByRole("link", { name: QUESTION }).hover();
    await page.getByRole("button", { name: `Rename: ${QUESTION}` }).click();
    await page.getByLabel("New title").fill("The dome");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "The dome" }).click();
    await page.getByRole("heading", { name: QUESTION }).waitFor();
    await page.getByRole("link", { name: "The dome" }).hover();
    await page.getByRole("button", { name: "Delete: The dome" }).click();
    await page.getByRole("alertdialog", { name: "Delete this conversation?" }).waitFor();
    expect(await inspect("11-confirm")).toEqual([]);
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await expect.poll(() => page.getByRole("link", { name: "The dome" }).count()).toBe(0);
    await page.getByRole("link", { name: "Documents" }).click();
    await page.getByLabel("Search in documents").fill("wind gusts dome closed");
    await page
      .getByRole("button", { name: /wind gusts above 58/ })
      .first()
      .click();
    await page.locator(".pdf-mark").first().waitFor();
    expect(await inspect("12-search")).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Clear search" }).click();
  });

  test("a document that failed is read again", async () => {
    const { page } = browser;
    const retry = page.getByRole("button", { name: "Retry: scan.pdf" });
    const answered = page.waitForResponse((response) => response.url().includes("files.retry") && response.ok());
    await retry.click();
    await answered;
    await retry.waitFor();
    await page.getByText("Pages 1 and 2 have no text.").waitFor();
  });

  test("pages without text are named in the list, and said of the page; all that failed is read again at once", async () => {
    const { page, inspect } = browser;
    const empty = { texts: [] };
    const pages = ["The oats of the upper field.", empty, "The rye of the lower field.", empty, empty, empty];
    await choose([await pdf("gaps.pdf", makePdf(pages))]);
    const warning = page.getByText("Pages 2 and 4 to 6 have no text (scanned?).");
    await warning.waitFor();
    expect(await inspect("12-warnings")).toEqual([]);
    await page.getByTitle("Open gaps.pdf").click();
    await page.getByText("The oats of the upper field.").waitFor();
    const note = page.getByRole("note");
    expect(await note.count()).toBe(0);
    await page.getByRole("button", { name: "Next page" }).click();
    await note.getByText("This page has no text").waitFor();
    expect(await inspect("12-page-without-text")).toEqual([]);
    await page.keyboard.press("Escape");
    const { tenantId } = await app.signIn({ tenant, email: "ada@example.org" });
    await inTenant(app.app.db, tenantId, async (trx) => {
      const { id } = await trx
        .updateTable("files")
        .where("name", "=", "gaps.pdf")
        .set({ status: "ingesting" })
        .returning("id")
        .executeTakeFirstOrThrow();
      await failFile(trx, id, { reason: "PDF_TEXT_ELSEWHERE", message: "Open the PDF, save the attached files." });
    });
    await page.getByText("Open the PDF, save the attached files.").waitFor();
    await page.getByRole("button", { name: "Retry all failed documents" }).click();
    await warning.waitFor();
  });

  test("a document is deleted, after one has been asked", async () => {
    const { page } = browser;
    const remove = page.getByRole("button", { name: "Delete scan.pdf" });
    await remove.click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await expect.poll(() => remove.evaluate((element) => element === document.activeElement)).toBe(true);
    await remove.click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await expect.poll(() => remove.count()).toBe(0);
  });

  test("usage is shown in numbers and bars", async () => {
    const { page, inspect } = browser;
    await page.getByRole("link", { name: "Usage" }).click();
    await page.getByRole("heading", { name: "Last 7 days" }).waitFor();
    const requests = page.locator(".totals dd").first();
    expect(Number(await requests.textContent())).toBeGreaterThan(6);
    expect(await page.getByRole("table", { name: "Tokens by day" }).getByRole("row").count()).toBe(7);
    expect(await inspect("13-usage")).toEqual([]);
  });

  test("an admin sees what each member has used", async () => {
    const { page, inspect } = browser;
    bo = await app.signIn({ tenant, email: "bo@example.org" });
    await Array.fromAsync(await bo.caller.chat.ask({ question: QUESTION }));
    await page.reload();
    await page.getByRole("heading", { name: "By member, last 7 days" }).waitFor();
    const rowOf = (email: string) =>
      page.getByRole("row").filter({ has: page.getByRole("rowheader", { name: email }) });
    const requests = async (email: string) => Number(await rowOf(email).getByRole("cell").first().textContent());
    expect(await requests("ada@example.org")).toBeGreaterThan(6);
    expect(await requests("bo@example.org")).toBe(1);
    expect(await inspect("13-members")).toEqual([]);
  });

  test("of many members it shows a page, and the next ones when they are asked for", async () => {
    const { page } = browser;
    await inTenant(app.app.db, bo.tenantId, (trx) =>
      sql`insert into users (tenant_id, id, email, role)
        select ${bo.tenantId}, gen_random_uuid(), 'colleague-' || n || '@example.org', 'member'
        from generate_series(1, 60) n`.execute(trx),
    );
    await page.reload();
    const rows = page.getByRole("row").filter({ has: page.getByRole("rowheader", { name: /@example\.org$/ }) });
    const more = page.getByRole("button", { name: "Show more" });
    await more.waitFor();
    expect(await rows.count()).toBe(50);
    await more.click();
    await expect.poll(() => rows.count()).toBe(62);
    expect(await more.count()).toBe(0);
  });

  test("the keyboard skips what stands beside the content", async () => {
    const { page } = browser;
    const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent);
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Skip to the content");
    await page.keyboard.press("Enter");
    expect(await focused()).toBe("content");
  });

  test("a session that was ended elsewhere leads to the sign-in, and back to the same place", async () => {
    const { page, inspect } = browser;
    const token = await page.evaluate(() => localStorage.getItem("docuchat.token"));
    const other = createDocuChat({ url: app.url, token: token ?? "" });
    await other.auth.signOut();
    await other.close();
    await page.reload();
    await page.getByLabel("Email").fill("ada@example.org");
    expect(await inspect("14-ended")).toEqual([]);
    await page.getByRole("button", { name: "Send me a code" }).click();
    await page.getByLabel("Code").waitFor();
    await enterCode();
    await page.getByRole("heading", { name: "Last 7 days", exact: true }).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Workspace").waitFor();
    expect(await page.evaluate(() => localStorage.getItem("docuchat.token"))).toBeNull();
  });

  test("a member sees what is their own, and nothing of the others", async () => {
    const { page } = browser;
    await page.getByLabel("Workspace").fill(tenant);
    await page.getByLabel("Email").fill("bo@example.org");
    await page.keyboard.press("Enter");
    await page.getByLabel("Code").waitFor();
    await enterCode("bo@example.org");
    await page.getByRole("link", { name: "Usage" }).click();
    await page.getByRole("heading", { name: "Last 7 days" }).waitFor();
    expect(await page.locator(".totals dd").first().textContent()).toBe("1");
    expect(await page.getByText("By member").count()).toBe(0);
  });
});

/** Letters from left to right as they stand on paper; numbers run that way already. */
const asDrawn = (line: string) => mirrored(line).replaceAll(/[۰-۹]+/g, mirrored);
const mirrored = (text: string) => Array.from(text).reverse().join("");

/** Answers with these words; a question that was put into other words for the search shows those too. */
const written = (words: string) => browser.page.locator(".prose", { hasText: words });

const ask = async (question: string) => {
  const field = browser.page.getByLabel("Your question");
  await field.fill(question);
  // Ready when the answer before has ended.
  await browser.page.getByRole("button", { name: "Ask", exact: true }).click({ trial: true });
  await field.press("Enter");
  await browser.page.getByRole("heading", { name: question }).waitFor();
};

const printedCode = (email = "ada@example.org") =>
  expect.poll(() => codeIn(app.printed.findLast((line) => line.includes(email))));

const wrongCode = async () => {
  await printedCode().toMatch(/^\d{6}$/);
  return codeIn(app.printed.at(-1)) === "000000" ? "111111" : "000000";
};

const enterCode = async (email?: string) => {
  await printedCode(email).toMatch(/^\d{6}$/);
  await browser.page.getByLabel("Code").fill(codeIn(app.printed.at(-1)));
};

type Document = Awaited<ReturnType<typeof pdf>>;

const choose = async (documents: Document[]) => {
  await browser.page.locator("input[type=file]").setInputFiles(documents);
};

/** As from another window, onto the middle of this one. */
const drop = async (documents: Document[]) => {
  const files = documents.map(({ name, buffer }) => ({ name, base64: buffer.toString("base64") }));
  const transfer = await browser.page.evaluateHandle((given) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of given)
      transfer.items.add(new File([Uint8Array.fromBase64(base64)], name, { type: "application/pdf" }));
    return transfer;
  }, files);
  const target = browser.page.locator("main");
  await target.dispatchEvent("dragover", { dataTransfer: transfer });
  await browser.page.getByText("Drop PDFs to upload").waitFor();
  await target.dispatchEvent("drop", { dataTransfer: transfer });
};

const isPressed = (name: string) => browser.page.getByRole("button", { name }).last().getAttribute("aria-pressed");

/** Which part of the page's picture is dark where a mark lies: there are letters under it. */
const inkUnder = (selector: string) =>
  browser.page.evaluate((mark) => {
    const canvas = document.querySelector("canvas");
    const place = document.querySelector(mark)?.getBoundingClientRect();
    if (!canvas || !place) return 0;
    const whole = canvas.getBoundingClientRect();
    const scale = canvas.width / whole.width;
    const [x, y] = [(place.x - whole.x) * scale, (place.y - whole.y) * scale];
    const { data } = canvas.getContext("2d")?.getImageData(x, y, place.width * scale, place.height * scale) ?? {};
    let dark = 0;
    for (let at = 0; at < (data?.length ?? 0); at += 4) if ((data?.[at] ?? 255) < 128) dark++;
    return dark / ((data?.length ?? 4) / 4);
  }, selector);
