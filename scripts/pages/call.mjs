// An operation: its form, its filter, what is sent and what is made of the answer.
import { readFileSync } from "node:fs";
import { check, click, given, look, open, told } from "./harness.mjs";

const json = (page) => page.inputValue("#body").then((text) => (text ? JSON.parse(text) : {}));

/** The rows of a table as they are drawn, by the names of their columns. */
const drawn = (page) => page.evaluate(() => {
  const table = document.querySelector("#result table.rows"), names = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.replace(/ [↑↓]$/, ""));
  return [...table.tBodies[0].rows].filter((row) => row.className !== "open").map((row) => Object.fromEntries([...row.cells].map((cell, place) => [names[place], cell.textContent])));
});
/** The cells of a CSV file, which has no line breaks in its cells. */
const cells = (line) => [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map((found) => found[1]);
const saved = async (page, name) => {
  const [download] = await Promise.all([page.waitForEvent("download"), click(page, name)]);
  return readFileSync(await download.path(), "utf8");
};

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
    await page.locator(".filter").getByLabel("Value").first().selectOption("false");
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
  await check("rows have one shape", async () => {
    await open(page, given.page + "#operation?method=GET&path=/service/tickets");
    await page.waitForSelector("#try");
    await click(page, "Send");
    await page.waitForFunction(() => document.querySelectorAll("#result table.rows tbody tr").length >= 25);
    const rows = await drawn(page), names = ["id", "summary", "status", "company", "priority", "board"];
    told("a table has what matters first, as the command line's has", names.every((name) => name in rows[0]) && !("recordType" in rows[0]), Object.keys(rows[0]).join(", "));
    const blank = rows.flatMap((row, number) => names.filter((name) => !row[name]).map((name) => number + " " + name));
    told("no cell is blank where the API has a value", blank.length === 0, blank.join(", "));
    const [head, ...lines] = (await saved(page, "Download CSV")).split("\r\n"), columns = cells(head);
    const empty = lines.flatMap((line, number) => ["board", "status", "company", "board/id"].filter((name) => !cells(line)[columns.indexOf(name)]).map((name) => number + " " + name));
    told("nor in the file", lines.length === 25 && empty.length === 0, empty.join(", "));
    const records = JSON.parse(await saved(page, "Download JSON"));
    told("and in JSON each record is as the API has it", records.length === 25 && records.every((one) => one.board.name && one.status.id && one._info), JSON.stringify(records[20]).slice(0, 200));
  });
  await check("a try that is refused", async () => {
    const refused = await page.evaluate(() => fetch("api/v1/call", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ path: "/service/tickets", params: { conditions: "nonsense = " } }) }).then((answer) => answer.status));
    told("a filter that is none is refused", refused === 422, String(refused));
  });
  await check("all pages", async () => {
    await open(page, given.page + "#operation?method=GET&path=/service/tickets");
    await page.getByLabel("pageSize").first().fill("1000");
    await page.getByLabel("All pages").check();
    await click(page, "Send");
    await page.waitForFunction(() => /of [\d,]+ rows are shown/.test(document.getElementById("result").textContent));
    const total = Number((await page.textContent("#result")).match(/of ([\d,]+) rows are shown/)[1].replaceAll(",", ""));
    told("there are more rows than are drawn", total > 1000 && await page.locator("#result table.rows tbody tr").count() <= 200, String(total));
    await page.locator("#result thead").getByRole("button", { name: /^status/ }).click();
    await page.waitForSelector("th[aria-sort=ascending]");
    const [head, ...lines] = (await saved(page, "Download CSV")).split("\r\n"), place = cells(head).indexOf("status");
    told("a file has all of them, sorted", lines.length === total, `${lines.length} of ${total}`);
    const named = lines.map((line) => cells(line)[place]);
    told("sorted are all, not those that are drawn", named.every((name, at) => at === 0 || named[at - 1].localeCompare(name) <= 0) && (await drawn(page))[0].status === named[0], named.slice(0, 3).join());
    told("and it says how many it saved", (await page.textContent("#result")).includes(total.toLocaleString("en") + " rows saved"));
  });
  await check("a row and a record", async () => {
    await open(page, given.page + "#operation?method=GET&path=/service/tickets");
    await page.waitForSelector("#try");
    await click(page, "Send");
    await page.waitForFunction(() => document.querySelectorAll("#result table.rows tbody tr").length >= 25);
    await page.locator("#result tbody tr").nth(20).locator("td").nth(3).click();
    await page.waitForSelector("#result tr.open .fields");
    const field = (name, within) => page.locator(`${within} .fields > div`).filter({ has: page.locator("dt", { hasText: new RegExp("^" + name + "$") }) }).locator("dd").textContent();
    told("a row opens as a list of its fields", /\w+ \(id \d+\)/.test(await field("status", "tr.open")), await page.textContent("tr.open"));
    await page.locator("tr.open a", { hasText: "Open this record" }).waitFor();
    await look(page, "row-open");
    await page.keyboard.press("Enter");
    told("and closes by the same key", await page.locator("tr.open").count() === 0);
    await page.keyboard.press("Enter");
    const id = await page.locator("#result tbody tr").nth(20).locator("td").nth(1).textContent();
    await page.locator("tr.open a", { hasText: "Open this record" }).click();
    await page.waitForFunction(() => document.querySelector("h1")?.textContent.includes("{id}"));
    told("a row leads to its record", await page.getByLabel("id in the path").first().inputValue() === id, id);
    await open(page, given.page + "#operation?method=GET&path=/service/tickets/" + given.ticket);
    await page.waitForSelector("#try");
    await click(page, "Send");
    await page.waitForSelector("#result .record");
    told("one record is a list of its fields", await field("id", "#result") === String(given.ticket) && !(await page.textContent("#result .record")).includes("_href"), await page.textContent("#result .record"));
    await page.locator("#result .record summary", { hasText: "_info" }).click();
    await page.waitForFunction(() => document.querySelector("#result .record").textContent.includes("_href"));
    told("what the server keeps for itself opens", true);
    await look(page, "record");
  });
  await check("ids and fields by name and meaning", async () => {
    await open(page, given.page + "#operation?method=GET&path=/service/boards/{id}");
    const id = page.getByLabel("id in the path");
    await id.fill("Hel");
    await page.waitForFunction(() => [...document.querySelectorAll("#main datalist option")].some((one) => /^Hel/.test(one.value)));
    await id.fill(await page.evaluate(() => [...document.querySelectorAll("#main datalist option")].find((one) => /^Hel/.test(one.value)).value));
    await click(page, "Dry run");
    await page.waitForSelector("#result pre");
    told("an id in the path is taken from a name of the API's list", /\/service\/boards\/\d+/.test(await page.textContent("#result pre")), await page.textContent("#result pre"));
    await look(page, "path-name");
    await open(page, given.page + "#operation?method=POST&path=/service/tickets");
    await page.getByLabel("Find a field by its name or meaning").fill("deadline");
    await page.waitForFunction(() => document.getElementById("meant")?.textContent.includes("requiredDate"));
    told("a field is found by what it means", true);
    await page.locator("#meant").scrollIntoViewIfNeeded();
    await look(page, "fields");
  });
  await check("a body as a form", async () => {
    await open(page, given.page + "#operation?method=POST&path=/service/tickets");
    await page.waitForSelector("#body");
    const first = await page.locator("fieldset .grid label").allTextContents();
    const needs = first.map((label) => label.includes("needed"));
    told("what is needed comes first, and behind it what is mostly wanted", needs[0] && needs.every((one, at) => !at || needs[at - 1] >= one) && first.includes("status"), first.join("; "));
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
    const box = await page.textContent("#result .consent");
    told("it says which record and what is there now", box.includes("#" + given.ticket) && box.includes("Afterwards") && box.includes("can be taken back"), box);
    told("the cursor is at what is to be looked at", await page.evaluate(() => document.activeElement.closest(".consent") !== null && document.activeElement.getBoundingClientRect().top < innerHeight / 2));
    told("the button stands behind the request", await page.evaluate(() => Boolean(document.querySelector(".consent pre").compareDocumentPosition(document.querySelector(".consent .first")) & Node.DOCUMENT_POSITION_FOLLOWING)));
    await look(page, "consent");
    await click(page, "Send it");
    await page.waitForFunction(() => /answered|note/.test(document.getElementById("result").innerHTML) && !document.getElementById("result").textContent.includes("Send it"));
    told("the write is sent", (await page.textContent("#result")).includes("answered 200"), await page.textContent("#result"));
    told("what an answer says stays text", await page.locator("#result b").count() === 0);
    told("it can be taken back", await page.getByRole("button", { name: "Take it back", exact: true }).count() === 1);
    await look(page, "written");
  });
}
