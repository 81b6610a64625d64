// Rows as a table: sorted, with the columns that one wants, and to be downloaded.

const COLUMNS = 12;
const CALLED = ["id", "summary", "name", "identifier", "title", "subject", "description"];

/** The rows of an answer, which may be a table of columns and cells. */
function rowsOf(value) {
  if (Array.isArray(value)) return value;
  const { columns, rows } = value || {};
  if (!Array.isArray(columns) || !Array.isArray(rows)) return null;
  return rows.map((cells) => Object.fromEntries(columns.map((name, place) => [name, cells[place]])));
}

/** The rows of a page of an answer. */
const rowsOfPage = (page) => rowsOf(page.columns ? page : page.rows) || [];

/** A record as names and values; of what it refers to, the name. */
function flat(row, before = "", out = Object.create(null)) {
  for (const [key, value] of Object.entries(row || {})) {
    const path = before + key;
    if (key === "_info") continue;
    if (isObject(value) && !Array.isArray(value) && before.split("/").length < 3) {
      const name = value.name ?? value.identifier;
      if (typeof name === "string") out[path] = name; else flat(value, path + "/", out);
    } else out[path] = Array.isArray(value) ? writeJson(value) : value;
  }
  return out;
}

function save(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  h("a", { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
/** A spreadsheet takes a text that begins so for a formula. */
function csv(value) {
  const text = value === null || value === undefined ? "" : String(value);
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
  return /[",\n\r]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
}

/** What rows are sorted by: the beginning of a text of any length. */
const beginning = (value) => String(value ?? "").slice(0, CUT);

/** `downloads` is false where whoever shows the page lets it save nothing. */
function table(rows, downloads = true) {
  const flats = rows.map((row) => (isObject(row) && !Array.isArray(row) ? flat(row) : { value: isObject(row) ? writeJson(row) : row }));
  const count = new Map();
  flats.forEach((row) => Object.entries(row).forEach(([key, value]) => { if (value !== null && value !== "") count.set(key, (count.get(key) || 0) + 1); }));
  // What a record is called comes first, whatever order its fields have, and numbers of other records last.
  const rank = (name) => { const at = CALLED.indexOf(name); return at >= 0 ? at : CALLED.length + (name.endsWith("/id") ? 1 : 0); };
  const columns = [...count.keys()].sort((a, b) => rank(a) - rank(b));
  let shown = columns.slice(0, COLUMNS), by = null, up = true;
  const order = flats.map((_, number) => number);
  const place = wide("Rows");
  const sort = (name) => {
    up = by === name ? !up : true;
    by = name;
    order.sort((a, b) => {
      const [x, y] = [flats[a][name], flats[b][name]];
      const less = isNumber(x) && isNumber(y) ? compareNumbers(x, y) : beginning(x).localeCompare(beginning(y));
      return up ? less : -less;
    });
    draw();
  };
  const head = (name) => h("th", { scope: "col", "aria-sort": by === name ? (up ? "ascending" : "descending") : null },
    h("button", { type: "button", onclick: () => sort(name) }, cut(name, 60), by === name ? (up ? " ↑" : " ↓") : ""));
  const draw = () => place.replaceChildren(h("table", {}, h("thead", {}, h("tr", {}, shown.map(head))),
    h("tbody", {}, order.map((number) => h("tr", {}, shown.map((name) => h("td", { dir: "auto", class: isNumber(flats[number][name]) ? "number" : String(flats[number][name] ?? "").length > 20 ? "text" : null }, cell(flats[number][name]))))))));
  const tick = (name) => h("label", { class: "check" }, h("input", { type: "checkbox", checked: shown.includes(name), onchange: (event) => {
    shown = event.target.checked ? columns.filter((one) => one === name || shown.includes(one)) : shown.filter((one) => one !== name);
    draw();
  } }), cut(name));
  draw();
  const lines = () => [columns.map(csv).join(","), ...flats.map((row) => columns.map((name) => csv(row[name])).join(","))].join("\r\n");
  return h("div", {}, place, h("div", { class: "row tools" },
    downloads ? [button("Download CSV", () => save("rows.csv", "text/csv", lines())), button("Download JSON", () => save("rows.json", "application/json", json(rows)))] : null,
    h("details", {}, h("summary", {}, shown.length + " of " + columns.length + " columns"), h("div", { class: "ticks" }, columns.map(tick)))));
}
