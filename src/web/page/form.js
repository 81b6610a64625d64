// Inputs for values of a schema, and a filter that is built of fields.

let numbers = 0;
const fresh = (what) => what + "-" + (++numbers);
/** What people write at length. */
const AT_LENGTH = /description|note|text|resolution|analysis|comment|message/i;

/** An input for a value: `field` has `type`, `format` and `values`. It reads what was written, `undefined` where that is nothing. */
function control(field, id) {
  const type = (Array.isArray(field.type) ? field.type.find((one) => one !== "null") : field.type) || "string";
  const options = field.values && field.values.length ? field.values : type === "boolean" ? ["true", "false"] : null;
  const isWhen = field.format === "date-time", isDay = field.format === "date";
  const isJson = type === "object" || type === "any" || type.startsWith("array");
  let element;
  if (options && !isJson) element = h("select", { id }, h("option", { value: "" }, ""), options.map((one) => h("option", { value: one }, cut(one))));
  else if (isWhen || isDay) element = h("input", { id, type: isDay ? "date" : "datetime-local", step: isWhen ? "1" : null });
  else if (isJson || AT_LENGTH.test(field.path || "")) element = h("textarea", { id, rows: "2", class: isJson ? "short" : "short prose", spellcheck: "false", placeholder: isJson ? "JSON" : null });
  else element = h("input", { id, inputmode: type === "integer" ? "numeric" : null, placeholder: type === "string" ? "" : type, autocomplete: "off" });
  const read = () => {
    const text = element.value;
    if (text === "") return undefined;
    if (type === "boolean") return text === "true";
    if (isWhen && element.type === "datetime-local") return (text.length === 16 ? text + ":00" : text) + "Z";
    if (type === "integer" || type === "number") return numberOf(text);
    if (isJson) { try { return readJson(text); } catch { return text; } }
    return text;
  };
  const write = (value) => {
    if (value === undefined || value === null) { element.value = ""; return; }
    if (isObject(value)) { element.value = writeJson(value); return; }
    const text = String(value);
    const day = /^\d{4}-\d{2}-\d{2}/.test(text);
    // What no date input can show, such as a date of a filter, is written.
    if ((isWhen || isDay) && element.tagName === "INPUT") element.type = !day ? "text" : isDay ? "date" : "datetime-local";
    element.value = isWhen && day ? text.replace(/(\.\d+)?Z?$/, "").slice(0, 19) : text;
  };
  return { element, read, write };
}

/** An input with its label for a parameter's schema. */
function input(schema, name, where, isNeeded, isLong) {
  const id = fresh("in");
  const made = control({ type: schema.type, format: schema.format, values: (schema.enum || []).filter((one) => one !== null).map(String), path: isLong ? "text" : "" }, id);
  return { ...made, box: labelled(id, name, where, isNeeded, made.element) };
}
function labelled(id, name, hint, isNeeded, element, ...below) {
  return h("div", { class: "field" }, h("label", { for: id }, cut(name), hint ? h("span", { class: "hint" }, " " + hint) : null, isNeeded ? h("span", { class: "need" }, " needed") : null), element, below);
}

/** Those that say something of a kind of value. */
const COMPARED = { text: ["=", "!=", "contains", "like"], choice: ["=", "!="], flag: ["=", "!="], number: ["=", "!=", "<", "<=", ">", ">="], date: ["=", "!=", "<", "<=", ">", ">="] };

/** The fields of a filter with what is known of each: an object is compared by a member of it, never as a whole. */
function filterFields(lines, known) {
  const outer = new Map((known || []).map((one) => [one.path, one]));
  return lines.map((line) => [line.slice(0, line.indexOf(": ")), line.slice(line.indexOf(": ") + 2)]).filter(([, kind]) => !/object|any/.test(kind)).map(([name, kind]) => {
    const of = outer.get(name.split("/")[0]) || {}, own = outer.get(name) || {};
    const values = own.values || [];
    return { name, kind: values.length ? "choice" : kind.includes("date") ? "date" : /boolean/.test(kind) ? "flag" : /integer|number/.test(kind) ? "number" : "text", values,
      named: name.endsWith("/name") && of.reference && of.list ? of.path : null };
  });
}

/**
 * A filter that is built of fields. `suggested` gives the names that a field of a reference may have, among the other conditions that are
 * built; `target` is the input that it is written into.
 */
function filterBuilder(fields, target, suggested) {
  const names = fresh("fields-of-filter"), rows = h("div", {}), made = [];
  const known = new Map(fields.map((one) => [one.name, one]));
  // What stands in the input already, of words or by hand, stays before what is built.
  let before = "", own = "", isOwn = false;
  const write = () => {
    own = made.map((one) => one.text()).filter(Boolean).join(" and ");
    const first = before && own && /\sor\s/i.test(before) ? "(" + before + ")" : before;
    target.value = [first, own].filter(Boolean).join(" and ");
    isOwn = true;
    target.dispatchEvent(new Event("input", { bubbles: true }));
    isOwn = false;
  };
  target.addEventListener("input", () => {
    if (isOwn) return;
    const text = target.value.trim();
    if (own && text.endsWith(own)) { before = text.slice(0, -own.length).replace(/\s*\band\s*$/i, ""); return; }
    before = text;
    made.length = 0;
    rows.replaceChildren();
    own = "";
  });
  const add = () => {
    const id = { field: fresh("field"), sign: fresh("sign"), value: fresh("value"), list: fresh("values") };
    const hint = h("span", { class: "hint" }), list = h("datalist", { id: id.list });
    const field = h("input", { id: id.field, list: names, autocomplete: "off" }), sign = h("select", { id: id.sign, onchange: write }), place = h("div", { class: "field" });
    let about = {}, kind = null;
    const value = () => place.querySelector("input, select");
    const drawn = () => {
      about = known.get(field.value.trim()) || {};
      const next = about.kind || "text";
      hint.textContent = about.kind ? " " + { text: "text", choice: "one of a list", flag: "true or false", number: "number", date: "date" }[next] : "";
      field.setAttribute("aria-invalid", String(field.value.trim() !== "" && !about.kind));
      list.replaceChildren();
      if (kind === next && next !== "choice") return;
      kind = next;
      const signs = COMPARED[next], was = sign.value;
      sign.replaceChildren(...signs.map((one) => h("option", {}, one)));
      if (signs.includes(was)) sign.value = was;
      const options = next === "flag" ? ["true", "false"] : next === "choice" ? about.values : null;
      const more = { id: id.value, oninput: write, onchange: write };
      place.replaceChildren(h("label", { for: id.value }, "Value", next === "date" ? h("span", { class: "hint" }, " UTC") : null), options ? h("select", more, h("option", { value: "" }, ""), options.map((one) => h("option", { value: one }, cut(one))))
        : h("input", { ...more, type: next === "date" ? "datetime-local" : null, inputmode: next === "number" ? "decimal" : null, list: next === "text" ? id.list : null, autocomplete: "off" }), list);
    };
    const look = async () => {
      if (!about.named || !suggested) return;
      const wanted = about.name;
      const found = await suggested(about.named, value().value, made.filter((one) => one !== self)).catch(() => []);
      if (wanted === about.name) list.replaceChildren(...found.map((one) => h("option", { value: one })));
    };
    const soon = later(look, 200);
    place.addEventListener("focusin", look);
    place.addEventListener("input", soon);
    field.addEventListener("input", () => { drawn(); write(); });
    const self = {
      of: () => ({ named: about.named, value: value().value }),
      text: () => {
        const text = value().value.trim(), name = field.value.trim();
        if (!name || text === "") return null;
        const quoted = '"' + text.replaceAll("\\", "\\\\").replaceAll('"', '\\"') + '"';
        const written = kind === "date" ? "[" + (text.length === 16 ? text + ":00" : text) + "Z]" : kind === "flag" || kind === "number" ? text : quoted;
        return name + " " + sign.value + " " + written;
      },
    };
    made.push(self);
    const row = h("div", { class: "row" }, h("div", { class: "field" }, h("label", { for: id.field }, "Field", hint), field),
      h("div", { class: "field small" }, h("label", { for: id.sign }, "Comparison"), sign), place,
      button("Remove", () => { made.splice(made.indexOf(self), 1); row.remove(); write(); }));
    drawn();
    rows.append(row);
    field.focus();
  };
  return h("details", { class: "filter", ontoggle: (event) => { if (event.target.open && !rows.children.length) { before = target.value.trim(); add(); } } }, h("summary", {}, "Build a filter over " + fields.length + " fields"),
    h("datalist", { id: names }, fields.map((one) => h("option", { value: one.name }))), rows, h("p", {}, button("Add a condition", add)));
}
