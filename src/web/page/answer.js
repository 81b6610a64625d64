// What came of a call: its rows, and what is made of them.

const asText = (value) => (typeof value === "string" ? value : writeJson(value));

/** Most rows that one request reads of a stored answer. */
const A_PAGE = 1000;
/** Rows, of which an answer has shown the first; the others are read from where they are kept. */
const rowsView = (first, stored, link) => table(first, { link, total: stored.rows, next: stored.next_offset, eager: true,
  read: (offset) => ask("results/" + encodeURIComponent(stored.handle) + "?" + query({ offset: String(offset), limit: String(A_PAGE) })) });
/** Where a row of a list is a record of its own: the address of the operation that gives it, `null` where there is none. It is asked once. */
function ownAddress(call) {
  let known = null;
  return async (row) => {
    const at = call.path.replace(/\{([^}]+)\}/g, (whole, name) => (call.params && isScalar(call.params[name]) ? encodeURIComponent(call.params[name]) : whole));
    if (!isScalar(row.id) || /[{?]/.test(at)) return null;
    const path = at + "/" + encodeURIComponent(row.id);
    known ??= ask("operation?" + query({ method: "GET", path, api: call.api })).then((told) => told.operation.path.endsWith("}"), () => false);
    return (await known) ? "#operation?" + query({ method: "GET", path, api: call.api }) : null;
  };
}
/** One record, as a list of its fields. */
const recordView = (value) => [record(value), h("p", {}, button("Download JSON", () => save("record.json", "application/json", json(value))))];

/** What is made of an answer: rows as a table, anything else as it is. */
function made(value) {
  const rows = rowsOf(value);
  return rows && rows.length ? table(rows) : pre(value === undefined ? null : value);
}

/** Asks something of rows that were fetched: by a jq filter, or by groups. `tell` gets the arguments, for the call to be copied. */
function sumsOf(handle, columns, tell) {
  const place = h("div", { class: "preview", "aria-live": "polite" });
  const names = fresh("columns");
  const id = { select: fresh("select"), group: fresh("group"), sum: fresh("sum"), count: fresh("count"), top: fresh("top") };
  const select = h("textarea", { id: id.select, class: "short", rows: "2", spellcheck: "false", placeholder: "map(select(.id > 100)) | length" });
  const group = h("input", { id: id.group, list: names, placeholder: "board/name" }), sum = h("input", { id: id.sum, list: names, placeholder: "actualHours" });
  const count = h("input", { id: id.count, type: "checkbox" }), top = h("input", { id: id.top, inputmode: "numeric", placeholder: "10" });
  let under = null;
  const run = async () => {
    if (under) under.abort();
    const filter = select.value.trim();
    [group, sum, top, count].forEach((one) => { one.disabled = filter !== ""; });
    const wanted = filter ? { select: filter } : { group_by: group.value.trim(), sum: sum.value.trim(), count: count.checked ? "true" : "", top: top.value.trim() };
    tell(filter ? { select: filter } : { group_by: wanted.group_by || undefined, sum: wanted.sum || undefined, count: count.checked || undefined, top: Number(wanted.top) || undefined });
    const asked = query(wanted);
    if (!asked) { place.replaceChildren(); return; }
    under = new AbortController();
    await tried(place, async () => {
      const answer = await ask("results/" + encodeURIComponent(handle) + "?" + asked, { signal: under.signal });
      place.replaceChildren(...nodes([h("p", { class: "dim" }, "Of " + many(answer.of_rows, "row") + ":"), (answer.notes || []).map((one) => note(one)), made(answer.result)]));
    });
  };
  const soon = later(run, 250);
  [select, group, sum, top].forEach((one) => one.addEventListener("input", soon));
  count.addEventListener("change", run);
  return h("details", { class: "sums" }, h("summary", {}, "Ask something of these rows"), h("datalist", { id: names }, columns.map((one) => h("option", { value: one }))),
    h("div", { class: "row" },
      h("div", { class: "field" }, h("label", { for: id.group }, "Group by"), group), h("div", { class: "field" }, h("label", { for: id.sum }, "Sum of"), sum),
      h("div", { class: "field small" }, h("label", { for: id.top }, "Largest"), top), h("p", { class: "check" }, count, h("label", { for: id.count }, "Count"))),
    h("div", { class: "field" }, h("label", { for: id.select }, "Or a jq filter over all of them"), select), place);
}

/** The paths by which rows are grouped and summed: those of the first rows. */
function paths(rows) {
  const found = new Set();
  const walk = (value, before, depth) => Object.entries(value || {}).forEach(([key, inner]) => {
    if (key === "_info") return;
    if (isObject(inner) && !Array.isArray(inner) && depth < 2) walk(inner, before + key + "/", depth + 1);
    else found.add(before + key);
  });
  rows.slice(0, 20).forEach((row) => { if (isObject(row) && !Array.isArray(row)) walk(row, "", 0); });
  return [...found];
}

const requestText = (request) => request.method + " " + request.url + "\n" + Object.entries(request.headers || {}).map(([n, v]) => n + ": " + v).join("\n") + (request.body ? "\n\n" + json(request.body) : "");

/** The answer to a call as it is shown. `next` asks for another page, `tell` hears what is made of the rows. */
function result(answer, next, tell, call) {
  const out = [];
  if (answer.dry_run) out.push(note("Nothing was sent. This is the request:", "good"));
  if (answer.request && (answer.dry_run || answer.confirmation)) out.push(pre(requestText(answer.request)));
  if (answer.status) out.push(h("p", {}, "The API answered " + answer.status + (answer.rows !== undefined ? " with " + many(answer.rows, "row") : "") + "."));
  (answer.resolved || []).forEach((one) => out.push(note(Object.values(one).filter((part) => part !== null && typeof part !== "object").join(" · "))));
  (answer.notes || []).forEach((one) => out.push(note(one)));
  const value = answer.result, rows = rowsOf(value), stored = answer.stored_result;
  // Of rows that are too large to be shown at once there may be none yet.
  if (rows && (rows.length || stored)) {
    const link = call && call.method === "GET" ? ownAddress(call) : undefined;
    out.push(stored ? rowsView(rows, stored, link) : table(rows, { link }));
    if (answer.more_exist) out.push(h("p", {}, "The API has more rows. ", next && Object.keys(answer.next || {}).length ? button("Next page", () => next(answer.next)) : null));
    else if (answer.more) out.push(note(answer.more));
    const handle = answer.handle || (stored && stored.handle);
    if (handle && tell) out.push(sumsOf(handle, paths(rows), tell));
  } else if (rows) {
    out.push(note("There are no rows: nothing fits, or there is nothing yet."));
  } else if (isRecord(value) && !isEmpty(value)) out.push(recordView(value));
  else if (value !== undefined && value !== null) out.push(pre(value));
  return out;
}
