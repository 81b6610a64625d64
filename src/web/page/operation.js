// One operation: tried, with its form and its answer, and described.

const READS = ["GET", "HEAD", "OPTIONS"];

function operation(parameters) {
  return view(async (isMine) => {
    const [told, kept] = await Promise.all([
      ask("operation?" + query({ method: parameters.get("method"), path: parameters.get("path"), api: parameters.get("api") })),
      parameters.get("kept") ? ask("memory").then((listing) => listing.entries.find((one) => String(one.id) === parameters.get("kept"))) : null]);
    if (!isMine()) return;
    const what = told.operation, compact = told.compact;
    const writes = told.risk !== "read";
    const given = (name) => (kept && kept.params && kept.params[name] !== undefined ? kept.params[name] : what.path_values && what.path_values[name]);
    const inputs = what.parameters.filter((one) => !one.filled_by_configuration && one.in !== "cookie").map((one) => {
      const name = one.given_as || one.name;
      const schema = one.schema || {};
      const isNamed = one.in === "path" && schema.type === "integer" && !(schema.enum || []).length && !one.given_as;
      const made = isNamed ? named(one, given(one.name), (text, signal) => post("names", { call: lenient(), field: one.name, text }, { signal })) : input(schema, name, "in the " + one.in, one.required, given(one.name));
      if (one.description) made.element.title = cut(one.description);
      return { name, needed: one.required, ...made };
    });
    const needed = inputs.filter((one) => one.needed), others = inputs.filter((one) => !one.needed);
    const conditions = inputs.find((one) => one.name === "conditions");
    const out = h("div", { id: "result", "aria-live": "polite" });
    const base = () => {
      const params = {};
      inputs.forEach((one) => { const value = one.read(); if (value !== undefined) params[one.name] = value; });
      const made = { method: what.method, path: what.path };
      if (told.several_apis) made.api = what.api;
      if (Object.keys(params).length) made.params = params;
      return made;
    };
    const lenient = () => { const made = base(); try { const data = body && body.read(); if (data !== undefined) made.data = data; } catch { /* Names are looked up without it. */ } return made; };
    const ready = compact.call && compact.call.data !== undefined ? compact.call.data : what.request_body && what.request_body.example;
    const body = what.request_body ? bodyForm(what.request_body, told.form || [], ready, lenient) : null;
    if (body && kept && kept.data !== undefined) body.set(kept.data);
    const pages = h("input", { type: "checkbox", id: "pages" });
    const call = () => {
      const made = base(), data = body ? body.read() : undefined;
      if (data !== undefined) made.data = data;
      if (pages.checked) made.all_pages = true;
      return made;
    };
    const denied = writes && told.writes === "deny";
    const { dry, go } = sender(out, call, writes, denied);
    const form = h("form", { onsubmit: (event) => { event.preventDefault(); go(); } });
    form.append(...nodes([
      needed.length ? h("div", { class: "grid" }, needed.map((one) => one.field)) : null,
      conditions && what.condition_fields && what.condition_fields.length ? filterBuilder(what.condition_fields, conditions.element) : null,
      others.length ? h("details", { open: !needed.length && !body ? true : null }, h("summary", {}, others.length + (needed.length ? " more parameters" : " parameters")), h("div", { class: "grid" }, others.map((one) => one.field))) : null,
      body ? body.element : null,
      inputs.some((one) => one.name === "page") ? h("p", { class: "check" }, pages, h("label", { for: "pages" }, "All pages")) : null,
      h("div", { class: "row" }, button("Dry run", dry),
        denied ? null : h("button", { class: "first" }, writes ? "Show and send" : "Send")),
      denied ? note("This server only reads: requests that change data are shown, never sent.") : null]));
    show(h("p", { class: "back" }, h("a", { href: "#find" }, "← Find another")),
      h("h1", {}, verb(what.method), path(what.path)),
      what.summary ? h("p", { dir: "auto" }, cell(what.summary)) : null, what.description && what.description !== what.summary ? h("div", { class: "dim", dir: "auto" }, cell(what.description)) : null,
      what.deprecated ? note("The manifest calls this deprecated.") : null,
      kept ? note("Filled in from the kept call “" + kept.description + "”.", "good") : null,
      h("section", { "aria-labelledby": "try" }, h("h2", { id: "try" }, "Try it"), form, out),
      h("section", { "aria-labelledby": "takes" }, h("h2", { id: "takes" }, "What it takes and gives"), compact ? takes(compact, what) : null,
        h("details", {}, h("summary", {}, "Command to copy"), pre(told.command)),
        lazy("Full description", () => pre(what))));
    main.focus();
  });
}

/** An input for the id of a record in the path, with names from the API's list of such records. */
function named(parameter, value, wanted) {
  const id = fresh("in");
  const made = reference({ reference: false }, id, wanted);
  if (value !== undefined) made.write(value);
  return { ...made, field: labelled(id, parameter.name, "in the path", parameter.required, made.element, made.extra) };
}

/** What is drawn when it is opened. */
function lazy(label, draw) {
  const details = h("details", { ontoggle: () => { if (details.open && details.children.length === 1) details.append(draw()); } }, h("summary", {}, label));
  return details;
}

const LABELS = { path_ids: "Ids in the path", required: "Needed", required_params: "Needed parameters", body: "Body", filters: "Filters", params: "Parameters", answer: "Answer", example: "Example", learned: "Learned from the API" };
const FOUND = { parameters: "Parameters", body: "Body", filters: "Filters", answer: "Answer" };
/** The compact form as a list, in which fields are found by name and by meaning; a field's list of records is a link. */
function takes(compact, what) {
  const linked = (text) => String(text).slice(0, SHOWN).split(/(\/[a-z][\w/{}-]+)/i).map((part) => /^\/[a-z]/i.test(part) && part.length > 3 ? h("a", { href: "#operation?" + query({ method: "GET", path: part }) }, part) : part);
  const draw = (value) => !isObject(value) ? h("span", {}, linked(value)) : Array.isArray(value) ? h("ul", {}, value.map((one) => h("li", {}, draw(one)))) : h("dl", {}, Object.entries(value).map(([key, inner]) => [h("dt", { class: "dim" }, cut(key)), h("dd", {}, draw(inner))]));
  const search = h("input", { id: "in-fields", placeholder: "deadline", autocomplete: "off" });
  const place = h("div", { dir: "auto" });
  const fill = () => {
    const word = search.value.toLowerCase();
    const only = (value) => typeof value === "string" ? value.split(/[;,] /).filter((part) => part.toLowerCase().includes(word)).join("; ") : isObject(value) && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, only(inner)]).filter(([, inner]) => inner)) : value;
    place.replaceChildren(...nodes(Object.entries(LABELS).filter(([key]) => compact[key] !== undefined).map(([key, label]) => {
      const value = word ? only(compact[key]) : compact[key];
      return value && JSON.stringify(value) !== "{}" ? h("div", {}, h("h3", {}, label), draw(value)) : null;
    })));
  };
  const meant = h("div", { id: "meant", "aria-live": "polite" });
  let under = null;
  const look = () => tried(meant, async () => {
    const about = search.value.trim();
    if (under) under.abort();
    under = new AbortController();
    if (!about) { meant.replaceChildren(); return; }
    const found = await ask("fields?" + query({ method: what.method, path: what.path, api: what.api, about }), { signal: under.signal });
    meant.replaceChildren(...nodes([Object.entries(FOUND).filter(([key]) => found[key]).map(([key, label]) => [h("h3", {}, label + ": called so, or meaning it"), h("ul", {}, found[key].map((one) => h("li", { dir: "auto" }, cell(one))))]),
      (found.notes || []).map(() => h("p", { class: "dim" }, "No field is called so or means this."))]));
  });
  search.addEventListener("input", later(fill, 60));
  search.addEventListener("input", later(look, 200));
  fill();
  return h("div", {}, h("div", { class: "field" }, h("label", { for: "in-fields" }, "Find a field by its name or meaning"), search), meant, place);
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
