// What was done, and what is kept.
import { check, click, given, look, open, told } from "./harness.mjs";

export async function all(page) {
  await check("activity", async () => {
    await open(page, given.page + "#activity");
    await page.waitForSelector("tbody tr");
    const body = page.locator(".wide").first();
    told("the write is in the activity", (await body.textContent()).includes("/service/tickets/" + given.ticket));
    const bars = (kind) => page.locator(".chart rect." + kind).count();
    told("the chart has changes and reads", await bars("write") === 1 && await bars("read") === 1, `${await bars("write")} ${await bars("read")}`);
    await look(page, "activity");
    await page.getByLabel("What", { exact: true }).selectOption("read");
    const reads = await body.textContent();
    told("what was read is there, with who and how long", reads.includes("/service/tickets") && !reads.includes("PATCH") && reads.includes("page without token") && / ms/.test(reads), reads);
    await page.getByLabel("How it ended").selectOption("failed");
    const bad = await body.locator("tbody tr").allTextContents();
    told("lines are chosen by how they ended, and refused tries are among them", bad.length > 0 && bad.every((line) => line.includes("refused")), bad.join("; "));
    await page.getByLabel("How it ended").selectOption("");
    await page.getByLabel("What", { exact: true }).selectOption("");
    await page.getByRole("button", { name: "Take it back", exact: true }).first().click();
    await page.getByRole("button", { name: "Take it back now", exact: true }).waitFor();
    const words = (await page.textContent(".consent")).replace(/\s+/g, " ");
    told("the way back is shown as old and new values", /summary ?Looked at by <b>the page<\/b> → becomes \S/.test(words) && !words.includes('"count"'), words);
    await look(page, "undo");
    await page.setViewportSize({ width: 390, height: 844 });
    told("and fits a narrow screen", await page.evaluate(() => { const box = document.querySelector(".consent").getBoundingClientRect(); return box.left >= 0 && box.right <= innerWidth; }));
    await page.setViewportSize({ width: 1280, height: 900 });
    const changes = page.locator("[aria-label=Changes] tbody tr"), before = await changes.count();
    await click(page, "Take it back now");
    await page.waitForFunction(() => document.body.textContent.includes("It was taken back"));
    told("a change is taken back, once it was shown", true);
    await page.waitForFunction((before) => document.querySelectorAll("[aria-label=Changes] tbody tr").length === before + 1, before);
    const lines = await changes.allTextContents();
    told("the list has it at once, and where each stands", /takes change \d+ back/.test(lines[0]) && lines.some((line) => line.includes("Taken back")) && (await page.locator("[aria-label='What was done'] tbody tr").first().textContent()).includes("PATCH"), lines.join("; "));
  });
  await check("memory", async () => {
    await open(page, given.page + "#memory");
    await page.waitForSelector(".kept li");
    told("what is kept stays text", await page.locator(".kept b").count() === 0 && (await page.textContent(".kept")).includes("<b>tickets</b>"));
    await look(page, "memory");
    const name = "open <b>tickets</b>";
    await click(page, "Edit " + name);
    await page.getByLabel("What it is for").fill("open tickets of a company");
    const could = page.locator(".kept fieldset input");
    told("values that could be asked for are offered", await could.count() === 1, String(await could.count()));
    await could.check();
    await look(page, "memory-edit");
    await click(page, "Keep the change");
    await page.waitForFunction(() => document.querySelector(".kept h2")?.textContent === "open tickets of a company");
    told("its description and its slots are kept", (await page.textContent(".kept pre")).includes("{"), await page.textContent(".kept pre"));
    await click(page, "Try open tickets of a company");
    const slot = page.locator(".kept form .grid input");
    await slot.fill("21");
    await click(page, "Dry run");
    await page.waitForSelector(".kept form pre");
    const request = decodeURIComponent((await page.textContent(".kept form")).replaceAll("+", " "));
    told("a kept call is tried with a value for its slot", /company\/id = 21/.test(request), request);
    await click(page, "Send");
    await page.waitForFunction(() => /answered 200/.test(document.querySelector(".kept form")?.textContent));
    told("and sent", true);
    await look(page, "memory-tried");
    await click(page, "Discard open tickets of a company");
    await click(page, "Discard it");
    await page.waitForFunction(() => document.body.textContent.includes("No call is kept yet"));
    told("a kept call can be discarded", true);
  });
}
