import { execFile } from "node:child_process";
import { glob, mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import axeCore from "axe-core";
import { chromium, type BrowserContext, type Page } from "playwright-core";
import { findChromium } from "../../scripts/browser/chromium.ts";
import { cleanUp } from "../support/clean-up.ts";

const ROOT = join(import.meta.dirname, "../..");
/** What CI keeps: pictures of every screen. */
const PICTURES = join(ROOT, "test-output/browser");

export const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const executablePath = findChromium();

/** Builds the console where its source is newer than what was built. */
export const buildConsole = async (): Promise<void> => {
  const built = await stat(join(ROOT, "console/dist/index.html")).catch(() => undefined);
  const newest = async () => {
    let mtimeMs = 0;
    for await (const path of glob("{console/*.*,console/src/**,client-sdk/src/**,server/contract/*}", { cwd: ROOT }))
      mtimeMs = Math.max(mtimeMs, (await stat(join(ROOT, path))).mtimeMs);
    return mtimeMs;
  };
  if (built && built.mtimeMs > (await newest())) return;
  // In a process of its own: what the test runner has set would make it a build for development.
  const { NODE_ENV: _, ...env } = process.env;
  const fresh = join(ROOT, `node_modules/.console-${process.pid}`);
  const vite = join(ROOT, "node_modules/vite/bin/vite.js");
  const args = [vite, "build", "console", "--logLevel", "error", "--outDir", fresh, "--emptyOutDir"];
  await promisify(execFile)(process.execPath, args, { cwd: ROOT, env });
  // Put in place at once: other tests may be reading what was built before.
  await rm(join(ROOT, "console/dist"), { recursive: true, force: true });
  await rename(fresh, join(ROOT, "console/dist"));
};

export type Visit = {
  page: Page;
  context: BrowserContext;
  /** What went wrong in the page: errors, violations of its policy, requests to elsewhere. */
  complaints: string[];
  /** While `work` runs, complaints of this kind are expected. */
  expecting<T>(complaint: RegExp, work: () => Promise<T>): Promise<T>;
  /** A picture of what is seen, for CI to keep. */
  picture(name: string): Promise<void>;
  /** What axe finds serious, as the page is, in the dark, and at 360 px; a picture of each. */
  inspect(name: string): Promise<string[]>;
};

/** A browser of its own at the given origin; it ends with the file. */
export const visit = async (origin: string): Promise<Visit> => {
  const browser = await chromium.launch({ executablePath: executablePath ?? "", args: FLAGS });
  cleanUp(() => browser.close());
  await mkdir(PICTURES, { recursive: true });
  const context = await browser.newContext({ viewport: DESK, colorScheme: "light", reducedMotion: "reduce" });
  const page = await context.newPage();
  page.setDefaultTimeout(45_000);
  const complaints: string[] = [];
  let expected: RegExp | undefined;
  const complain = (words: string) => {
    if (!expected?.test(words)) complaints.push(words);
  };
  await page.addInitScript(() =>
    addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      console.error(`policy violated: ${violatedDirective} ${blockedURI}`),
    ),
  );
  page.on("console", (message) => message.type() === "error" && complain(`console: ${message.text()}`));
  page.on("pageerror", (error) => complain(`thrown: ${error.message}`));
  const elsewhere = (address: string) => {
    const { protocol, host } = new URL(address);
    if (/^(https?|wss?):$/.test(protocol) && host !== new URL(origin).host) complain(`request to ${host}`);
  };
  context.on("request", (request) => elsewhere(request.url()));
  page.on("websocket", (socket) => elsewhere(socket.url()));
  const picture = async (name: string) => {
    await page.screenshot({ path: join(PICTURES, `${name}.png`) });
  };
  return {
    page,
    context,
    complaints,
    expecting: async (complaint, work) => {
      expected = complaint;
      try {
        return await work();
      } finally {
        expected = undefined;
      }
    },
    picture,
    inspect: (name) => inspect(page, name, picture),
  };
};

const DESK = { width: 1280, height: 800 };
const PHONE = { width: 360, height: 720 };

const inspect = async (page: Page, name: string, picture: Visit["picture"]): Promise<string[]> => {
  const looks = [
    { look: "light", viewport: DESK, colorScheme: "light" },
    { look: "dark", viewport: DESK, colorScheme: "dark" },
    { look: "phone", viewport: PHONE, colorScheme: "light" },
  ] as const;
  const findings: string[] = [];
  for (const { look, viewport, colorScheme } of looks) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    await page.evaluate(() => new Promise(requestAnimationFrame));
    await picture(`${name}-${look}`);
    const found = [...(await axe(page)), ...(await overflow(page))];
    findings.push(...found.map((finding) => `${look}: ${finding}`));
  }
  await page.setViewportSize(DESK);
  await page.emulateMedia({ colorScheme: "light" });
  return findings;
};

type Axe = { run(): Promise<{ violations: Violation[] }> };
type Violation = { id: string; impact?: string | null; nodes: { html: string }[] };

const axe = async (page: Page): Promise<string[]> => {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axeCore.source);
  const violations = await page.evaluate(async () => (await (window as unknown as { axe: Axe }).axe.run()).violations);
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
};

/** A page that has to be pushed sideways. */
const overflow = async (page: Page): Promise<string[]> => {
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  return excess > 0 ? [`${excess}px wider than the window`] : [];
};
