// One operation: tried, with its form and its answer, and described.

const READS = ["GET", "HEAD", "OPTIONS"];
/** The parameter that holds a filter of a grammar. */
const FILTER = "conditions";

function operation(parameters) {
  return view(async (isMine) => {
    const q = parameters.get("q") || "";
    const [told, kept] = await Promise.all([
      ask("operation?" + query({ method: parameters.get("method"), path: parameters.get("path"), api: parameters.get("api"), q })),
      parameters.get("kept") ? ask("memory?" + query({ id: parameters.get("kept"), open: Object.keys(readJson(parameters.get("slots") || "{}")).join(",") })).then((listing) => listing.entries[0]) : null]);
    if (!isMine()) return;
    const what = told.operation, compact = told.compact, draft = told.draft;
    const writes = told.risk !== "read";
    const inputs = what.parameters.filter((one) => one.in !== "cookie" && told.asked.includes(one.given_as || one.name)).map((one) => {
      const name = one.given_as || one.name;
      const schema = one.schema || {};
      const isNamed = one.in === "path" && schema.type === "integer" && !(schema.enum || []).length && !one.given_as;
      const made = isNamed ? named(one, (text, signal) => post("names", { call: lenient(), field: one.name, text }, { signal })) : input(schema, name, "in the " + one.in, one.required, name === FILTER);
      if (one.description) made.element.title = cut(one.description);
      return { name, needed: one.required, in: one.in, ...made };
    });
    const needed = inputs.filter((one) => one.needed);
    const conditions = inputs.find((one) => one.name === FILTER), others = inputs.filter((one) => !one.needed && one !== conditions);
    const out = h("div", { id: "result", "aria-live": "polite" });
    const base = (only) => {
      const params = {};
      inputs.filter((one) => !only || one.in === only).forEach((one) => { const value = one.read(); if (value !== undefined) params[one.name] = value; });
      const made = { method: what.method, path: what.path };
      if (told.several_apis) made.api = what.api;
      if (Object.keys(params).length) made.params = params;
      return made;
    };
    const lenient = () => { const made = base(); try { const data = body && body.read(); if (data !== undefined) made.data = data; } catch { /* Names are looked up without it. */ } return made; };
    // Of a change an example would write over what nobody meant.
    const ready = told.is_patch ? null : compact.call && compact.call.data !== undefined ? compact.call.data : what.request_body && what.request_body.example;
    const body = what.request_body ? bodyForm(what.request_body, told.form || [], ready, lenient, (draft && draft.spoken) || []) : null;
    const pages = h("input", { type: "checkbox", id: "pages" });
    const call = () => {
      const made = base(), data = body ? body.read() : undefined;
      if (data !== undefined) made.data = data;
      if (pages.checked) made.all_pages = true;
      return made;
    };
    /** Writes a call into the form. */
    const fill = (given) => {
      const params = given.params || {};
      inputs.forEach((one) => { if (params[one.name] !== undefined) one.write(params[one.name]); });
      if (body && given.data !== undefined && given.data !== null) body.set(given.data);
      if (given.all_pages) pages.checked = true;
    };
    const slots = kept ? slotInputs(kept, parameters.get("slots"), fill) : null;
    const found = (part, name) => part === "body" ? body && body.find(name) : inputs.find((one) => one.name.toLowerCase() === name.split("/")[0].toLowerCase());
    const missing = () => [...(slots ? slots.missing() : []), ...needed.filter((one) => one.read() === undefined), ...(body && !told.is_patch ? body.missing() : [])];
    const former = async () => {
      if (what.method === "POST" || !(what.other_methods || []).includes("GET")) return null;
      const read = { ...base("path"), method: "GET", return: "full", use_memory: false };
      const record = await post("call", read).then((answer) => answer.result, () => null);
      return isObject(record) && !Array.isArray(record) ? record : null;
    };
    const denied = writes && told.writes === "deny";
    const { dry, go } = sender(out, call, writes, denied, { field: found, missing, former, carried: told.carried, label: (path, value) => (body ? body.label(path, value) : undefined) });
    const form = h("form", { onsubmit: (event) => { event.preventDefault(); go(); } });
    const faults = h("div", { class: "faults", "aria-live": "polite" });
    const lines = filterFields(what.condition_fields || [], told.filters);
    form.append(...nodes([
      told.unset ? note("It cannot be sent yet: " + told.unset + ". Settings are environment variables of the program, or lines of its configuration file; `cw-orchestrator doctor` says what it finds.") : null,
      slots ? slots.element : null,
      needed.length ? h("div", { class: "grid" }, needed.map((one) => one.box)) : null,
      conditions && lines.length ? filterBuilder(lines, conditions.element, (field, text, others) => filterNames(what, told, field, text, others)) : null,
      conditions ? [conditions.needed ? null : conditions.box, faults] : null,
      others.length ? h("details", { open: !needed.length && !body ? true : null }, h("summary", {}, others.length + (needed.length || conditions ? " more parameters" : " parameters")), h("div", { class: "grid" }, others.map((one) => one.box))) : null,
      body ? body.element : null,
      inputs.some((one) => one.name === "page") ? h("p", { class: "check" }, pages, h("label", { for: "pages" }, "All pages")) : null,
      h("div", { class: "row act" }, button("Dry run", dry),
        denied ? null : h("button", { class: "first" }, writes ? "Show and send" : "Send")),
      denied ? note("This server only reads: requests that change data are shown, never sent.") : null]));
    if (conditions) checked(conditions, faults, base);
    // What was written stays when the page is loaded again, and when one comes back to it.
    const keep = later(() => { if (isMine()) try { history.replaceState({ call: writeJson(call()) }, ""); } catch { /* It is no JSON yet. */ } }, 200);
    ["input", "change", "known"].forEach((name) => form.addEventListener(name, keep));
    const before = history.state && history.state.call;
    fill({ params: what.path_values });
    if (slots) slots.fill(); else if (draft && draft.call) fill(draft.call);
    if (before) fill(readJson(before));
    show(h("p", { class: "back" }, h("a", { href: backHref() }, "← Find another")),
      h("h1", {}, verb(what.method), path(what.path)),
      what.summary ? h("p", { dir: "auto" }, cell(what.summary)) : null, what.description && what.description !== what.summary ? h("div", { class: "dim", dir: "auto" }, cell(what.description)) : null,
      what.deprecated ? note("The manifest calls this deprecated.") : null,
      kept ? note("Filled in from the kept call “" + kept.description + "”.", "good") : parameters.get("kept") ? note("The kept call is not there any more.") : null,
      !kept && draft ? draftView(q, draft, () => { history.replaceState(null, "", "#operation?" + query({ method: what.method, path: parameters.get("path"), api: parameters.get("api") })); route(); }) : null,
      h("section", { "aria-labelledby": "try" }, h("h2", { id: "try" }, "Try it"), form, out),
      h("section", { "aria-labelledby": "takes" }, h("h2", { id: "takes" }, "What it takes and gives"), compact ? takes(compact, what) : null,
        h("details", {}, h("summary", {}, "Command to copy"), pre(told.command)),
        lazy("Full description", () => pre(what))));
    main.focus();
  });
}

/** An input for the id of a record in the path, with names from the API's list of such records. */
function named(parameter, wanted) {
  const id = fresh("in");
  const made = reference({ reference: false, quiet: true }, id, wanted);
  return { ...made, box: labelled(id, parameter.name, "in the path", parameter.required, made.element, made.extra) };
}

/** Says which words of a request filled in what, and which were left. `clear` opens the operation without them. */
function draftView(q, draft, clear) {
  const parts = Object.entries(draft.drafted || {});
  if (!parts.length) return null;
  const left = draft.not_used || [];
  return h("div", { class: "note good", dir: "auto" }, h("p", {}, "Filled in from “" + cut(q) + "”:"), h("ul", {}, parts.map(([what, words]) => h("li", {}, h("span", { class: "mono" }, cut(what)), " from “" + cut(asText(words)) + "”"))),
    left.length ? h("p", {}, "Not used: " + cut(left.join(", ")) + ".") : null, h("p", {}, button("Empty the form", clear)));
}

/** Shows what is wrong with a filter while it is written, with its cures. */
function checked(field, place, base) {
  let under = null;
  const look = async () => {
    if (under) under.abort();
    under = new AbortController();
    const value = field.read();
    if (value === undefined) { place.replaceChildren(); return; }
    try {
      const told = await post("check", base(), { signal: under.signal });
      const own = told.problems.filter((one) => one.in === "params" && one.field === field.name);
      place.replaceChildren(...nodes([own.length ? h("div", { class: "note bad" }, own.map((one) => problemView(one, field))) : null]));
    } catch (error) { if (error.name !== "AbortError") place.replaceChildren(); }
  };
  field.element.addEventListener("input", later(look, 250));
}

/** Names that a reference in a filter may have, as the form of a new record of the list would suggest them. */
async function filterNames(what, told, field, text, others) {
  if (!(what.other_methods || []).includes("POST")) return [];
  const data = {};
  others.map((one) => one.of()).filter((one) => one.named && one.value && one.named !== field).forEach((one) => { data[one.named] = { name: one.value }; });
  const call = { method: "POST", path: what.path, data };
  if (told.several_apis) call.api = what.api;
  return (await post("names", { call, field, text })).records.map((one) => one.name);
}

/** The values in a path of a template. */
const inPath = (template, filled) => Object.fromEntries(template.split("/").map((part, at) => [(/^\{(.+)\}$/.exec(part) || [])[1], filled.split("/")[at]]).filter(([name, value]) => name && value !== undefined).map(([name, value]) => [name, decodeURIComponent(value)]));

/** The values that a kept call asks for on each use. `fill` writes the call into the form with those that are given. */
function slotInputs(kept, given, fill) {
  const known = given ? readJson(given) : {};
  const slots = [...new Map((kept.slots || []).map((slot) => [slot.name, slot])).values()];
  const whole = { params: { ...inPath(kept.template || kept.path, kept.path), ...kept.params }, data: kept.data };
  const inputs = slots.map((slot) => {
    const id = fresh("slot"), value = known[slot.name];
    const element = h("input", { id, autocomplete: "off", value: value === undefined || asText(value).startsWith("<") ? "" : asText(value), placeholder: slot.example === undefined || slot.example === null ? "" : "such as " + asText(slot.example) });
    return { name: slot.name, slot, element, box: labelled(id, slot.name, "", true, element), read: () => element.value || undefined, write: (text) => { element.value = text; } };
  });
  const filled = (value) => {
    if (typeof value === "string") {
      const own = inputs.find((one) => value === "{" + one.name + "}" && one.element.value !== "");
      if (own) return typeof own.slot.example === "string" ? own.element.value : numberOf(own.element.value);
      // Within quotes of a filter, a quote of the value's own is escaped.
      return inputs.filter((one) => one.element.value !== "").reduce((text, one) => text.replaceAll('"{' + one.name + '}', () => '"' + one.element.value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')).replaceAll("{" + one.name + "}", () => one.element.value), value);
    }
    if (Array.isArray(value)) return value.map(filled);
    return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner)])) : value;
  };
  const write = () => fill(filled(whole));
  inputs.forEach((one) => one.element.addEventListener("input", write));
  return { element: inputs.length ? h("fieldset", {}, h("legend", {}, "Asked for on each use"), h("div", { class: "grid" }, inputs.map((one) => one.box))) : null,
    fill: write, missing: () => inputs.filter((one) => one.element.value === "") };
}

/** What is drawn when it is opened. */
function lazy(label, draw) {
  const details = h("details", { ontoggle: () => { if (details.open && details.children.length === 1) details.append(draw()); } }, h("summary", {}, label));
  return details;
}

function compare(parameters) {
  return view(async (isMine) => {
    const told = await Promise.all([0, 1].map((n) => ask("operation?" + query({ method: parameters.get("method" + n), path: parameters.get("path" + n), api: parameters.get("api" + n) }))));
    if (!isMine()) return;
    show(h("p", { class: "back" }, h("a", { href: "#find" }, "← Find another")), h("h1", {}, "Two operations"),
      h("div", { class: "side" }, told.map((one) => h("section", {}, h("h2", {}, verb(one.operation.method), h("a", { href: hitHref(one.operation) }, path(one.operation.path))), h("p", { dir: "auto" }, cell(one.operation.summary)), pre(one.compact)))));
    main.focus();
  });
}
