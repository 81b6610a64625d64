// Rows as a table: sorted, opened, with the columns that one wants, and to be downloaded. Of more rows than are here the rest is read before
// all of them are sorted or saved.

/** Rows that are drawn, and read, at first and with each wish for more. */
const AT_ONCE = 200;
/** Columns of a table that nobody chose, of which those beyond the first few must matter. As the command line has them. */
const COLUMNS = 8, FEW = 3, MATTER = 25;
/** A column that less than one in so many rows has matters half as much. */
const SPARSE = 5;
/** Rows that are drawn without a scroll bar of their own. */
const LOW = 50;
/** Rows that say what matters. */
const SAMPLE = 500;
/** Levels of a record that have columns of their own. */
const LEVELS = 3;

/** A row of a table as the record that it was: `status/name` is a member of `status`. Empty cells say nothing. */
function unfolded(columns, cells) {
  const row = Object.create(null);
  columns.forEach((path, place) => {
    const value = cells[place], names = path.split("/"), last = names.pop();
    if (value === null || value === undefined) return;
    let within = row;
    for (const name of names) within = isRecord(within[name]) ? within[name] : (within[name] = Object.create(null));
    within[last] = value;
  });
  return row;
}
/** The rows of an answer, which may be a table of columns and cells: as records, so that rows of one answer have one shape. */
function rowsOf(value) {
  if (Array.isArray(value)) return value;
  const { columns, rows } = value || {};
  if (!Array.isArray(columns) || !Array.isArray(rows) || !rows.every(Array.isArray)) return null;
  return rows.map((cells) => unfolded(columns, cells));
}
/** The rows of a page of an answer. */
const rowsOfPage = (page) => rowsOf(page.columns ? page : page.rows) || [];

function save(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  h("a", { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
/** A cell of a CSV file. A spreadsheet takes a text that begins with such a sign for a formula. */
function csv(value) {
  const text = Array.isArray(value) && !value.every(isScalar) ? writeJson(value) : lineOf(value);
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
  return /[",\n\r]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
}

/** What rows are sorted by: the beginning of a text of any length. */
const beginning = (value) => lineOf(value).slice(0, CUT);
/** The value of a row at a column. */
const valueAt = (row, { keys }) => keys.reduce((value, key) => (isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined), row);

/** Adds the columns of a row to those that are known. What a record refers to is a column with its name, and its other members follow. */
function columnsOf(row, known) {
  const add = (keys) => {
    const id = keys.join("\u0000"), there = known.get(id);
    if (there) there.filled++; else known.set(id, { keys, name: keys.join("/"), filled: 1 });
  };
  const walk = (value, above) => Object.entries(value).forEach(([key, inner]) => {
    if (key.startsWith("_") || isEmpty(inner)) return;
    const keys = [...above, key];
    if (!isRecord(inner) || keys.length > LEVELS) { add(keys); return; }
    const label = labelOf(inner);
    if (label) add(keys);
    walk(label ? Object.fromEntries(Object.entries(inner).filter(([name]) => name !== label)) : inner, keys);
  });
  walk(row, []);
}
/** How much a column matters to a reader of a list; one that few rows have matters less, and so does a part of what a record refers to. */
function weightOf(column, rows, count) {
  const value = rows.map((row) => valueAt(row, column)).find((one) => !isEmpty(one));
  const weight = weigh(column.keys[column.keys.length - 1], value) - (column.keys.length > 1 ? 60 : 0);
  return column.filled * SPARSE < count ? weight / 2 : weight;
}

/** A table of rows. `next` is the offset of the first of `total` rows that is not here, and `read` reads a page from there. `downloads` is
 * false where whoever shows the page lets it save nothing; `link` gives the address of a row's own record. */
function table(first, { total = first.length, next, read, link, downloads = true, eager = false } = {}) {
  let rows = [], raw = [], known = new Map(), columns = [], shown = [], isChosen = false, by = null, up = true, order = [], goal = AT_ONCE;
  const opened = new Set();
  const isMore = () => next !== undefined && next !== null;
  const place = wide("Rows"), below = h("div", { "aria-live": "polite" }), ticks = h("div", { class: "ticks" }), counted = h("summary", {});
  const add = (more) => {
    const records = more.map((row) => (isRecord(row) ? row : { value: row }));
    records.forEach((row) => columnsOf(row, known));
    raw = raw.concat(more);
    rows = rows.concat(records);
    const sample = rows.slice(0, SAMPLE), all = [...known.values()];
    const weighed = new Map(all.map((column) => [column, weightOf(column, sample, rows.length)]));
    const best = [...all].sort((a, b) => weighed.get(b) - weighed.get(a));
    columns = all.length > COLUMNS ? best : all;
    if (!isChosen) shown = columns.slice(0, COLUMNS).filter((column, number) => number < FEW || all.length <= COLUMNS || weighed.get(column) >= MATTER);
    ordered();
  };
  const ordered = () => {
    order = rows.map((_, number) => number);
    if (!by) return;
    const keys = rows.map((row) => valueAt(row, by)).map((value) => (isNumber(value) ? value : beginning(value)));
    const less = (x, y) => (isNumber(x) && isNumber(y) ? compareNumbers(x, y) : String(x).localeCompare(String(y)));
    // What is empty stands last, whichever way the others go.
    order.sort((a, b) => (keys[a] === "" || keys[b] === "" ? (keys[a] === "") - (keys[b] === "") : up ? less(keys[a], keys[b]) : less(keys[b], keys[a])) || a - b);
  };
  // One after another: two that read from one offset would have its rows twice.
  let reading = Promise.resolve();
  const readTo = (wanted) => {
    const mine = reading.then(async () => {
      let stopped = false;
      while (isMore() && read && rows.length < wanted && !stopped) {
        if (wanted > goal) below.replaceChildren(h("p", {}, "Reading: " + rows.length.toLocaleString("en") + " of " + many(total, "row") + " are here. ", button("Stop", () => { stopped = true; })));
        const page = await read(next);
        next = page.next_offset;
        add(rowsOfPage(page));
      }
    });
    reading = mine.catch(() => {});
    return mine;
  };
  /** Does something with all rows, or says of how many it is. */
  const withAll = (work) => tried(below, async () => {
    await readTo(Infinity);
    work(isMore() ? rows.length.toLocaleString("en") + " of " + many(total, "row") : "");
  });
  const sort = (column) => withAll((part) => {
    up = by === column ? !up : true;
    by = column;
    ordered();
    draw();
    if (part) below.prepend(note("Sorted are the " + part + " that were read."));
  });
  const download = (name, type, written) => withAll((part) => {
    draw();
    if (part) { below.prepend(note("Nothing was saved: only " + part + " are here.")); return; }
    save(name, type, written());
    below.prepend(h("p", { class: "dim" }, many(rows.length, "row") + " saved as " + name + "."));
  });
  const lines = () => [columns.map((column) => csv(column.name)).join(","), ...order.map((number) => columns.map((column) => csv(valueAt(rows[number], column))).join(","))].join("\r\n");
  const head = (column) => h("th", { scope: "col", "aria-sort": by === column ? (up ? "ascending" : "descending") : null },
    h("button", { type: "button", onclick: () => sort(column) }, cut(column.name, 60), by === column ? (up ? " ↑" : " ↓") : ""));
  const line = (number) => {
    const row = rows[number], isOpen = opened.has(number);
    const toggle = () => { if (!opened.delete(number)) opened.add(number); const [here, ...more] = line(number); tr.nextSibling && isOpen && tr.nextSibling.remove(); tr.replaceWith(here, ...more); here.querySelector("button").focus(); };
    const called = labelOf(row), opener = button(isOpen ? "▾" : "▸", toggle, { class: "opener", "aria-expanded": String(isOpen), "aria-label": (isOpen ? "Close " : "Open ") + cut(called ? row[called] : "row " + (number + 1), 60) });
    const tr = h("tr", { onclick: (event) => { if (!event.target.closest("button, a, details") && getSelection().isCollapsed) toggle(); } }, h("td", {}, opener), shown.map((column) => {
      const value = valueAt(row, column), text = lineOf(value);
      return h("td", { dir: "auto", class: isNumber(value) ? "number" : text.length > 20 ? "text" : null }, cell(text));
    }));
    return isOpen ? [tr, h("tr", { class: "open" }, h("td", { colspan: String(shown.length + 1) }, opening(row)))] : [tr];
  };
  const opening = (row) => {
    const box = record(row);
    if (link) link(row).then((href) => { if (href) box.prepend(h("p", {}, h("a", { href }, "Open this record by itself"))); });
    return box;
  };
  const draw = () => {
    place.replaceChildren(h("table", { class: "rows" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, h("span", { class: "unseen" }, "Open")), shown.map(head))), h("tbody", {}, order.slice(0, goal).map(line))));
    place.classList.toggle("low", Math.min(goal, rows.length) <= LOW);
    counted.textContent = shown.length + " of " + many(columns.length, "column");
    const drawn = Math.min(goal, rows.length);
    below.replaceChildren(...nodes([drawn < total ? h("p", {}, drawn.toLocaleString("en") + " of " + many(total, "row") + " are shown. ", drawn < rows.length || (isMore() && read) ? button("More rows", more) : null) : null]));
  };
  const more = () => tried(below, async () => { goal = Math.min(goal, rows.length) + AT_ONCE; await readTo(goal); draw(); });
  const tick = (column) => h("label", { class: "check" }, h("input", { type: "checkbox", checked: shown.includes(column), onchange: (event) => {
    isChosen = true;
    shown = event.target.checked ? columns.filter((one) => one === column || shown.includes(one)) : shown.filter((one) => one !== column);
    draw();
  } }), cut(column.name));
  add(first);
  draw();
  if (eager && isMore() && rows.length < goal) tried(below, async () => { await readTo(goal); draw(); });
  return h("div", {}, place, below, h("div", { class: "row tools" },
    downloads ? [button("Download CSV", () => download("rows.csv", "text/csv", lines)), button("Download JSON", () => download("rows.json", "application/json", () => json(order.map((number) => raw[number]))))] : null,
    h("details", { ontoggle: (event) => { if (event.target.open) ticks.replaceChildren(...columns.map(tick)); } }, counted, ticks)));
}
