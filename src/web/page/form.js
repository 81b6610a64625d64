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
function input(schema, name, where, isNeeded, value) {
  const id = fresh("in");
  const made = control({ type: schema.type, format: schema.format, values: (schema.enum || []).filter((one) => one !== null).map(String), path: "" }, id);
  if (value !== undefined) made.write(value);
  return { ...made, field: labelled(id, name, where, isNeeded, made.element) };
}
function labelled(id, name, hint, isNeeded, element, ...below) {
  return h("div", { class: "field" }, h("label", { for: id }, cut(name), hint ? h("span", { class: "hint" }, " " + hint) : null, isNeeded ? h("span", { class: "need" }, " needed") : null), element, below);
}

const COMPARISONS = ["=", "!=", "<", "<=", ">", ">=", "contains", "like"];
function filterBuilder(fields, target) {
  const names = "fields-of-filter";
  const rows = h("div", {});
  const kindOf = (name) => (fields.find((one) => one.startsWith(name + ": ")) || ": ").split(": ")[1];
  const write = () => {
    const parts = [...rows.children].map((row) => {
      const [field, sign, value] = row.querySelectorAll("input, select");
      const kind = kindOf(field.value);
      if (!field.value || value.value === "") return null;
      const bare = /^(boolean|integer|number)/.test(kind);
      const written = kind.includes("date") ? "[" + value.value + "]" : bare ? value.value : '"' + value.value.replaceAll("\\", "\\\\").replaceAll('"', '\\"') + '"';
      return field.value + " " + sign.value + " " + written;
    }).filter(Boolean);
    target.value = parts.join(" and ");
    target.dispatchEvent(new Event("input"));
  };
  const add = () => {
    const [field, sign, value] = [fresh("field"), fresh("sign"), fresh("value")];
    const about = h("span", { class: "hint" });
    const row = h("div", { class: "row" },
      h("div", { class: "field" }, h("label", { for: field }, "Field", about), h("input", { id: field, list: names, oninput: (event) => { const kind = kindOf(event.target.value); about.textContent = kind ? " " + kind : ""; write(); } })),
      h("div", { class: "field small" }, h("label", { for: sign }, "Comparison"), h("select", { id: sign, onchange: write }, COMPARISONS.map((one) => h("option", {}, one)))),
      h("div", { class: "field" }, h("label", { for: value }, "Value"), h("input", { id: value, oninput: write })),
      button("Remove", () => { row.remove(); write(); }));
    rows.append(row);
    row.querySelector("input").focus();
  };
  return h("details", { class: "filter", ontoggle: (event) => { if (event.target.open && !rows.children.length) add(); } }, h("summary", {}, "Build a filter over " + fields.length + " fields"),
    h("datalist", { id: names }, fields.map((one) => h("option", { value: one.split(": ")[0] }, one))), rows,
    h("p", {}, button("Add a condition", add)));
}
