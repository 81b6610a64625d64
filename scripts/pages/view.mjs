// The answer of a call as a view inside a client: a host page in the browser does the handshake, and asks the program over MCP.
import { check, given, told, view as tabOf, look } from "./harness.mjs";

const UI = "io.modelcontextprotocol/ui", MIME = "text/html;profile=mcp-app";
// What a host must allow where a view asks for nothing (SEP-1865, "CSP Enforcement").
const POLICY = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self' data:; connect-src 'none'";

/** A session over MCP: what a method answers. */
async function session(extensions) {
  const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  let number = 0;
  const post = async (message) => {
    const answer = await fetch(given.page + "mcp", { method: "POST", headers, body: JSON.stringify({ jsonrpc: "2.0", ...message }) });
    const named = answer.headers.get("mcp-session-id");
    if (named) headers["mcp-session-id"] = named;
    const text = await answer.text();
    if (message.id === undefined) return null;
    const lines = text.startsWith("{") ? [text] : text.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5));
    const read = lines.map((line) => { try { return JSON.parse(line); } catch { return {}; } }).find((one) => one.id === message.id);
    if (!read || read.error) throw new Error(message.method + ": " + JSON.stringify(read && read.error));
    return read.result;
  };
  const ask = (method, params) => post({ id: ++number, method, params });
  const protocolVersion = "2025-06-18";
  await ask("initialize", { protocolVersion, capabilities: extensions ? { extensions } : {}, clientInfo: { name: "host", version: "1" } });
  headers["mcp-protocol-version"] = protocolVersion;
  await post({ method: "notifications/initialized" });
  return ask;
}

/** A page with the view in a frame that may run scripts and nothing else, and what it was told. */
async function hosted(ask, html, call, capabilities = { serverTools: {} }) {
  const { page, faults, context } = await tabOf();
  const heard = [];
  await page.exposeFunction("program", async (method, params) => ask(method, params));
  await page.exposeFunction("hear", (message) => { heard.push(message); });
  const locked = html.replace("<head>", `<head><meta http-equiv="Content-Security-Policy" content="${POLICY}">`);
  const result = await ask("tools/call", { name: "dispatch_api_operation", arguments: call });
  await page.evaluate(({ html, call, result, capabilities }) => {
    document.documentElement.lang = "en";
    document.title = "Host";
    const main = document.body.appendChild(document.createElement("main"));
    const heading = main.appendChild(document.createElement("h1"));
    heading.textContent = "A client";
    const frame = document.createElement("iframe");
    frame.title = "Answer";
    frame.setAttribute("sandbox", "allow-scripts");
    frame.style.cssText = "width: 100%; border: 1px solid gray";
    const tell = (message) => frame.contentWindow.postMessage({ jsonrpc: "2.0", ...message }, "*");
    addEventListener("message", async (event) => {
      if (event.source !== frame.contentWindow) return;
      const { id, method, params } = event.data;
      window.hear({ method, params });
      if (method === "ui/initialize") tell({ id, result: { protocolVersion: params.protocolVersion, hostInfo: { name: "host", version: "1" }, hostCapabilities: capabilities, hostContext: { theme: "dark", displayMode: "inline" } } });
      else if (method === "ui/notifications/initialized") { tell({ method: "ui/notifications/tool-input", params: { arguments: call } }); tell({ method: "ui/notifications/tool-result", params: result }); }
      else if (method === "ui/notifications/size-changed") frame.style.height = params.height + "px";
      else if (id !== undefined) { try { tell({ id, result: await window.program(method, params) }); } catch (error) { tell({ id, error: { code: -32000, message: error.message } }); } }
    });
    window.tell = tell;
    frame.srcdoc = html;
    main.appendChild(frame);
  }, { html: locked, call, result, capabilities });
  return { page, faults, context, heard, frame: page.frameLocator("iframe") };
}

export async function all() {
  await check("a client that renders views", async () => {
    const plain = await session(null), ask = await session({ [UI]: { mimeTypes: [MIME] } });
    const listed = async (ask) => (await ask("tools/list", {})).tools;
    told("a client that renders no views is told of none", !JSON.stringify(await listed(plain)).includes("ui://"));
    const tool = (await listed(ask)).find((one) => one._meta);
    told("the tool that calls has a view", tool?.name === "dispatch_api_operation" && tool._meta.ui.resourceUri.startsWith("ui://"), JSON.stringify(tool?._meta));
    const [document] = (await ask("resources/read", { uri: tool._meta.ui.resourceUri })).contents;
    told("it is read as what views are", document.mimeType === MIME && document.text.startsWith("<!doctype html>"), document.mimeType);

    const rows = await hosted(ask, document.text, { path: "/service/tickets", method: "GET", params: { pageSize: 100 } });
    await rows.frame.locator("tbody tr").first().waitFor();
    const names = rows.heard.map((one) => one.method);
    told("the handshake is done in its order", names.indexOf("ui/initialize") === names.findIndex((one) => one.startsWith("ui/") && !one.includes("size")) && names.includes("ui/notifications/initialized"), names.join(", "));
    told("rows are a table, and its size is told", await rows.frame.locator("tbody tr").count() > 5 && names.includes("ui/notifications/size-changed"));
    told("the client's theme is taken", await rows.frame.locator("html").evaluate((root) => root.style.colorScheme) === "dark");
    await look(rows.page, "view-rows");
    const before = await rows.frame.locator("tbody tr").count();
    await rows.frame.getByRole("button", { name: "More rows" }).click();
    await rows.frame.locator(`tbody tr:nth-child(${before + 1})`).waitFor();
    told("more rows are read by the tool that reads them", rows.heard.some((one) => one.method === "tools/call" && one.params.name === "read_stored_result"));
    const done = await rows.page.evaluate(() => new Promise((done) => { addEventListener("message", (event) => { if (event.data.id === 77) done(event.data.result); }); window.tell({ id: 77, method: "ui/resource-teardown", params: { reason: "done" } }); }));
    told("it lets itself be taken down", JSON.stringify(done) === "{}");
    told("a view asks nothing of elsewhere, and its console is clean", rows.faults.length === 0, rows.faults.join("; "));
    await rows.context.close();

    const entries = await ask("tools/call", { name: "dispatch_api_operation", arguments: { path: "/time/entries", params: { pageSize: 1, orderBy: "id desc" }, return: "full" } });
    const deletion = { path: "/time/entries/" + entries.structuredContent.result[0].id, method: "DELETE" };
    const consent = await hosted(ask, document.text, deletion);
    await consent.frame.getByRole("button", { name: "Send it", exact: true }).waitFor();
    told("a deletion is shown with its consent", (await consent.frame.locator("pre").first().textContent()).includes("DELETE"));
    await look(consent.page, "view-consent");
    await consent.frame.getByRole("button", { name: "Send it", exact: true }).click();
    await consent.frame.getByText(/answered 20[04]/).waitFor();
    told("and sent by its confirmation", consent.heard.some((one) => one.method === "tools/call" && one.params.arguments.confirmation));
    await consent.context.close();

    const closed = await hosted(ask, document.text, { path: "/service/tickets/1<b>x", method: "GET" }, {});
    await closed.frame.locator(".note.bad").waitFor();
    told("a failure stays text", await closed.frame.locator("b").count() === 0);
    await closed.context.close();
  });
}
