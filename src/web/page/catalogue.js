// The APIs, their domains with the operations in each, and the condition of the program.

const CONDITIONS = { ok: "The program answers.", starting: "The program is starting: the index is being opened or built.", reduced: "Search is reduced: `cw-orchestrator doctor` says why.", failed: "The program cannot answer: `cw-orchestrator doctor` says what is missing." };
const WRITES = { ask: "a change of data is asked about first", deny: "it only reads: no change of data is sent", allow: "changes of data are sent without being asked about" };
const API_LINE = ["Name", "Title", "Version", "Operations", "Manifest"];
const APIS = 200;
/** Most manifests that are read to say whether they are still what was indexed. */
const MANIFESTS = 50;

function catalogue() {
  return view(async (isMine) => {
    const told = await ask("catalogue");
    if (!isMine()) return;
    const states = new Map();
    const body = h("tbody", {}), count = h("p", { class: "dim" });
    const word = h("input", { id: "api", autocomplete: "off" });
    const line = (one) => lineIn(API_LINE, h("td", {}, cut(one.api)), h("td", { dir: "auto" }, cell(one.title)), h("td", { dir: "auto" }, cell(one.version)), h("td", { class: "number" }, one.operations.toLocaleString("en")), h("td", {}, String(states.get(one.api) ?? "").replaceAll("_", " ")));
    const fill = () => {
      const text = word.value.trim().toLowerCase();
      const chosen = told.apis.filter((one) => (one.api + " " + one.title).toLowerCase().includes(text));
      body.replaceChildren(...chosen.slice(0, APIS).map(line));
      count.textContent = chosen.length > APIS ? "The first " + APIS + " of " + chosen.length + " APIs." : "";
    };
    word.addEventListener("input", later(fill, 60));
    fill();
    const indexed = told.health.index ? ", " + many(told.health.index.operations, "operation") : "";
    const isOk = told.health.status === "ok", condition = h("div", { "aria-live": "polite" }, note(CONDITIONS[told.health.status] || told.health.status, isOk ? "good" : ""));
    const below = h("h2", { id: "health", tabindex: "-1" }, "Health, as doctor sees it");
    const examined = ({ faults, warnings }) => {
      if (!faults && !warnings) { if (isOk) condition.replaceChildren(note("All is well.", "good")); return; }
      const found = [faults ? many(faults, "fault") : null, warnings ? many(warnings, "warning") : null].filter(Boolean).join(" and ");
      condition.append(h("p", {}, "`doctor` finds " + found + ". ", button("What to do", () => { below.scrollIntoView(); below.focus(); })));
    };
    show(h("h1", {}, "Catalogue"), condition, told.missing ? note(told.missing, "bad") : null,
      h("p", { class: "dim" }, "Version " + told.health.version + indexed + "; " + (WRITES[told.writes] || "writes: " + told.writes) + "."),
      h("h2", {}, "APIs"), told.apis.length > 10 ? h("div", { class: "row narrow" }, h("div", { class: "field" }, h("label", { for: "api" }, "Find an API"), word)) : null,
      plain("APIs", API_LINE, body), count,
      h("h2", {}, "Domains"), h("ul", { class: "columns" }, told.domains.map((one) => h("li", {}, h("a", { href: "#domain?" + query({ name: one.name, api: one.api }) }, cut(one.name)), " " + many(one.operations, "operation") + " on " + many(one.resources, "resource")))),
      told.domains_in_all > told.domains.length ? h("p", { class: "dim" }, "and " + (told.domains_in_all - told.domains.length) + " more") : null,
      below, health(isMine, examined),
      told.apis.length ? [h("h2", {}, "Warnings of the manifests"), warnings(isMine)] : null);
    if (!told.apis.length || told.apis.length > MANIFESTS) return;
    const read = await ask("catalogue?manifests=true");
    if (!isMine()) return;
    (read.manifests || []).forEach((one) => states.set(one.api, one.state));
    fill();
  });
}

/** The operations of a domain by resource, narrowed by words as one types. */
function domain(parameters) {
  return view(async (isMine) => {
    const name = parameters.get("name") || "", api = parameters.get("api");
    const listed = await ask("operations?" + query({ domain: name, api }));
    if (!isMine()) return;
    const word = h("input", { type: "search", id: "narrow", autocomplete: "off" }), list = h("div", {}), count = h("p", { class: "dim", role: "status" });
    const line = (one) => h("li", {}, verb(one.method), h("a", { href: hitHref(one) }, path(one.path)), " ", h("span", { class: "dim", dir: "auto" }, cut(one.summary)));
    const fill = () => {
      const words = word.value.toLowerCase().split(/\s+/).filter(Boolean);
      const chosen = listed.operations.filter((one) => words.every((part) => (one.method + " " + one.path + " " + one.summary).toLowerCase().includes(part)));
      const groups = new Map();
      chosen.forEach((one) => groups.set(one.resource, [...(groups.get(one.resource) || []), one]));
      count.textContent = many(chosen.length, "operation") + " on " + many(groups.size, "resource") + (listed.total > listed.operations.length ? ", of the first " + listed.operations.length + " of " + listed.total : "") + ".";
      list.replaceChildren(...[...groups].map(([resource, some]) => {
        const inner = () => h("ul", { class: "operations" }, some.map(line));
        return words.length ? h("div", {}, h("h2", { class: "resource" }, cut(resource)), inner()) : folded(cut(resource) + " (" + some.length + ")", inner);
      }));
    };
    word.addEventListener("input", later(fill, 60));
    fill();
    show(h("p", { class: "back" }, h("a", { href: "#catalogue" }, "← Catalogue")), h("h1", {}, "Operations of " + cut(listed.domain)),
      h("div", { class: "row narrow" }, h("div", { class: "field" }, h("label", { for: "narrow" }, "With the words"), word)), count, list);
    main.focus();
  });
}
