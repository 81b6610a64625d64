// Looks at the page in a real browser: each state at two widths, with axe over it. Started by scripts/page.py, which says where everything is.
//
// The first line of standard input is JSON: the modules' folder, the browser, the addresses, and the folder for pictures. One line a
// check, then `N passed, N failed`.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const given = JSON.parse(readFileSync(0, "utf8"));
const require = createRequire(join(given.modules, "x.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

let passed = 0, failed = 0;
function told(name, right, why) {
  if (right) passed++; else failed++;
  console.log(`${right ? "ok     " : "FAILED "} ${name}${right || why === undefined ? "" : `: ${why}`}`);
}

const browser = await chromium.launch({
  executablePath: given.browser,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

/** A tab at an address, whose faults are collected. */
async function tab(address, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true, bypassCSP: false, ...options });
  const page = await context.newPage();
  const faults = [];
  // A refusal is an answer of the program's, and the browser writes down each.
  page.on("console", (message) => { if (message.type() === "error" && !/Failed to load resource/.test(message.text())) faults.push(message.text()); });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("request", (request) => { const url = new URL(request.url()); if (!["data:", "blob:"].includes(url.protocol) && url.origin !== new URL(address).origin) faults.push("asked " + request.url()); });
  await page.goto(address);
  return { page, faults, context };
}

async function look(page, name) {
  for (const [width, height] of [[1280, 900], [390, 844]]) {
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: join(given.pictures, `${name}-${width}.png`) });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    told(`${name} fits ${width} pixels`, wide <= 0, `${wide} too many`);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  // Playwright evaluates apart from the page's policy.
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  told(`${name}: axe finds nothing`, found.violations.length === 0, found.violations.map((one) => `${one.id} at ${one.nodes.map((node) => node.target.join(" ")).join(", ")}`).join("; "));
}

async function check(name, work) {
  try { await work(); } catch (error) { told(name, false, String(error.message).split("\n")[0]); }
}

// ---- With the API's stand-in ----
const { page, faults, context } = await tab(given.page);
await check("find", async () => {
  await page.waitForSelector("#q");
  await look(page, "empty");
  await page.fill("#q", "open tickets");
  await page.waitForSelector("#hits li");
  const first = await page.textContent("#hits li");
  told("the first hit is there as one types", first.includes("/service/tickets"), first);
  await page.fill("#q", "time entries of a member");
  await page.waitForFunction(() => document.querySelector("#hits li")?.textContent.includes("/time/entries"));
  await page.click("details summary");
  told("why it is first is shown by bars", await page.locator("meter").count() >= 3, await page.locator("meter").count());
  await look(page, "find");
  await page.focus("#q");
  await page.keyboard.press("ArrowDown");
  told("an arrow chooses the next", await page.getAttribute("#hits li:nth-child(2)", "aria-selected") === "true");
  await page.keyboard.press("ArrowUp");
  const times = [];
  for (const letter of "closed projects of a company") {
    times.push(await page.evaluate((letter) => new Promise((done) => {
      const box = document.getElementById("q"), began = performance.now();
      const drawn = new MutationObserver(() => { drawn.disconnect(); requestAnimationFrame(() => done(performance.now() - began)); });
      drawn.observe(document.getElementById("hits"), { childList: true });
      box.value += letter;
      box.dispatchEvent(new Event("input"));
      setTimeout(() => { drawn.disconnect(); done(null); }, 3000);
    }), letter));
  }
  const drawn = times.filter((one) => one !== null).sort((a, b) => a - b);
  console.log(`        from key press to drawn results: median ${drawn[Math.floor(drawn.length / 2)]?.toFixed(1)} ms, 95 % ${drawn[Math.floor(drawn.length * .95)]?.toFixed(1)} ms of ${drawn.length}`);
});
await check("operation", async () => {
  await page.fill("#q", "open tickets");
  await page.waitForFunction(() => document.querySelector("#hits li")?.textContent.includes("/service/tickets"));
  await page.keyboard.press("Enter");
  await page.waitForSelector("#try");
  told("Enter opens the chosen one", (await page.textContent("h1")).includes("/service/tickets"), await page.textContent("h1"));
  await look(page, "operation");
});
await check("filter and dry run", async () => {
  await page.goto(given.page + "#operation?method=GET&path=/service/tickets");
  await page.reload();
  await page.click(".filter summary");
  await page.getByRole("button", { name: "Add a condition", exact: true }).click();
  const [field, value] = [page.locator(".filter .row input").nth(0), page.locator(".filter .row input").nth(1)];
  await field.fill("closedFlag");
  await value.fill("false");
  await page.getByRole("button", { name: "Dry run", exact: true }).click();
  await page.waitForSelector("#result pre");
  const request = await page.textContent("#result pre");
  told("the filter that was built is in the request", decodeURIComponent(request.replaceAll("+", " ")).includes("closedFlag = false"), request);
  told("nothing shows a secret", !request.includes(given.secret), "the key is shown");
  await look(page, "dry-run");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.waitForSelector("#result table");
  told("rows are a table", await page.locator("#result tbody tr").count() > 0);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download CSV", exact: true }).click()]);
  told("the rows can be downloaded", download.suggestedFilename() === "rows.csv");
  await look(page, "rows");
});
await check("a write with consent", async () => {
  await page.goto(given.page + "#operation?method=PATCH&path=/service/tickets/" + given.ticket);
  await page.reload();
  await page.waitForSelector("#body");
  await page.fill("#body", JSON.stringify({ summary: "Looked at by <b>the page</b>" }));
  await page.getByRole("button", { name: "Show and send", exact: true }).click();
  await page.getByRole("button", { name: "Send it", exact: true }).waitFor();
  told("a write is shown before it is sent", (await page.textContent("#result pre")).includes("PATCH"));
  await look(page, "consent");
  await page.getByRole("button", { name: "Send it", exact: true }).click();
  await page.waitForFunction(() => /answered|note/.test(document.getElementById("result").innerHTML) && !document.getElementById("result").textContent.includes("Send it"));
  told("the write is sent", (await page.textContent("#result")).includes("answered 200"), await page.textContent("#result"));
  told("what an answer says stays text", await page.locator("#result b").count() === 0);
  await look(page, "written");
});
await check("activity", async () => {
  await page.goto(given.page + "#activity");
  await page.waitForSelector("tbody tr");
  told("the write is in the activity", (await page.textContent("tbody")).includes("/service/tickets/" + given.ticket));
  await look(page, "activity");
});
await check("memory", async () => {
  await page.goto(given.page + "#memory");
  await page.waitForSelector("tbody tr");
  await look(page, "memory");
  page.on("dialog", (dialog) => dialog.accept());
  await page.getByRole("button", { name: "Discard" }).click();
  await page.waitForFunction(() => document.body.textContent.includes("No call is kept yet"));
  told("a kept call can be discarded", true);
});
await check("catalogue and two side by side", async () => {
  await page.goto(given.page + "#catalogue");
  await page.waitForSelector("table");
  await look(page, "catalogue");
  await page.goto(given.page + "#compare?method0=GET&path0=/service/tickets&method1=GET&path1=/project/tickets");
  await page.waitForSelector(".side section:nth-child(2)");
  await look(page, "compare");
});
told("nothing was asked of elsewhere, and the console is clean", faults.length === 0, faults.join("; "));
await context.close();

await check("dark", async () => {
  const dark = await tab(given.page, { colorScheme: "dark" });
  await dark.page.fill("#q", "time entries of a member");
  await dark.page.waitForSelector("#hits li");
  await look(dark.page, "dark");
  told("dark: the console is clean", dark.faults.length === 0, dark.faults.join("; "));
  await dark.context.close();
});
await check("a server that only reads", async () => {
  const reading = await tab(given.reading + "#operation?method=PATCH&path=/service/tickets/{id}");
  await reading.page.waitForSelector("#try");
  told("a server that only reads has no button for writes", await reading.page.locator("text=Show and send").count() === 0 && await reading.page.locator("text=only reads").count() === 1);
  await look(reading.page, "read-only");
  await reading.context.close();
});
await check("a hostile manifest", async () => {
  const hostile = await tab(given.hostile + "#catalogue");
  await hostile.page.waitForSelector("table");
  await hostile.page.goto(given.hostile + "#find?q=evil");
  await hostile.page.reload();
  await hostile.page.waitForSelector("#hits li");
  await hostile.page.keyboard.press("Enter");
  await hostile.page.waitForSelector("#try");
  told("what a manifest says stays text", await hostile.page.evaluate(() => !window.struck && document.querySelectorAll("main img, main script").length === 0));
  told("a hostile manifest breaks no policy", hostile.faults.length === 0, hostile.faults.join("; "));
  await look(hostile.page, "hostile");
  await hostile.context.close();
});
await check("without an index", async () => {
  const bare = await tab(given.bare);
  await bare.page.waitForSelector(".note.bad");
  told("without an index it says what to do", (await bare.page.textContent(".note.bad")).includes("index build"));
  await look(bare.page, "no-index");
  await bare.context.close();
});
await check("a token", async () => {
  const guarded = await tab(given.guarded);
  await guarded.page.waitForSelector("#token");
  await look(guarded.page, "token");
  await guarded.page.fill("#token", "wrong-0123456789abcdef-0123456789abcdef");
  await guarded.page.getByRole("button", { name: "Go on", exact: true }).click();
  await guarded.page.waitForSelector(".note.bad");
  told("a wrong token is told to be one", (await guarded.page.textContent(".note.bad")).includes("not one of this server"));
  await guarded.page.fill("#token", given.token);
  await guarded.page.getByRole("button", { name: "Go on", exact: true }).click();
  await guarded.page.waitForSelector("#q");
  told("the right one lets in", true);
  await guarded.context.close();
});
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
