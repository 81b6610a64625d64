// A body as a form and as JSON, kept in step.

/** Puts a value at a path such as `address/city`; `undefined` takes it away, and what is empty then. */
function put(into, path, value) {
  const [name, ...rest] = path.split("/");
  // It is no field of a record, whatever a manifest says.
  if (name === "__proto__") return;
  if (!rest.length) {
    if (value === undefined) delete into[name]; else into[name] = value;
    return;
  }
  const inner = Object.hasOwn(into, name) ? into[name] : undefined;
  const next = isObject(inner) && !Array.isArray(inner) ? inner : {};
  put(next, rest.join("/"), value);
  if (Object.keys(next).length) into[name] = next; else delete into[name];
}
/** The value at a path. */
const at = (value, path) => path.split("/").reduce((inner, key) => (inner === null || inner === undefined || !Object.hasOwn(inner, key) ? undefined : inner[key]), value);

/** An input for a reference, with names from the API. `wanted` asks for those that a text may mean. */
function reference(field, id, wanted) {
  const list = h("datalist", { id: id + "-names" });
  const hint = h("span", { class: "hint", id: id + "-hint", "aria-live": "polite" });
  const element = h("input", { id, list: list.id, autocomplete: "off", "aria-describedby": hint.id, placeholder: "name or id" });
  let known = new Map(), whole = false, under = null;
  const wrap = (id) => (field.reference ? { id } : id);
  const read = () => {
    const text = element.value.trim();
    if (text === "") return undefined;
    if (known.has(text)) return wrap(known.get(text));
    const number = /^#?(\d+)$/.exec(text);
    if (number) return wrap(numberOf(number[1]));
    return field.reference ? { name: text } : text;
  };
  const tell = () => {
    const value = read(), text = element.value.trim();
    hint.textContent = value !== undefined && known.has(text) ? "id " + known.get(text) : "";
  };
  const fill = (found) => {
    const twice = (name) => found.records.filter((one) => one.name === name).length > 1;
    const label = (one) => (twice(one.name) ? one.name + " (" + one.id + ")" : one.name);
    known = new Map(found.records.map((one) => [label(one), one.id]));
    list.replaceChildren(...found.records.map((one) => h("option", { value: label(one) }, cut((one.about || []).join(", ")))));
    whole = found.is_whole;
    tell();
    // A number needs nobody who looks it up.
    const text = element.value.trim();
    if (found.why && !/^#?\d+$/.test(text) && !(field.quiet && text === "")) hint.textContent = "Not looked up: " + found.why + ".";
  };
  const look = async () => {
    if (under) under.abort();
    under = new AbortController();
    try {
      fill(await wanted(element.value.trim(), under.signal));
      element.dispatchEvent(new CustomEvent("known"));
    } catch (error) { if (error.name !== "AbortError" && error.status !== 401) hint.textContent = "Not looked up: " + error.message; }
  };
  const soon = later(look, 200);
  // What it belongs to may be another by now.
  element.addEventListener("focus", () => { whole = false; look(); });
  element.addEventListener("input", () => { tell(); if (!whole) soon(); });
  const write = (value) => {
    const id = isObject(value) ? value.id : value;
    const named = isObject(value) ? value.name ?? value.identifier : undefined;
    const label = [...known].find(([, one]) => String(one) === String(id));
    element.value = value === undefined || value === null ? "" : label ? label[0] : named ?? (id === undefined ? "" : String(id));
    tell();
  };
  /** What the record of an id is called, where it was among those that were looked up. */
  const label = (value) => {
    const wanted = isObject(value) ? value.id : value;
    return ([...known].find(([, id]) => String(id) === String(wanted)) || [])[0];
  };
  return { element, read, write, label, extra: [list, hint] };
}

/**
 * The form of a body, and its JSON. `call` gives the call as it is written, for names; `first` are the paths of fields that are wanted before
 * others.
 */
function bodyForm(what, fields, example, call, first) {
  const raw = h("textarea", { id: "body", spellcheck: "false", "aria-describedby": "body-fault" });
  const fault = h("p", { class: "fault", id: "body-fault", "aria-live": "polite" });
  let value = {}, controls = [];
  const draw = () => { raw.value = Object.keys(value).length ? json(value) : ""; fault.textContent = ""; };
  const fromRaw = () => {
    const text = raw.value.trim();
    let read = {};
    try { if (text) read = readJson(text); } catch (error) { fault.textContent = "This is no JSON yet: " + error.message; return; }
    fault.textContent = "";
    value = read;
    controls.forEach((one) => one.write(at(value, one.field.path)));
  };
  const set = (next) => { raw.value = next === undefined ? "" : json(next); fromRaw(); };
  raw.addEventListener("input", fromRaw);
  const named = (field) => (text, signal) => post("names", { call: call(), field: field.path, text }, { signal });
  const make = (field) => {
    const id = fresh("body");
    const isNamed = field.reference || (field.list && field.type === "integer");
    const made = isNamed ? reference(field, id, named(field)) : control(field, id);
    const changed = () => {
      if (!isObject(value) || Array.isArray(value)) value = {};
      put(value, field.path, made.read());
      draw();
    };
    ["input", "change", "known"].forEach((name) => made.element.addEventListener(name, changed));
    const kind = isNamed ? "" : field.format === "date-time" ? "UTC" : "";
    if (field.description) made.element.title = cut(field.description);
    const one = { ...made, field, name: field.path, box: labelled(id, field.path, kind, field.required, made.element, made.extra || []) };
    one.write(at(value, field.path));
    controls.push(one);
    return one.box;
  };
  const rank = (one) => { const place = first.indexOf(one.path.split("/")[0]); return place < 0 ? first.length : place; };
  const needed = fields.filter((one) => one.required);
  const wanted = fields.filter((one) => !one.required && rank(one) < first.length).sort((a, b) => rank(a) - rank(b));
  const others = fields.filter((one) => !one.required && !wanted.includes(one));
  const search = h("input", { id: "in-others", placeholder: "a word of its name", autocomplete: "off" });
  const place = h("div", { class: "grid" });
  const narrow = () => {
    const word = search.value.trim().toLowerCase();
    controls.filter((one) => others.includes(one.field)).forEach((one) => { one.box.hidden = !(one.field.path + " " + (one.field.description || "")).toLowerCase().includes(word); });
  };
  search.addEventListener("input", narrow);
  const build = () => { if (!place.children.length) { place.append(...others.map(make)); narrow(); } };
  const lead = [...needed, ...wanted];
  const more = h("details", { ontoggle: (event) => { if (event.target.open) build(); } },
    h("summary", {}, others.length + (lead.length ? " more fields" : " fields")), h("div", { class: "field" }, h("label", { for: "in-others" }, "Find a field"), search), place);
  const form = fields.length ? h("div", {}, lead.length ? h("div", { class: "grid" }, lead.map(make)) : null, others.length ? more : null) : null;
  if (!lead.length && others.length && others.length <= 12) more.open = true;
  const element = h("fieldset", { class: "body" }, h("legend", {}, "Body"), h("div", { class: form ? "side" : "" }, form,
    h("div", { class: "field" }, h("label", { for: "body" }, "The same as JSON", h("span", { class: "hint" }, " " + what.media_type)), raw, fault,
      example === undefined || example === null ? null : h("p", {}, button("Fill in an example", () => set(example))))));
  const read = () => {
    const text = raw.value.trim();
    if (!text) return undefined;
    try { return readJson(text); } catch (error) { throw new Refused(400, "The body is no JSON yet: " + error.message); }
  };
  /** The field of a path, or the one that holds it. */
  const find = (path) => {
    const wanted = path.toLowerCase();
    const holds = (one) => wanted === one.path.toLowerCase() || wanted.startsWith(one.path.toLowerCase() + "/");
    const field = fields.find(holds);
    if (field && others.includes(field)) build();
    return controls.find((one) => one.field === field) || (path === "" ? null : { element: raw, box: raw.parentElement, read: () => raw.value, write: (text) => { raw.value = text; fromRaw(); } });
  };
  /** Fields that are needed and of which neither form nor JSON has anything. */
  const missing = () => (isObject(value) && !Array.isArray(value) ? controls.filter((one) => one.field.required && at(value, one.field.path) === undefined) : []);
  const label = (path, value) => { const one = controls.find((known) => known.field.path === path); return one && one.label ? one.label(value) : undefined; };
  return { element, read, set, find, missing, label };
}
