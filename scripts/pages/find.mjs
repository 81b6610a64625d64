// Operations as one types, two side by side, and the catalogue.
import { check, given, look, open, tab, told } from "./harness.mjs";

const PRESSED = "closed projects of a company";

/** Milliseconds from each key press to drawn results. A blank at the end asks nothing new. */
export async function pressed(page, text = PRESSED) {
  const times = [];
  for (const letter of text) {
    times.push(await page.evaluate((letter) => new Promise((done) => {
      const box = document.getElementById("q"), began = performance.now();
      const drawn = new MutationObserver(() => { drawn.disconnect(); requestAnimationFrame(() => done(performance.now() - began)); });
      if (letter === " ") done(null);
      else drawn.observe(document.getElementById("main"), { childList: true, subtree: true });
      box.value += letter;
      box.dispatchEvent(new Event("input"));
      setTimeout(() => { drawn.disconnect(); done(null); }, 3000);
    }), letter));
  }
  const drawn = times.filter((one) => one !== null).sort((a, b) => a - b);
  return { drawn, letters: text.replaceAll(" ", "").length, median: drawn[Math.floor(drawn.length / 2)], most: drawn[Math.floor(drawn.length * .95)] };
}

export async function all(page) {
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
    // The event of opening comes later.
    await page.waitForSelector("details meter");
    told("why it is first is shown by bars", await page.locator("meter").count() >= 3, await page.locator("meter").count());
    await look(page, "find");
    await page.focus("#q");
    await page.keyboard.press("ArrowDown");
    told("an arrow chooses the next", await page.getAttribute("#hits li:nth-child(2)", "aria-selected") === "true");
    told("why the chosen one stands where it does follows it", /in place 2\?/.test(await page.textContent("details summary")) && await page.locator("meter").count() >= 3, await page.textContent("details summary"));
    await page.keyboard.press("ArrowUp");
    const { drawn, letters, median, most } = await pressed(page);
    told("each key press draws", drawn.length === letters, `${drawn.length} of ${letters}`);
    console.log(`        from key press to drawn results: median ${median?.toFixed(1)} ms, 95 % ${most?.toFixed(1)} ms of ${drawn.length}`);
  });
  await check("what nothing fits", async () => {
    await open(page, given.page + "#find?q=pizza+recipes");
    await page.locator(".note", { hasText: "Nothing fits" }).waitFor();
    told("where nothing fits, nothing is listed", await page.locator("#hits li").count() === 0);
    await look(page, "nothing");
    await page.getByRole("button", { name: "Show the nearest" }).click();
    await page.waitForSelector("#hits li");
    const places = await page.evaluate(() => [document.querySelector(".note"), document.getElementById("hits")].map((one) => one.getBoundingClientRect().top));
    told("the nearest are listed below the word that none of them fits", places[0] < places[1] && (await page.textContent(".note")).includes("None of these fits"), places.join());
  });
  await check("a domain", async () => {
    await open(page, given.page + "#catalogue");
    await page.getByRole("link", { name: "schedule", exact: true }).click();
    await page.waitForSelector("#narrow");
    told("a domain lists its operations by resource", await page.locator("main details").count() > 3 && /\d+ operations on \d+ resources/.test(await page.textContent("main")), await page.textContent("main"));
    await page.fill("#narrow", "get entries");
    await page.waitForSelector(".operations a");
    told("narrowed as one types", (await page.locator(".operations li").allTextContents()).every((line) => /entries/i.test(line)));
    await look(page, "domain");
    await page.locator(".operations a", { hasText: /^\/schedule\/entries$/ }).click();
    await page.waitForSelector("#try");
    told("and opened", (await page.textContent("h1")).includes("/schedule/entries"), await page.textContent("h1"));
  });
  await check("catalogue and two side by side", async () => {
    await open(page, given.page + "#catalogue");
    await page.waitForSelector("table");
    await page.waitForFunction(() => /\d+ faults?, \d+ warnings?/.test(document.querySelector("main").textContent));
    told("the catalogue says what doctor finds, and its cures", (await page.textContent("main")).includes("checks found nothing wrong") && !(await page.textContent("main")).includes(given.secret), await page.textContent("main"));
    await page.getByText("checks found nothing wrong").click();
    await page.waitForFunction(() => [...document.querySelectorAll("td")].some((cell) => /^published/.test(cell.textContent)));
    await look(page, "catalogue");
    await page.getByRole("heading", { name: "Health, as doctor sees it" }).scrollIntoViewIfNeeded();
    await look(page, "health");
    await page.setViewportSize({ width: 390, height: 844 });
    const cut = await page.evaluate(() => [...document.querySelectorAll("main td")].filter((one) => one.offsetParent && (one.getBoundingClientRect().right > innerWidth || one.scrollWidth > one.clientWidth + 1)).map((one) => one.textContent));
    told("on a narrow screen no finding and no cure is cut", cut.length === 0 && await page.locator("[aria-label=Findings] td, [aria-label=Checks] td").count() > 4, cut.join("; "));
    await page.setViewportSize({ width: 1280, height: 900 });
    const said = await page.textContent("main");
    told("all is said to be well only where it is", said.includes("All is well") === /0 faults, 0 warnings/.test(said), said.slice(0, 300));
    await open(page, given.page + "#compare?method0=GET&path0=/service/tickets&method1=GET&path1=/project/tickets");
    await page.waitForSelector(".side section:nth-child(2)");
    await look(page, "compare");
  });
  await check("dark", async () => {
    const dark = await tab(given.page, { colorScheme: "dark" });
    await dark.page.fill("#q", "time entries of a member");
    await dark.page.waitForSelector("#hits li");
    await look(dark.page, "dark");
    await open(dark.page, given.page + "#operation?method=POST&path=/service/tickets");
    await dark.page.waitForSelector("#body");
    await look(dark.page, "dark-form");
    told("dark: the console is clean", dark.faults.length === 0, dark.faults.join("; "));
    await dark.context.close();
  });
}
