// A large catalogue, where one was given: every view comes, and how long it takes is printed.
import { check, given, open, tab, told } from "./harness.mjs";
import { pressed } from "./find.mjs";

export async function all() {
  if (!given.large) return;
  await check("a large catalogue", async () => {
    const { page, faults, context } = await tab(given.large);
    await page.waitForSelector("#q");
    const measured = async (name, address, selector) => {
      const began = performance.now();
      await open(page, given.large + address);
      await page.waitForSelector(selector);
      console.log(`        ${name}: ${(performance.now() - began).toFixed(0)} ms`);
    };
    await measured("catalogue", "#catalogue", "tbody tr");
    console.log(`        ${(await page.textContent("main")).match(/[\d,]+ operations/)?.[0]}`);
    told("a large catalogue lists some of its APIs, and finds the others", await page.locator("tbody tr").count() <= 200);
    await open(page, given.large);
    await page.waitForSelector("#q");
    for (const text of ["list virtual machines of a resource group", "create a payment link for a customer", "open tickets of a company"]) {
      await page.fill("#q", "");
      const { drawn, letters, median, most } = await pressed(page, text);
      told(`each key press of "${text}" draws`, drawn.length === letters, `${drawn.length} of ${letters}`);
      console.log(`        from key press to drawn results: median ${median?.toFixed(1)} ms, 95 % ${most?.toFixed(1)} ms of ${drawn.length}`);
    }
    await page.keyboard.press("Enter");
    const began = performance.now();
    await page.waitForSelector("#try");
    console.log(`        an operation: ${(performance.now() - began).toFixed(0)} ms`);
    told("a large catalogue keeps the console clean", faults.length === 0, faults.join("; "));
    await context.close();
  });
}
