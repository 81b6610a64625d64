// What all checks of the page use: the browser, a tab whose faults are collected, a look at two widths with axe, and what passed.
//
// The first line of standard input is JSON: the modules' folder, the browser, the addresses, and the folder for pictures.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const given = JSON.parse(readFileSync(0, "utf8"));
const require = createRequire(join(given.modules, "x.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const counts = { passed: 0, failed: 0 };
export function told(name, right, why) {
  if (right) counts.passed++; else counts.failed++;
  console.log(`${right ? "ok     " : "FAILED "} ${name}${right || why === undefined ? "" : `: ${why}`}`);
}

const browser = await chromium.launch({
  executablePath: given.browser,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

/** A tab at an address, whose faults are collected. */
export async function tab(address, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true, bypassCSP: false, ...options });
  const page = await context.newPage();
  const faults = [], own = [new URL(address).origin];
  // A refusal is an answer of the program's, and the browser writes down each.
  page.on("console", (message) => { if (message.type() === "error" && !/Failed to load resource/.test(message.text())) faults.push(message.text()); });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("request", (request) => { const url = new URL(request.url()); if (!["data:", "blob:", "about:"].includes(url.protocol) && !own.includes(url.origin)) faults.push("asked " + request.url()); });
  await page.goto(address);
  return { page, faults, context };
}

/** An empty page, as a client's own window, whose faults are collected. */
export async function view() {
  return tab("about:blank");
}

/** Goes to a view anew, whatever is shown. */
export async function open(page, address) {
  await page.goto(address);
  await page.reload();
}

/** Looks at a state at two widths: a picture of each, and what axe finds. */
export async function look(page, name) {
  for (const [width, height] of [[1280, 900], [390, 844]]) {
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: join(given.pictures, `${name}-${width}.png`), fullPage: name.endsWith("whole") });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    told(`${name} fits ${width} pixels`, wide <= 0, `${wide} too many`);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  // Playwright evaluates apart from the page's policy.
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  told(`${name}: axe finds nothing`, found.violations.length === 0, found.violations.map((one) => `${one.id} at ${one.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ")}`).join("; "));
}

export async function check(name, work) {
  try { await work(); } catch (error) { told(name, false, String(error.message).split("\n").slice(0, 3).join(" ")); }
}

export const click = (page, name) => page.getByRole("button", { name, exact: true }).click();

/** Ends the browser, and the run with what came of it. */
export async function end() {
  await browser.close();
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  process.exit(counts.failed ? 1 : 0);
}
