// The answer of a call as a view inside a client (MCP Apps, SEP-1865). The client is the parent window; messages are JSON-RPC.

const PROTOCOL = "2026-01-26";
const place = document.getElementById("main"), status = document.getElementById("status");
const waiting = new Map();
let number = 0, given = {}, canCall = false;

const tell = (message) => parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
const request = (method, params) => new Promise((done, failed) => {
  const id = ++number;
  waiting.set(id, { done, failed });
  tell({ id, method, params });
});
/** What a tool of the same server answers. */
async function call(name, given) {
  const answered = await request("tools/call", { name, arguments: given });
  if (answered.isError) throw new Error(textOf(answered) || "The tool failed.");
  return answered;
}
const textOf = (answered) => (answered.content || []).filter((block) => block.type === "text").map((block) => block.text).join("\n");
const say = (text) => { status.textContent = text; };

async function tried(into, work) {
  try { await work(); } catch (error) { into.replaceChildren(note(error.message, "bad")); }
}

/** A preview, which the user may send: by the same call with its confirmation. */
function consent(answer) {
  const outcome = h("div", {});
  const send = () => tried(outcome, async () => {
    outcome.replaceChildren(h("p", { class: "dim" }, "Sending …"));
    draw(await call("dispatch_api_operation", { ...given, dry_run: undefined, confirmation: answer.confirmation }));
    say("Sent");
  });
  return h("div", { class: "consent" }, note("This changes data. Look at the request, then send it."), h("p", {}, button("Send it", send, { class: "first", disabled: !canCall })), canCall ? null : h("p", { class: "dim" }, "This client lets no view call a tool: ask the assistant to go on."), outcome);
}

/** Rows, and those behind them where the client lets a view ask for them. */
const rowsWith = (rows, stored) => table(rows, { downloads: false, ...(stored ? { total: stored.rows, next: stored.next_offset,
  read: canCall ? async (offset) => (await call("read_stored_result", { handle: stored.handle, offset, limit: 200 })).structuredContent || {} : null } : {}) });

function draw(answered) {
  const answer = answered.structuredContent;
  if (answered.isError || !answer) { place.replaceChildren(answered.isError ? note(textOf(answered), "bad") : pre(textOf(answered))); return; }
  const out = [];
  if (answer.confirmation) out.push(consent(answer));
  if (answer.dry_run) out.push(note("Nothing was sent. This is the request:", "good"));
  if (answer.request) out.push(pre(answer.request.method + " " + answer.request.url + (answer.request.body ? "\n\n" + json(answer.request.body) : "")));
  if (answer.plan) out.push(pre(answer.plan));
  if (answer.status) out.push(h("p", {}, "The API answered " + answer.status + (answer.rows !== undefined ? " with " + many(answer.rows, "row") : "") + (answer.more_exist ? "; it has more" : "") + "."));
  (answer.notes || []).forEach((one) => out.push(note(one)));
  const rows = rowsOf(answer.result);
  if (rows && (rows.length || answer.stored_result)) out.push(rowsWith(rows, answer.stored_result));
  else if (answer.result !== undefined && answer.result !== null && !rows) out.push(isRecord(answer.result) && !isEmpty(answer.result) ? record(answer.result) : pre(answer.result));
  if (answer.undo) out.push(h("p", { class: "dim" }, "It can be taken back: undo " + answer.undo + "."));
  place.replaceChildren(...out);
}

function appear(context) {
  if (context && (context.theme === "light" || context.theme === "dark")) document.documentElement.style.colorScheme = context.theme;
}

const HEARD = {
  "ui/notifications/tool-input": (params) => { given = params.arguments || {}; },
  "ui/notifications/tool-result": draw,
  "ui/notifications/tool-cancelled": (params) => place.replaceChildren(note("The call was cancelled" + (params.reason ? ": " + params.reason : "") + ".")),
  "ui/notifications/host-context-changed": appear,
};
const ANSWERED = ["ping", "ui/resource-teardown"];

addEventListener("message", (event) => {
  if (event.source !== parent || !event.data || event.data.jsonrpc !== "2.0") return;
  const { id, method, params, result, error } = event.data;
  if (method === undefined) {
    const one = waiting.get(id);
    if (!one) return;
    waiting.delete(id);
    if (error) one.failed(new Error(error.message || "The client refused.")); else one.done(result || {});
  } else if (id !== undefined) {
    tell(ANSWERED.includes(method) ? { id, result: {} } : { id, error: { code: -32601, message: "There is no method " + method } });
  } else if (HEARD[method]) HEARD[method](params || {});
});

let height = 0;
new ResizeObserver(() => {
  const now = Math.ceil(document.documentElement.getBoundingClientRect().height);
  if (now === height) return;
  height = now;
  tell({ method: "ui/notifications/size-changed", params: { width: Math.ceil(document.documentElement.clientWidth), height } });
}).observe(document.documentElement);

request("ui/initialize", { appInfo: { name: "cw-orchestrator", version: "1" }, appCapabilities: { availableDisplayModes: ["inline", "fullscreen"] }, protocolVersion: PROTOCOL }).then((host) => {
  canCall = Boolean(host.hostCapabilities && host.hostCapabilities.serverTools);
  appear(host.hostContext);
  tell({ method: "ui/notifications/initialized", params: {} });
}, (error) => place.replaceChildren(note(error.message, "bad")));
