// Elements and texts, for the page and for the view inside clients (view.js). All that comes from a manifest, an answer or a user becomes
// text: nothing here makes markup of a string.

/** Characters of one text that are drawn before somebody asks for all. */
const SHOWN = 20000;

/** An element with attributes, listeners (on...) and children; texts are text. */
function h(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else element.setAttribute(key, value);
  }
  element.append(...nodes(children));
  return element;
}
/** A text in which what turns the direction of letters round is written out: it could make one name look like another. */
const revealed = (text) => String(text).replace(/[\u202a-\u202e\u2066-\u2069]/g, (sign) => "⟨U+" + sign.charCodeAt(0).toString(16).toUpperCase() + "⟩");
/** The beginning of a text that may be of any length. */
const CUT = 200;
const cut = (text, most = CUT) => { const whole = String(text ?? ""); return whole.length > most ? whole.slice(0, most) + "…" : whole; };
const nodes = (children) => children.flat(4).filter((child) => child !== null && child !== undefined && child !== false)
  .map((child) => child instanceof Node ? child : revealed(child));
const note = (text, kind) => h("p", { class: "note " + (kind || ""), role: kind === "bad" ? "alert" : null, dir: "auto" }, cut(text, SHOWN));
const button = (label, onclick, more) => h("button", { type: "button", onclick, ...more }, label);
const json = (value) => writeJson(value, 2);
const verb = (method) => h("span", { class: "verb " + String(method).toLowerCase() }, method);
const path = (text) => h("span", { class: "mono", dir: "ltr" }, cut(text));
/** A wide thing that scrolls by itself, also by keys. */
const wide = (label, ...children) => h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": label }, children);
/** A table whose rows become blocks on a narrow screen. Its lines are made by `lineIn`. */
const plain = (label, columns, body) => {
  body.setAttribute("role", "rowgroup");
  return wide(label, h("table", { class: "stack", role: "table" }, h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, columns.map((one) => h("th", { scope: "col", role: "columnheader" }, one)))), body));
};
/** A line of such a table: each cell has the name of its column beside it where it is a block. */
const lineIn = (columns, ...cells) => h("tr", { role: "row" }, cells.map((one, place) => { one.dataset.name = columns[place]; one.setAttribute("role", "cell"); return one; }));
/** A time, as everywhere on the page: `2026-11-29 09:30:05`, where the reader is. */
const when = (ms) => { const at = new Date(ms); return Number.isNaN(+at) ? "" : new Date(ms - at.getTimezoneOffset() * 60000).toISOString().slice(0, 19).replace("T", " "); };

const LONG = 300;
/** A text, of which a long one shows its beginning; the rest is drawn when it is asked for. */
function cell(value) {
  const text = value === null || value === undefined ? "" : String(value);
  if (text.length <= LONG) return text;
  const rest = h("p", { class: "long" });
  return h("details", { ontoggle: () => { if (!rest.firstChild) rest.append(text); } }, h("summary", {}, text.slice(0, LONG) + "… (" + text.length.toLocaleString("en") + " characters)"), rest);
}
/** JSON or text to look at, within bounds: the browser draws no megabyte well. */
function pre(value) {
  const text = typeof value === "string" ? value : json(value);
  const element = h("pre", { tabindex: "0", dir: "auto" }, text.slice(0, SHOWN));
  if (text.length <= SHOWN) return element;
  const more = button("Show all " + text.length.toLocaleString("en") + " characters", () => { element.textContent = revealed(text); more.remove(); });
  return h("div", {}, element, more);
}
