// The APIs, their domains, and the condition of the program.

const CONDITIONS = { ok: "All is well.", starting: "The program is starting: the index is being opened or built.", reduced: "Search is reduced: `cw-orchestrator doctor` says why.", failed: "The program cannot answer: `cw-orchestrator doctor` says what is missing." };
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
    const line = (one) => h("tr", {}, h("td", {}, cut(one.api)), h("td", { dir: "auto" }, cell(one.title)), h("td", { dir: "auto" }, cell(one.version)), h("td", { class: "number" }, one.operations.toLocaleString("en")), h("td", {}, String(states.get(one.api) ?? "").replaceAll("_", " ")));
    const fill = () => {
      const text = word.value.trim().toLowerCase();
      const chosen = told.apis.filter((one) => (one.api + " " + one.title).toLowerCase().includes(text));
      body.replaceChildren(...chosen.slice(0, APIS).map(line));
      count.textContent = chosen.length > APIS ? "The first " + APIS + " of " + chosen.length + " APIs." : "";
    };
    word.addEventListener("input", later(fill, 60));
    fill();
    const indexed = told.health.index ? ", " + told.health.index.operations.toLocaleString("en") + " operations" : "";
    show(h("h1", {}, "Catalogue"), note(CONDITIONS[told.health.status] || told.health.status, told.health.status === "ok" ? "good" : ""), told.missing ? note(told.missing, "bad") : null,
      h("p", { class: "dim" }, "Version " + told.health.version + indexed + "; writes: " + told.writes + "."),
      h("h2", {}, "APIs"), told.apis.length > 10 ? h("div", { class: "row narrow" }, h("div", { class: "field" }, h("label", { for: "api" }, "Find an API"), word)) : null,
      plain("APIs", ["Name", "Title", "Version", "Operations", "Manifest"], body), count,
      h("h2", {}, "Domains"), h("ul", { class: "columns" }, told.domains.map((one) => h("li", {}, cut(one.name) + ": " + one.operations + " operations on " + one.resources + " resources"))),
      told.domains_in_all > told.domains.length ? h("p", { class: "dim" }, "and " + (told.domains_in_all - told.domains.length) + " more") : null,
      h("h2", {}, "Health, as doctor sees it"), health(isMine),
      told.apis.length ? [h("h2", {}, "Warnings of the manifests"), warnings(isMine)] : null);
    if (!told.apis.length || told.apis.length > MANIFESTS) return;
    const read = await ask("catalogue?manifests=true");
    if (!isMine()) return;
    (read.manifests || []).forEach((one) => states.set(one.api, one.state));
    fill();
  });
}
