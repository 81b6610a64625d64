// Servers that differ: one that only reads, one with a hostile manifest, one without an index, and one with a token.
import { readFileSync } from "node:fs";
import { check, click, given, look, open, tab, told } from "./harness.mjs";

const RIGHT_TO_LEFT = "كل التذاكر المفتوحة";

export async function all() {
  await check("a server that only reads", async () => {
    const reading = await tab(given.reading + "#operation?method=PATCH&path=/service/tickets/{id}");
    await reading.page.waitForSelector("#try");
    told("a server that only reads has no button for writes", await reading.page.locator("text=Show and send").count() === 0 && await reading.page.locator("text=only reads").count() === 1);
    await look(reading.page, "read-only");
    await reading.context.close();
  });
  await check("a hostile manifest", async () => {
    const hostile = await tab(given.hostile + "#catalogue");
    const { page, faults } = hostile;
    const isText = () => page.evaluate(() => !window.struck && !Object.prototype.struck && document.querySelectorAll("main img, main script").length === 0);
    /** How long the page keeps its user waiting for a key: a page that draws too much does not answer. */
    const isQuick = () => page.evaluate(() => new Promise((done) => { const began = performance.now(); requestAnimationFrame(() => setTimeout(() => done(performance.now() - began < 1000))); }));
    await page.waitForSelector("#code");
    told("warnings of a manifest are listed with their places", await page.locator("[aria-label=Warnings] tbody tr").count() > 0 && (await page.textContent("[aria-label=Warnings] tbody")).includes("/paths/"), await page.textContent("main"));
    await page.getByRole("heading", { name: "Warnings of the manifests" }).scrollIntoViewIfNeeded();
    await look(page, "hostile-catalogue");
    await open(page, given.hostile + "#find?q=evil");
    await page.waitForSelector("#hits li");
    told("a name that turns letters round is written out", (await page.textContent("#hits")).includes("⟨U+202E⟩"), await page.textContent("#hits"));
    await page.keyboard.press("Enter");
    await page.waitForSelector("#try");
    told("what a manifest says stays text", await isText());
    told("a description of a megabyte is drawn by its beginning", await page.evaluate(() => document.querySelector("main").textContent.length < 300_000) && await isQuick());
    await look(page, "hostile");
    await page.getByLabel("id in the path").selectOption({ index: 1 });
    await click(page, "Send");
    await page.waitForSelector("#result tbody tr");
    told("what an API answers stays text, whatever its fields are called", await isText() && await page.locator("#result thead").textContent().then((head) => head.includes("constructor")));
    told("a field of a megabyte is drawn by its beginning", await page.evaluate(() => document.querySelector("#result").textContent.length < 200_000) && await isQuick());
    const long = page.locator("#result td details summary").first();
    await long.click();
    await page.waitForFunction(() => document.querySelector("#result td .long")?.textContent.length >= 1_000_000);
    told("and whole when it is asked for", await isQuick());
    await long.click();
    const [download] = await Promise.all([page.waitForEvent("download"), click(page, "Download CSV")]);
    told("no spreadsheet takes a text for a formula", /(^|,)'=1\+1/m.test(readFileSync(await download.path(), "utf8")));
    const both = [given.large_number, given.fine_number];
    const holds = (text) => both.every((number) => text.includes(number));
    told("shown and downloaded numbers keep their digits", holds(await page.textContent("#result tbody")) && holds(readFileSync(await download.path(), "utf8")), await page.textContent("#result thead"));
    const [saved] = await Promise.all([page.waitForEvent("download"), click(page, "Download JSON")]);
    const rows = readFileSync(await saved.path(), "utf8");
    told("in JSON, too, and they are numbers there", both.every((number) => new RegExp('": ' + number + "[,\\s]").test(rows)));
    await page.locator("#result .wide").scrollIntoViewIfNeeded();
    await look(page, "hostile-rows");
    await open(page, given.hostile + "#operation?method=POST&path=/evil/{id}");
    await page.waitForSelector("#body");
    await page.fill("#body", JSON.stringify({ x: RIGHT_TO_LEFT }));
    await page.locator("fieldset").getByLabel("constructor/name", { exact: true }).fill("a");
    const body = JSON.parse(await page.inputValue("#body"));
    told("a form of hostile fields is a form", body.constructor.name === "a" && body.x === RIGHT_TO_LEFT && await isText(), JSON.stringify(body));
    await look(page, "hostile-form");
    await open(page, given.hostile + "#operation?method=POST&path=/numbers");
    await page.waitForSelector("#body");
    await page.fill("#body", `{ "text": "x", "fine": ${given.fine_number} }`);
    await page.locator("fieldset").getByLabel("large needed").fill(given.large_number);
    await page.locator("fieldset").getByLabel("text", { exact: true }).fill("y");
    told("typed numbers keep their digits in the form and in the JSON", holds(await page.inputValue("#body")) && await page.locator("fieldset").getByLabel("fine", { exact: true }).inputValue() === given.fine_number, await page.inputValue("#body"));
    await click(page, "Show and send");
    await page.getByRole("button", { name: "Send it", exact: true }).waitFor();
    told("the request that is shown has their digits", holds(await page.textContent("#result pre")), await page.textContent("#result pre"));
    await click(page, "Send it");
    await page.waitForFunction(() => document.getElementById("result").textContent.includes("answered 200"));
    const echoed = await page.locator("#result .record, #result table").last().textContent();
    told("they come to the API, and back to the screen", holds(echoed), echoed);
    told("a hostile manifest breaks no policy", faults.length === 0, faults.join("; "));
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
    await click(guarded.page, "Go on");
    await guarded.page.waitForSelector(".note.bad");
    told("a wrong token is told to be one", (await guarded.page.textContent(".note.bad")).includes("not one of this server"));
    await guarded.page.fill("#token", given.token);
    await click(guarded.page, "Go on");
    await guarded.page.waitForSelector("#q");
    told("the right one lets in", true);
    await guarded.page.click("nav >> text=Catalogue");
    await guarded.page.waitForFunction(() => document.querySelector("main").textContent.includes("names folders and programs"));
    told("a token learns how each area stands, and nothing of the machine", !(await guarded.page.textContent("main")).includes("/tmp"), await guarded.page.textContent("main"));
    await guarded.context.close();
  });
}
