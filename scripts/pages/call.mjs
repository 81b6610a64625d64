// An operation: its form, its filter, what is sent and what is made of the answer.
import { check, click, given, look, open, told } from "./harness.mjs";

const json = (page) => page.inputValue("#body").then((text) => (text ? JSON.parse(text) : {}));

export async function all(page) {
  await check("operation", async () => {
    await open(page, given.page + "#find?q=open+tickets");
    await page.waitForFunction(() => document.querySelector("#hits li")?.textContent.includes("/service/tickets"));
    await page.keyboard.press("Enter");
    await page.waitForSelector("#try");
    told("Enter opens the chosen one", (await page.textContent("h1")).includes("/service/tickets"), await page.textContent("h1"));
    await look(page, "operation");
  });
  await check("filter and dry run", async () => {
    await open(page, given.page + "#operation?method=GET&path=/service/tickets");
    await page.click(".filter summary");
    await page.locator(".filter").getByLabel("Field").first().fill("closedFlag");
    await page.locator(".filter").getByLabel("Value").first().fill("false");
    await click(page, "Dry run");
    await page.waitForSelector("#result pre");
    const request = await page.textContent("#result pre");
    told("the filter that was built is in the request", decodeURIComponent(request.replaceAll("+", " ")).includes("closedFlag = false"), request);
    told("nothing shows a secret", !request.includes(given.secret), "the key is shown");
    await look(page, "dry-run");
    await click(page, "Send");
    await page.waitForSelector("#result table");
    told("rows are a table", await page.locator("#result tbody tr").count() > 0);
    await page.waitForFunction(() => document.querySelectorAll("#result tbody tr").length >= 25);
    const [download] = await Promise.all([page.waitForEvent("download"), click(page, "Download CSV")]);
    told("the rows can be downloaded", download.suggestedFilename() === "rows.csv");
    await page.locator("#result .wide").scrollIntoViewIfNeeded();
    await look(page, "rows");
  });
  await check("something asked of the rows", async () => {
    let sent = 0;
    const counted = (request) => { if (request.url().endsWith("/api/v1/call")) sent++; };
    page.on("request", counted);
    await page.click(".sums summary");
    await page.getByLabel("Group by").fill("status/name");
    await page.getByLabel("Count", { exact: true }).check();
    await page.waitForSelector(".preview tbody tr");
    const groups = await page.locator(".preview tbody tr").count();
    told("rows are grouped as one writes", groups >= 1 && (await page.textContent(".preview")).includes("Of 25 rows"), await page.textContent(".preview"));
    await page.getByLabel("Or a jq filter over all of them").fill("map(.id) | length");
    await page.waitForFunction(() => document.querySelector(".preview pre")?.textContent.trim() === "25");
    told("a jq filter is previewed as one writes", true);
    await look(page, "select");
    await page.getByLabel("Or a jq filter over all of them").fill("map(");
    await page.waitForSelector(".preview .bad");
    told("a filter that is none says so", (await page.textContent(".preview .bad")).includes("jq"), await page.textContent(".preview .bad"));
    await page.getByLabel("Or a jq filter over all of them").fill("length");
    await page.click(".copies summary");
    await page.waitForFunction(() => document.querySelector(".copies")?.textContent.includes("--select length"));
    told("the call to copy has the filter, and nothing was sent again", sent === 0, String(sent));
    page.off("request", counted);
  });
  await check("a body as a form", async () => {
    await open(page, given.page + "#operation?method=POST&path=/service/tickets");
    await page.waitForSelector("#body");
    const first = await page.locator("fieldset .grid label").allTextContents();
    told("what is needed comes first", first.length > 0 && first.every((label) => label.includes("needed")), first.join("; "));
    const box = (name) => page.locator("fieldset").getByLabel(name, { exact: true });
    await page.locator("fieldset").getByLabel("summary needed").fill("Printer <b>on fire</b>");
    await page.locator("fieldset details summary").click();
    await page.getByLabel("Find a field").first().fill("s");
    await box("severity").selectOption("High");
    await page.getByLabel("Find a field").first().fill("");
    await box("requiredDate UTC").fill("2026-12-24T18:00");
    await box("approved").selectOption("true");
    await box("status").focus();
    await page.waitForFunction(() => /Not looked up.*board/.test(document.querySelector("fieldset")?.textContent));
    told("a name says what it belongs to", true);
    await box("board needed").fill("Hel");
    await page.waitForFunction(() => [...document.querySelectorAll("datalist option")].some((one) => one.value === "Help Desk" || /^Hel/.test(one.value)));
    const board = await page.evaluate(() => [...document.querySelectorAll("datalist option")].find((one) => /^Hel/.test(one.value)).value);
    await box("board needed").fill(board);
    await page.waitForFunction(() => JSON.parse(document.getElementById("body").value).board?.id > 0);
    await box("status").focus();
    await box("status").fill("N");
    await page.waitForFunction(() => [...document.querySelectorAll("datalist option")].some((one) => /^New/.test(one.value)));
    const status = await page.evaluate(() => [...document.querySelectorAll("datalist option")].find((one) => /^New/.test(one.value)).value);
    await box("status").fill(status);
    await page.waitForFunction(() => JSON.parse(document.getElementById("body").value).status?.id > 0);
    told("names are suggested, and their ids taken", true);
    await box("currency/symbol").fill("$");
    const body = await json(page);
    told("the JSON is in step with the form", body.severity === "High" && body.requiredDate === "2026-12-24T18:00:00Z" && body.approved === true && body.currency.symbol === "$" && body.summary.includes("<b>"), JSON.stringify(body));
    await page.evaluate(() => document.querySelector("fieldset").scrollIntoView());
    await look(page, "form");
    await page.fill("#body", JSON.stringify({ ...body, summary: "From the JSON", severity: "Low", currency: undefined }));
    told("the form is in step with the JSON", await page.locator("fieldset").getByLabel("summary needed").inputValue() === "From the JSON" && await box("severity").inputValue() === "Low" && await box("currency/symbol").inputValue() === "");
    await page.fill("#body", "{");
    await click(page, "Dry run");
    await page.waitForSelector("#result .bad");
    told("what is no JSON is told, and nothing is sent", (await page.textContent("#body-fault")).includes("no JSON"));
  });
  await check("a write with consent", async () => {
    // What a change replaces is known of a record that was shown.
    await open(page, given.page + "#operation?method=GET&path=/service/tickets/" + given.ticket);
    await click(page, "Send");
    await page.waitForFunction(() => document.getElementById("result")?.textContent.includes("answered 200"));
    await open(page, given.page + "#operation?method=PATCH&path=/service/tickets/" + given.ticket);
    await page.waitForSelector("#body");
    await page.fill("#body", JSON.stringify({ summary: "Looked at by <b>the page</b>" }));
    await click(page, "Show and send");
    await page.getByRole("button", { name: "Send it", exact: true }).waitFor();
    told("a write is shown before it is sent", (await page.textContent("#result pre")).includes("PATCH"));
    await look(page, "consent");
    await click(page, "Send it");
    await page.waitForFunction(() => /answered|note/.test(document.getElementById("result").innerHTML) && !document.getElementById("result").textContent.includes("Send it"));
    told("the write is sent", (await page.textContent("#result")).includes("answered 200"), await page.textContent("#result"));
    told("what an answer says stays text", await page.locator("#result b").count() === 0);
    told("it can be taken back", await page.getByRole("button", { name: "Take it back", exact: true }).count() === 1);
    await look(page, "written");
  });
}
