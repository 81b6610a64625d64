"use strict";
// All that comes from a manifest, an answer or a user becomes text: nothing here makes markup of a string.
(() => {
  const API = "api/v1/";
  const main = document.getElementById("main");
  const status = document.getElementById("status");
  let token = sessionStorage.getItem("token") || "";

  /** An element with attributes, listeners (on...) and children; texts are text. */
  function h(name, attributes, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else if (value === true) element.setAttribute(key, "");
      else element.setAttribute(key, value);
    }
    element.append(...children.flat(4).filter((child) => child !== null && child !== undefined).map((child) => child instanceof Node ? child : String(child)));
    return element;
  }
  const show = (...children) => main.replaceChildren(...children.flat(4).filter(Boolean));
  const say = (text) => { status.textContent = text; };
  const note = (text, kind) => h("p", { class: "note " + (kind || ""), role: kind === "bad" ? "alert" : null }, text);
  const json = (value) => JSON.stringify(value, null, 2);
  const at = (value, path) => path.split("/").reduce((inner, key) => (inner === null || inner === undefined ? undefined : inner[key]), value);

  class Refused extends Error {
    constructor(status, message) { super(message); this.status = status; }
  }

  async function ask(path, options) {
    const headers = { accept: "application/json" };
    if (token) headers.authorization = "Bearer " + token;
    if (options && options.body) headers["content-type"] = "application/json";
    let answer;
    try {
      answer = await fetch(API + path, { ...options, headers, cache: "no-store" });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Refused(0, "The program does not answer. Is it still running? Start it with `cw-orchestrator ui`.");
    }
    const body = await answer.json().catch(() => ({}));
    if (answer.status === 401) { askForToken(body.error); throw new Refused(401, body.error); }
    if (!answer.ok) throw new Refused(answer.status, body.error || "The program answered " + answer.status + ".");
    return body;
  }
  const query = (pairs) => new URLSearchParams(Object.entries(pairs).filter(([, value]) => value)).toString();

  /** A page that another view has replaced must not be drawn over it. */
  let turn = 0;
  async function view(draw) {
    const mine = ++turn;
    try { await draw(() => mine === turn); } catch (error) {
      if (error.name === "AbortError" || error.status === 401 || mine !== turn) return;
      show(h("h1", {}, "That did not work"), note(error.message, "bad"));
    }
  }

  function askForToken(why) {
    const input = h("input", { id: "token", type: "password", autocomplete: "off", required: true });
    const keep = (event) => {
      event.preventDefault();
      token = input.value.trim();
      sessionStorage.setItem("token", token);
      route();
    };
    const wrong = token ? note(why || "The token is not one of this server's.", "bad") : null;
    token = ""; sessionStorage.removeItem("token");
    turn++;
    show(h("h1", {}, "This server wants a token"), wrong,
      h("form", { onsubmit: keep }, h("div", { class: "field" }, h("label", { for: "token" }, "Token"), input),
        h("p", { class: "dim" }, "Whoever runs the server gives it to you. It is kept until this tab closes."),
        h("button", { class: "first" }, "Go on")));
    input.focus();
  }

  // ---- Find ----
  const SIGNALS_SHOWN = 8;
  function whyBars(why) {
    const signals = Object.entries((why && why.signals) || {});
    if (!signals.length) return h("p", {}, "It is a kept call that the request means.");
    const most = Math.max(...signals.map(([, value]) => Math.abs(value)), 1e-9);
    return h("div", { class: "why" }, signals.sort((a, b) => Math.abs(b[1]) - Math.abs(a[1])).slice(0, SIGNALS_SHOWN).map(([name, value]) => [
      h("span", {}, name.replaceAll("_", " ")), h("meter", { min: 0, max: most, value: Math.abs(value), "aria-label": name }), h("span", {}, value.toFixed(3))]));
  }
  const hitHref = (hit) => "#operation?" + query({ method: hit.method, path: hit.path, api: hit.api });

  function find(parameters) {
    return view(async (isMine) => {
      const box = h("input", { type: "search", id: "q", placeholder: "open tickets of a company", autocomplete: "off", spellcheck: "false", role: "combobox", "aria-expanded": "true", "aria-controls": "hits", "aria-label": "What do you want to do?" });
      const method = h("select", { id: "method" }, h("option", { value: "" }, "any"), ["GET", "POST", "PUT", "PATCH", "DELETE"].map((name) => h("option", {}, name)));
      const domain = h("select", { id: "domain" }, h("option", { value: "" }, "all"));
      const list = h("ul", { class: "hits", id: "hits", role: "listbox", "aria-label": "Operations" });
      const about = h("div", {});
      box.value = parameters.get("q") || "";
      let hits = [], chosen = -1, asked = "", under = null;
      const compare = new Set();
      const choose = (place) => {
        chosen = hits.length ? Math.max(0, Math.min(place, hits.length - 1)) : -1;
        [...list.children].forEach((item, number) => item.setAttribute("aria-selected", String(number === chosen)));
        box.setAttribute("aria-activedescendant", chosen < 0 ? "" : "hit-" + chosen);
        if (chosen >= 0) list.children[chosen].scrollIntoView({ block: "nearest" });
      };
      const draw = (answer) => {
        hits = answer.hits;
        list.replaceChildren(...hits.map((hit, number) => h("li", { id: "hit-" + number, role: "option", "aria-selected": "false", onclick: (event) => { if (event.target.closest("button")) return; location.hash = hitHref(hit); } },
          h("span", { class: "verb" }, hit.method), h("span", { class: "mono" }, hit.path), " ", h("span", { class: "dim" }, hit.summary), " ",
          hit.remembered ? h("span", { class: "mark" }, "kept: " + (hit.remembered.description || "")) : null)));
        list.hidden = !hits.length;
        choose(0);
        const said = { weak: "No operation stands out. Try other words.", nothing: "None of these fits: the API seems to have no such operation." }[answer.fit];
        const first = hits[0];
        about.replaceChildren(...[
          answer.reduced ? note("Search is reduced: " + (answer.reduced.reason || answer.reduced)) : null,
          said && hits.length ? note(said) : null,
          hits.length ? null : note("No operation matches. Use other words."),
          first ? h("details", {}, h("summary", {}, "Why is " + first.method + " " + first.path + " first?"), whyBars(first.why)) : null,
          hits.length > 1 ? h("p", {}, h("button", { type: "button", onclick: () => { location.hash = "#compare?" + new URLSearchParams(hits.slice(chosen, chosen + 2).length === 2 ? hits.slice(chosen, chosen + 2).flatMap((hit, n) => [["method" + n, hit.method], ["path" + n, hit.path], ["api" + n, hit.api]]) : hits.slice(0, 2).flatMap((hit, n) => [["method" + n, hit.method], ["path" + n, hit.path], ["api" + n, hit.api]])); } }, "Compare with the next")) : null,
        ].filter(Boolean));
        say(hits.length + " operations in " + Number(answer.took_ms).toFixed(1) + " ms");
      };
      const run = async () => {
        const text = box.value.trim();
        const wanted = query({ q: text, method: method.value, domain: domain.value });
        if (wanted === asked) return;
        asked = wanted;
        history.replaceState(null, "", "#find" + (text ? "?" + query({ q: text }) : ""));
        if (under) under.abort();
        if (!text) { list.replaceChildren(); list.hidden = true; about.replaceChildren(); say(""); return; }
        under = new AbortController();
        try { const answer = await ask("search?" + wanted, { signal: under.signal }); if (isMine() && asked === wanted) draw(answer); } catch (error) {
          if (error.name === "AbortError" || error.status === 401 || !isMine()) return;
          hits = []; list.replaceChildren(); list.hidden = true;
          about.replaceChildren(note(error.message, "bad"));
        }
      };
      box.addEventListener("input", run);
      [method, domain].forEach((one) => one.addEventListener("change", run));
      box.addEventListener("keydown", (event) => {
        if (event.key === "ArrowDown") choose(chosen + 1);
        else if (event.key === "ArrowUp") choose(chosen - 1);
        else if (event.key === "Enter" && hits[chosen]) location.hash = hitHref(hits[chosen]);
        else return;
        event.preventDefault();
      });
      list.hidden = true;
      show(h("h1", {}, "What do you want to do?"), box,
        h("div", { class: "row" }, h("div", { class: "field" }, h("label", { for: "method" }, "Method"), method), h("div", { class: "field" }, h("label", { for: "domain" }, "Domain"), domain)),
        list, about, h("p", { class: "dim" }, "Arrows choose, Enter opens, / comes back here."));
      box.focus();
      run();
      const catalogue = await ask("catalogue");
      if (!isMine()) return;
      if (catalogue.missing) about.prepend(note(catalogue.missing + " (`cw-orchestrator index build` makes the index, `cw-orchestrator doctor` says what else is missing.)", "bad"));
      domain.append(...catalogue.domains.map((one) => h("option", { value: one.name }, one.name + " (" + one.operations + ")")));
    });
  }

  // ---- One operation ----
  const quote = (text) => /^[\w./:=@%+-]+$/.test(text) ? text : "'" + String(text).replaceAll("'", "'\\''") + "'";
  function copies(call, request) {
    const parameters = Object.entries(call.params || {}).flatMap(([name, value]) => ["--param", quote(name + "=" + (typeof value === "string" ? value : JSON.stringify(value)))]);
    const data = call.data === undefined ? [] : ["--data", quote(JSON.stringify(call.data))];
    const forms = [["Command line", ["cw-orchestrator", "call", call.method, quote(call.path), ...parameters, ...data].join(" ")], ["MCP", json(call)]];
    if (request) {
      const headers = Object.entries(request.headers || {});
      const body = request.body === undefined || request.body === null ? null : JSON.stringify(request.body);
      forms.push(["curl", ["curl", "-X", request.method, quote(request.url), ...headers.flatMap(([n, v]) => ["-H", quote(n + ": " + v)]), ...(body ? ["-H", "'content-type: application/json'", "-d", quote(body)] : [])].join(" ")]);
      const single = (text) => "'" + String(text).replaceAll("'", "''") + "'";
      forms.push(["PowerShell", "Invoke-RestMethod -Method " + request.method + " -Uri " + single(request.url) + " -Headers @{ " + headers.map(([n, v]) => single(n) + " = " + single(v)).join("; ") + " }" + (body ? " -ContentType 'application/json' -Body " + single(body) : "")]);
      forms.push(["Python", "import requests\nanswer = requests.request(" + JSON.stringify(request.method) + ", " + JSON.stringify(request.url) + ", headers=" + JSON.stringify(Object.fromEntries(headers)) + (body ? ", data=" + JSON.stringify(body) + ".encode()" : "") + ")\nprint(answer.json())"]);
    }
    return h("div", {}, forms.map(([name, text]) => h("details", {}, h("summary", {}, name), h("pre", { tabindex: "0" }, text),
      h("button", { type: "button", onclick: () => navigator.clipboard.writeText(text).then(() => say(name + " copied"), () => say("The browser does not let this page copy.")) }, "Copy " + name))));
  }

  /** The input for a value of a schema. */
  let numbers = 0;
  function input(schema, label, isNeeded, value) {
    const id = "in-" + (++numbers);
    const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== "null") : schema.type;
    let element;
    if (schema.enum) element = h("select", { id }, h("option", { value: "" }, ""), schema.enum.map((one) => h("option", { value: one }, one)));
    else if (type === "boolean") element = h("select", { id }, h("option", { value: "" }, ""), h("option", {}, "true"), h("option", {}, "false"));
    else element = h("input", { id, placeholder: schema.format === "date-time" ? "2026-01-31T00:00:00Z" : type && type !== "string" ? type : "", inputmode: type === "integer" ? "numeric" : null });
    if (value !== undefined) element.value = value;
    const read = () => {
      const text = element.value;
      if (text === "") return undefined;
      if (type === "boolean") return text === "true";
      if ((type === "integer" || type === "number") && text.trim() !== "" && Number.isFinite(Number(text)) && String(Number(text)) === text.trim()) return Number(text);
      if (type === "object" || type === "array") { try { return JSON.parse(text); } catch { return text; } }
      return text;
    };
    return { read, element, field: h("div", { class: "field" }, h("label", { for: id }, label, isNeeded ? h("span", { class: "need" }, " needed") : null), element) };
  }

  function filterBuilder(fields, target) {
    const names = "fields-of-filter";
    const rows = h("div", {});
    const write = () => {
      const parts = [...rows.children].map((row) => {
        const [field, sign, value] = row.querySelectorAll("input, select");
        const kind = (fields.find((one) => one.startsWith(field.value + ": ")) || ": ").split(": ")[1];
        if (!field.value || value.value === "") return null;
        const bare = ["boolean", "integer", "number"].includes(kind) || kind.startsWith("integer") || kind.startsWith("number");
        const written = kind === "date" || kind.includes("date") ? "[" + value.value + "]" : bare ? value.value : '"' + value.value.replaceAll("\\", "\\\\").replaceAll('"', '\\"') + '"';
        return field.value + " " + sign.value + " " + written;
      }).filter(Boolean);
      target.value = parts.join(" and ");
      target.dispatchEvent(new Event("input"));
    };
    const add = () => {
      const row = h("div", { class: "row" },
        h("div", { class: "field" }, h("label", {}, "Field", h("input", { list: names, oninput: write }))),
        h("div", { class: "field" }, h("label", {}, "Comparison", h("select", { onchange: write }, ["=", "!=", "<", "<=", ">", ">=", "contains", "like"].map((one) => h("option", {}, one))))),
        h("div", { class: "field" }, h("label", {}, "Value", h("input", { oninput: write }))),
        h("button", { type: "button", onclick: () => { row.remove(); write(); } }, "Remove"));
      rows.append(row);
      row.querySelector("input").focus();
    };
    return h("details", { class: "filter" }, h("summary", {}, "Build a filter over " + fields.length + " fields"),
      h("datalist", { id: names }, fields.map((one) => h("option", { value: one.split(": ")[0] }, one))), rows,
      h("p", {}, h("button", { type: "button", onclick: add }, "Add a condition")));
  }

  function flat(row, before = "", out = {}) {
    for (const [key, value] of Object.entries(row || {})) {
      const path = before + key;
      if (key === "_info") continue;
      if (value && typeof value === "object" && !Array.isArray(value) && before.split("/").length < 3) {
        const name = value.name ?? value.identifier;
        if (typeof name === "string") out[path] = name; else flat(value, path + "/", out);
      } else out[path] = Array.isArray(value) ? JSON.stringify(value) : value;
    }
    return out;
  }
  const COLUMNS = 12;
  function table(rows) {
    const flats = rows.map((row) => (row && typeof row === "object" ? flat(row) : { value: row }));
    const count = new Map();
    flats.forEach((row) => Object.entries(row).forEach(([key, value]) => { if (value !== null && value !== "") count.set(key, (count.get(key) || 0) + 1); }));
    const columns = [...count.keys()];
    let shown = columns.slice(0, COLUMNS), order = flats.map((_, number) => number), by = null, up = true;
    const place = h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Rows" });
    const draw = () => {
      place.replaceChildren(h("table", {}, h("thead", {}, h("tr", {}, shown.map((name) => h("th", { scope: "col", "aria-sort": by === name ? (up ? "ascending" : "descending") : null }, h("button", { type: "button", onclick: () => { up = by === name ? !up : true; by = name; order.sort((a, b) => { const [x, y] = [flats[a][name], flats[b][name]]; const less = typeof x === "number" && typeof y === "number" ? x - y : String(x ?? "").localeCompare(String(y ?? "")); return up ? less : -less; }); draw(); } }, name))))),
        h("tbody", {}, order.map((number) => h("tr", {}, shown.map((name) => h("td", {}, cell(flats[number][name]))))))));
    };
    const save = (name, type, text) => { const url = URL.createObjectURL(new Blob([text], { type })); h("a", { href: url, download: name }).click(); URL.revokeObjectURL(url); };
    // A spreadsheet takes a text that begins so for a formula.
    const csv = (value) => { const text = value === null || value === undefined ? "" : String(value); const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? "'" + text : text; return /[",\n\r]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe; };
    draw();
    return h("div", {}, h("div", { class: "row" },
      h("button", { type: "button", onclick: () => save("rows.csv", "text/csv", [columns.map(csv).join(","), ...flats.map((row) => columns.map((name) => csv(row[name])).join(","))].join("\r\n")) }, "Download CSV"),
      h("button", { type: "button", onclick: () => save("rows.json", "application/json", json(rows)) }, "Download JSON"),
      h("details", {}, h("summary", {}, shown.length + " of " + columns.length + " columns"), columns.map((name) => h("label", { class: "check" }, h("input", { type: "checkbox", checked: shown.includes(name), onchange: (event) => { shown = event.target.checked ? columns.filter((one) => one === name || shown.includes(one)) : shown.filter((one) => one !== name); draw(); } }), name)))), place);
  }
  const LONG = 300;
  function cell(value) {
    const text = value === null || value === undefined ? "" : String(value);
    return text.length > LONG ? h("details", {}, h("summary", {}, text.slice(0, LONG) + "…"), text) : text;
  }

  function result(answer, next) {
    const out = [];
    (answer.notes || []).forEach((one) => out.push(note(one)));
    if (answer.dry_run) out.push(note("Nothing was sent. This is the request:", "good"));
    if (answer.request && (answer.dry_run || answer.confirmation)) out.push(h("pre", { tabindex: "0" }, answer.request.method + " " + answer.request.url + "\n" + Object.entries(answer.request.headers || {}).map(([n, v]) => n + ": " + v).join("\n") + (answer.request.body ? "\n\n" + json(answer.request.body) : "")));
    if (answer.status) out.push(h("p", {}, "The API answered " + answer.status + (answer.rows !== undefined ? " with " + answer.rows + " rows" : "") + "."));
    if (answer.more_exist) out.push(h("p", {}, "More rows exist. ", next && Object.keys(answer.next || {}).length ? h("button", { type: "button", onclick: () => next(answer.next) }, "Next page") : null));
    else if (answer.more) out.push(note(answer.more));
    const value = answer.result;
    if (Array.isArray(value) && value.length) out.push(table(value));
    else if (value !== undefined && value !== null) out.push(h("pre", { tabindex: "0" }, typeof value === "string" ? value : json(value)));
    if (answer.stored_result) {
      const handle = answer.stored_result.handle;
      const place = h("div", {});
      const more = async (offset) => {
        try {
          const page = await ask("results/" + encodeURIComponent(handle) + "?" + query({ offset: String(offset), limit: "200" }));
          place.replaceChildren(h("p", {}, "Rows from " + (offset + 1) + " of " + page.total), table(page.rows || []),
            page.next_offset ? h("button", { type: "button", onclick: () => more(page.next_offset) }, "Next rows") : null);
        } catch (error) { place.replaceChildren(note(error.message, "bad")); }
      };
      out.push(h("p", {}, h("button", { type: "button", onclick: () => more(0) }, "Show all rows")), place);
    }
    return out;
  }

  function operation(parameters) {
    return view(async (isMine) => {
      const wanted = { method: parameters.get("method"), path: parameters.get("path"), api: parameters.get("api") };
      const [told, catalogue] = await Promise.all([ask("operation?" + query(wanted)), ask("catalogue")]);
      if (!isMine()) return;
      const what = told.operation, compact = told.compact;
      const writes = what.method !== "GET" && what.method !== "HEAD" && what.method !== "OPTIONS";
      const inputs = what.parameters.filter((one) => !one.filled_by_configuration && one.in !== "cookie").map((one) => {
        const name = one.given_as || one.name;
        return { name, needed: one.required, ...input(one.schema || {}, name + " (" + one.in + ")", one.required, what.path_values && what.path_values[one.name]) };
      });
      const needed = inputs.filter((one) => one.needed), others = inputs.filter((one) => !one.needed);
      const conditions = inputs.find((one) => one.name === "conditions");
      const body = what.request_body ? h("textarea", { id: "body", spellcheck: "false" }) : null;
      const ready = compact.call && compact.call.data !== undefined ? compact.call.data : what.request_body && what.request_body.example;
      if (body && ready !== undefined && ready !== null) body.value = json(ready);
      const out = h("div", { id: "result", "aria-live": "polite" });
      const form = h("div", {});
      const call = () => {
        const params = {};
        inputs.forEach((one) => { const value = one.read(); if (value !== undefined) params[one.name] = value; });
        const made = { method: what.method, path: what.path };
        if (several(catalogue)) made.api = what.api;
        if (Object.keys(params).length) made.params = params;
        if (body && body.value.trim()) {
          try { made.data = JSON.parse(body.value); } catch (error) { throw new Refused(400, "The body is no JSON yet: " + error.message); }
        }
        return made;
      };
      const send = async (more) => {
        out.replaceChildren(h("p", { class: "dim" }, "Asking …"));
        try {
          const { dry_run, confirmation, params } = more;
          const made = call();
          const asked = { ...made, dry_run, confirmation, params: params ? { ...made.params, ...params } : made.params, all_pages: pages.checked || undefined };
          const answer = await ask("call", { method: "POST", body: JSON.stringify(asked) });
          // What was shown is what is sent: a preview of the same request needs no second look.
          const same = more.seen && answer.request && json(answer.request) === more.seen;
          if (answer.confirmation && same) return send({ confirmation: answer.confirmation });
          const again = answer.confirmation ? { confirmation: answer.confirmation } : more.dry_run && more.ask ? { seen: json(answer.request) } : null;
          const confirm = again ? h("div", {}, note("This changes data. Look at the request, then send it."), h("p", {}, h("button", { class: "first", type: "button", onclick: () => send(again) }, "Send it"))) : null;
          const kept = call();
          out.replaceChildren(...[h("h2", {}, "Answer"), confirm, ...result(answer, (params) => send({ params })), answer.dry_run && !confirm ? [h("h2", {}, "Copy"), copies(kept, answer.request)] : null].flat().filter(Boolean));
          say(confirm ? "Waits for your consent" : answer.dry_run ? "Nothing was sent" : "Done");
        } catch (error) { if (error.status !== 401) { out.replaceChildren(note(error.message, "bad")); say("Refused"); } }
      };
      const pages = h("input", { type: "checkbox", id: "pages" });
      const denied = writes && catalogue.writes === "deny";
      form.append(...[
        needed.length ? h("div", { class: "row" }, needed.map((one) => one.field)) : null,
        conditions && what.condition_fields && what.condition_fields.length ? filterBuilder(what.condition_fields, conditions.element) : null,
        others.length ? h("details", { open: !needed.length && !body ? true : null }, h("summary", {}, others.length + " more parameters"), h("div", { class: "row" }, others.map((one) => one.field))) : null,
        body ? h("div", { class: "field" }, h("label", { for: "body" }, "Body (" + what.request_body.media_type + ")"), body) : null,
        inputs.some((one) => one.name === "page") ? h("p", { class: "check" }, pages, h("label", { for: "pages" }, "All pages")) : null,
        h("div", { class: "row" },
          h("button", { type: "button", onclick: () => send({ dry_run: true }) }, "Dry run"),
          denied ? null : h("button", { type: "button", class: "first", onclick: () => send(writes ? { dry_run: true, ask: true } : {}) }, writes ? "Show and send" : "Send")),
        denied ? note("This server only reads: requests that change data are shown, never sent.") : null].filter(Boolean));
      show(h("p", {}, h("a", { href: "#find" }, "Find another")),
        h("h1", {}, h("span", { class: "verb" }, what.method), what.path),
        what.summary ? h("p", {}, what.summary) : null, what.description && what.description !== what.summary ? h("p", { class: "dim" }, what.description) : null,
        what.deprecated ? note("The manifest calls this deprecated.") : null,
        h("section", { "aria-labelledby": "try" }, h("h2", { id: "try" }, "Try it"), form, out),
          h("section", { "aria-labelledby": "takes" }, h("h2", { id: "takes" }, "What it takes and gives"), told.compact ? takes(compact) : null,
            h("details", {}, h("summary", {}, "Command to copy"), h("pre", { tabindex: "0" }, told.command)),
            h("details", {}, h("summary", {}, "Full description"), h("pre", { tabindex: "0" }, json(what)))));
      main.focus();
    });
  }
  const several = (catalogue) => catalogue.apis.length > 1;
  const LABELS = { path_ids: "Ids in the path", required: "Needed", required_params: "Needed parameters", body: "Body", filters: "Filters", params: "Parameters", answer: "Answer", example: "Example", learned: "Learned from the API" };
  /** The compact form as a list; a field's list of records is a link. */
  function takes(compact) {
    const linked = (text) => String(text).split(/(\/[a-z][\w/{}-]+)/i).map((part) => /^\/[a-z]/i.test(part) && part.length > 3 ? h("a", { href: "#operation?" + query({ method: "GET", path: part, api: null }) }, part) : part);
    const draw = (value) => value === null || typeof value !== "object" ? h("span", {}, linked(value)) : Array.isArray(value) ? h("ul", {}, value.map((one) => h("li", {}, draw(one)))) : h("dl", {}, Object.entries(value).map(([key, inner]) => [h("dt", { class: "dim" }, key), h("dd", {}, draw(inner))]));
    const search = h("input", { id: "in-fields", placeholder: "a word of a field" });
    const place = h("div", {});
    const fill = () => {
      const word = search.value.toLowerCase();
      place.replaceChildren(...Object.entries(LABELS).filter(([key]) => compact[key] !== undefined).map(([key, label]) => {
        const only = (value) => typeof value === "string" ? value.split(/[;,] /).filter((part) => part.toLowerCase().includes(word)).join("; ") : value && typeof value === "object" && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, only(inner)]).filter(([, inner]) => inner)) : value;
        const value = word ? only(compact[key]) : compact[key];
        return value && JSON.stringify(value) !== "{}" ? h("div", {}, h("h3", {}, label), draw(value)) : null;
      }).filter(Boolean));
    };
    search.addEventListener("input", fill);
    fill();
    return h("div", {}, h("div", { class: "field" }, h("label", { for: "in-fields" }, "Find a field"), search), place);
  }

  function compare(parameters) {
    return view(async (isMine) => {
      const told = await Promise.all([0, 1].map((n) => ask("operation?" + query({ method: parameters.get("method" + n), path: parameters.get("path" + n), api: parameters.get("api" + n) }))));
      if (!isMine()) return;
      show(h("h1", {}, "Two operations"), h("div", { class: "side" }, told.map((one) => h("section", {}, h("h2", {}, h("a", { href: hitHref(one.operation) }, one.operation.method + " " + one.operation.path)), h("p", {}, one.operation.summary), h("pre", { tabindex: "0" }, json(one.compact))))));
      main.focus();
    });
  }

  // ---- Memory ----
  function memory(parameters) {
    return view(async (isMine) => {
      const term = parameters.get("q") || "";
      const listing = await ask("memory?" + query({ q: term }));
      if (!isMine()) return;
      const search = h("input", { type: "search", id: "term", value: term });
      const cell = (entry) => h("tr", {}, h("td", {}, entry.description), h("td", { class: "mono" }, entry.method + " " + entry.path), h("td", {}, entry.use_count ?? entry.uses ?? ""), h("td", {},
        h("a", { href: hitHref({ method: entry.method, path: entry.path, api: entry.api }) }, "Open"), " ",
        h("button", { type: "button", "aria-label": "Discard " + entry.description, onclick: async () => {
          if (!confirm("Discard “" + entry.description + "”? It cannot be brought back.")) return;
          try { await ask("memory/" + (entry.id ?? entry.record_identifier), { method: "DELETE" }); say("Discarded"); memory(parameters); } catch (error) { if (error.status !== 401) alert(error.message); }
        } }, "Discard")));
      show(h("h1", {}, "Kept calls"), h("form", { onsubmit: (event) => { event.preventDefault(); location.hash = "#memory?" + query({ q: search.value }); } }, h("div", { class: "field" }, h("label", { for: "term" }, "Find a kept call, by words or meaning"), search)),
        (listing.notes || []).map((one) => note(one)),
        listing.entries.length ? h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Kept calls" }, h("table", {}, h("thead", {}, h("tr", {}, ["What it is for", "Call", "Used", "Do"].map((one) => h("th", { scope: "col" }, one)))), h("tbody", {}, listing.entries.map(cell)))) : note(term ? "No kept call matches." : "No call is kept yet. An answer over MCP says by which word it can be kept; `cw-orchestrator memory save` keeps one, too."));
    });
  }

  // ---- Activity ----
  const HOUR = 3600000, HOURS = 24;
  function chart(writes) {
    const now = Date.now(), counts = new Array(HOURS).fill(0);
    writes.forEach((one) => { const hour = Math.floor((now - one.at_ms) / HOUR); if (hour >= 0 && hour < HOURS) counts[HOURS - 1 - hour]++; });
    const most = Math.max(...counts, 1);
    const make = (name, attributes) => { const element = document.createElementNS("http://www.w3.org/2000/svg", name); Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value)); return element; };
    const svg = make("svg", { viewBox: "0 0 " + HOURS * 10 + " 60", class: "chart", role: "img", preserveAspectRatio: "none", "aria-label": "Writes in each of the last 24 hours: " + counts.join(", ") });
    counts.forEach((count, hour) => svg.append(make("rect", { x: hour * 10 + 1, y: 60 - 58 * count / most, width: 8, height: 58 * count / most })));
    return svg;
  }
  function activity() {
    return view(async (isMine) => {
      const { writes } = await ask("activity");
      if (!isMine()) return;
      const filter = h("input", { type: "search", id: "only" });
      const place = h("tbody", {});
      const fill = () => {
        const word = filter.value.toLowerCase();
        place.replaceChildren(...writes.filter((one) => JSON.stringify(one).toLowerCase().includes(word)).map((one) => h("tr", {}, h("td", {}, new Date(one.at_ms).toLocaleString()), h("td", {}, one.client), h("td", { class: "mono" }, one.method + " " + one.path), h("td", {}, one.fields.join(", ")), h("td", {}, one.result === "sending" ? "not known" : one.result), h("td", {}, one.took_ms === null ? "" : one.took_ms + " ms"))));
      };
      filter.addEventListener("input", fill);
      fill();
      show(h("h1", {}, "What was changed"), writes.length ? [chart(writes), h("p", { class: "dim" }, "The last 24 hours, by hour."), h("div", { class: "field" }, h("label", { for: "only" }, "Show those with"), filter),
        h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Writes" }, h("table", {}, h("thead", {}, h("tr", {}, ["When", "Who", "What", "Fields", "How it ended", "Took"].map((one) => h("th", { scope: "col" }, one)))), place))] : note("Nothing was changed through this program yet."));
    });
  }

  // ---- Catalogue ----
  function catalogue() {
    return view(async (isMine) => {
      const told = await ask("catalogue");
      if (!isMine()) return;
      const words = { ok: "All is well.", starting: "The program is starting: the index is being opened or built.", reduced: "Search is reduced: `cw-orchestrator doctor` says why.", failed: "The program cannot answer: `cw-orchestrator doctor` says what is missing." };
      show(h("h1", {}, "Catalogue"), note(words[told.health.status] || told.health.status, told.health.status === "ok" ? "good" : ""), told.missing ? note(told.missing, "bad") : null,
        h("p", { class: "dim" }, "Version " + told.health.version + (told.health.index ? ", " + told.health.index.operations + " operations" : "") + "; writes: " + told.writes + "."),
        h("h2", {}, "APIs"), h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "APIs" }, h("table", {}, h("thead", {}, h("tr", {}, ["Name", "Title", "Version", "Operations", "Manifest"].map((one) => h("th", { scope: "col" }, one)))), h("tbody", {}, told.apis.map((one) => h("tr", {}, h("td", {}, one.api || ""), h("td", {}, one.title), h("td", {}, one.version), h("td", {}, one.operations), h("td", {}, String(one.state).replaceAll("_", " "))))))),
        h("h2", {}, "Domains"), h("ul", {}, told.domains.map((one) => h("li", {}, one.name + ": " + one.operations + " operations on " + one.resources + " resources"))),
        told.domains_in_all > told.domains.length ? h("p", { class: "dim" }, "and " + (told.domains_in_all - told.domains.length) + " more") : null);
    });
  }

  const VIEWS = { find: ["Find", find], memory: ["Memory", memory], activity: ["Activity", activity], catalogue: ["Catalogue", catalogue] };
  const HIDDEN = { operation, compare };
  function route() {
    const [name, rest] = location.hash.slice(1).split(/\?(.*)/s);
    const current = VIEWS[name] || HIDDEN[name] ? name : "find";
    document.getElementById("nav").replaceChildren(...Object.entries(VIEWS).map(([key, [label]]) => h("a", { href: "#" + key, "aria-current": key === current ? "page" : null }, label)));
    document.title = (VIEWS[current] ? VIEWS[current][0] : "Operation") + " · cw-orchestrator";
    say("");
    (VIEWS[current] ? VIEWS[current][1] : HIDDEN[current])(new URLSearchParams(rest || ""));
  }
  addEventListener("hashchange", route);
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || /^(input|textarea|select)$/i.test(event.target.tagName)) return;
    event.preventDefault();
    if (location.hash.startsWith("#find") || !location.hash) document.getElementById("q")?.focus(); else location.hash = "#find";
  });
  route();
})();
