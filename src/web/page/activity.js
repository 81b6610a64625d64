// What was done through the program, and what can be taken back.

const HOUR = 3600000, HOURS = 24, LINES = 50;
const FINE = ["done", "shown", "asked"];
/** How a line ended: `sending` is a write of which nobody knows. */
const failed = (line) => line.result !== "sending" && !FINE.includes(line.result) && !/^[123]\d\d$/.test(line.result);
const WORDS = { sending: "not known", shown: "only shown", done: "done" };

function bars(lines) {
  const now = Date.now();
  const hours = Array.from({ length: HOURS }, () => ({ read: 0, write: 0, fail: 0 }));
  lines.filter((one) => one.kind !== "shown").forEach((one) => {
    const hour = Math.floor((now - one.at_ms) / HOUR);
    if (hour >= 0 && hour < HOURS) hours[HOURS - 1 - hour][failed(one) ? "fail" : one.kind === "change" ? "write" : "read"]++;
  });
  const most = Math.max(...hours.map((one) => one.read + one.write + one.fail), 1);
  const make = (name, attributes) => { const element = document.createElementNS("http://www.w3.org/2000/svg", name); Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value)); return element; };
  const told = hours.map((one) => one.read + one.write + one.fail).join(", ");
  const svg = make("svg", { viewBox: "0 0 " + HOURS * 10 + " 60", class: "chart", role: "img", preserveAspectRatio: "none", "aria-label": "Lines in each of the last 24 hours: " + told });
  hours.forEach((one, hour) => {
    let top = 60;
    for (const kind of ["read", "write", "fail"]) {
      const height = 56 * one[kind] / most;
      top -= height;
      if (height) svg.append(make("rect", { class: kind, x: hour * 10 + 1, y: top, width: 8, height }));
    }
  });
  const at = (hours) => new Date(now - hours * HOUR).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return [h("p", { class: "dim" }, "The last 24 hours, by hour; at most " + many(most, "line") + " in one.", h("span", { class: "key read" }, "reads and finds"), h("span", { class: "key write" }, "changes"), h("span", { class: "key fail" }, "failed")),
    svg, h("div", { class: "axis" }, [24, 18, 12, 6, 0].map((hours) => h("span", {}, hours ? at(hours) : "now")))];
}

function tiles(lines) {
  const recent = lines.filter((one) => Date.now() - one.at_ms < HOURS * HOUR);
  const took = recent.map((one) => one.took_ms).filter((ms) => ms !== null).sort((a, b) => a - b);
  const count = (is) => recent.filter(is).length;
  const tile = (what, value) => h("div", { class: "tile" }, h("b", {}, value), what);
  return h("div", { class: "tiles" }, tile("reads and finds", count((one) => one.kind === "read" || one.kind === "find")), tile("changes", count((one) => one.kind === "change")), tile("failed", count(failed)), tile("half took less than", took.length ? took[Math.floor(took.length / 2)] + " ms" : "—"));
}

const LINE = ["When", "Who", "What", "How it ended", "Took"], CHANGE = ["When", "What", "What changed", "Way back"];

function activity() {
  return view(async (isMine) => {
    let lines = [], changes = [];
    const of = (lines, kind) => (lines || []).map((one) => ({ ...one, kind }));
    const kindOf = (one) => one.result === "shown" ? "shown" : READS.includes(one.method) || /\/search$/.test(one.path) ? "read" : "change";
    const load = async () => {
      const [said, made] = await Promise.all([ask("activity"), ask("undo")]);
      lines = [...of(said.writes, "change"), ...(said.reads || []).map((one) => ({ ...one, kind: kindOf(one) })), ...of(said.tools, "find")].sort((a, b) => b.at_ms - a.at_ms);
      changes = made.changes || [];
    };
    await load();
    if (!isMine()) return;
    const select = (id, label, options) => [h("label", { for: id }, label), h("select", { id, onchange: () => { drawn = LINES; fill(); } }, options.map(([value, text]) => h("option", { value }, text)))];
    const word = h("input", { id: "only", autocomplete: "off" });
    const kind = select("kind", "What", [["", "everything"], ["change", "changes"], ["read", "reads"], ["shown", "only shown"], ["find", "finds and memory"]]);
    const who = select("who", "Who", [["", "everybody"], ...[...new Set(lines.map((one) => one.client))].map((one) => [one, one])]);
    const ended = select("ended", "How it ended", [["", "in any way"], ["well", "well"], ["failed", "failed"]]);
    const body = h("tbody", {}), undo = h("tbody", {}), count = h("p", { class: "dim" }), chart = h("div", {}), said = h("div", { tabindex: "-1" });
    const what = (one) => one.tool ? h("td", { class: "mono" }, one.tool) : h("td", {}, verb(one.method), path(one.path), one.fields && one.fields.length ? h("div", { class: "hint" }, "fields: " + cut(one.fields.join(", "))) : null);
    const line = (one) => lineIn(LINE, h("td", {}, when(one.at_ms)), h("td", { dir: "auto" }, cell(one.client)), what(one),
      h("td", { class: failed(one) ? "need" : null }, WORDS[one.result] || cell(one.result)), h("td", { class: "number" }, one.took_ms === null || one.took_ms === undefined ? "" : one.took_ms + " ms"));
    let drawn = LINES;
    const fill = () => {
      const text = word.value.trim().toLowerCase();
      const [k, w, e] = [kind, who, ended].map(([, one]) => one.value);
      const chosen = lines.filter((one) => (!k || one.kind === k) && (!w || one.client === w) && (!e || failed(one) === (e === "failed")) && (!text || JSON.stringify(one).toLowerCase().includes(text)));
      body.replaceChildren(...chosen.slice(0, drawn).map(line));
      count.replaceChildren(...nodes(chosen.length > drawn ? ["The newest " + drawn + " of " + many(chosen.length, "line") + ". ", button("More lines", () => { drawn += LINES; fill(); })] : [many(chosen.length, "line") + "."]));
      chart.replaceChildren(...nodes([tiles(chosen), bars(chosen)]));
      undo.replaceChildren(...changes.map(back));
    };
    const back = (one) => {
      const [method, ...at] = one.what.split(" "), count = (one.records || []).length;
      // What was done is told, and where it stands: a change that was taken back stays in the list.
      const state = !one.cannot ? takeBack(one.id, () => again(one)) : h("span", { class: "hint" }, one.undone ? "Taken back" : cell(one.cannot));
      return lineIn(CHANGE, h("td", {}, when(one.at_s * 1000)), h("td", {}, h("div", {}, verb(method), path(at.join(" "))), h("div", { class: "hint" }, "change " + one.id + (one.undoes ? ", takes change " + one.undoes + " back" : "") + (one.done > 1 ? ", " + many(one.done, "record") : ""))),
        h("td", {}, count > 1 ? folded("The first " + count + " of " + many(one.done, "record"), () => h("div", {}, changedOf(one))) : changedOf(one)), h("td", {}, state));
    };
    const again = (one) => tried(said, async () => {
      await load();
      if (!isMine()) return;
      fill();
      said.replaceChildren(note("It was taken back: change " + one.id + ", " + one.what + ".", "good"));
      said.focus({ preventScroll: true });
      said.scrollIntoView({ block: "nearest" });
    });
    word.addEventListener("input", later(() => { drawn = LINES; fill(); }, 60));
    fill();
    const changesTable = plain("Changes", CHANGE, undo);
    changesTable.classList.add("low");
    const below = h("h2", { tabindex: "-1" }, "Your changes, and the way back");
    show(h("h1", {}, "What was done"), changes.length ? h("p", {}, button("Your " + (changes.length === 1 ? "change" : many(changes.length, "change")) + ", and the way back", () => { below.scrollIntoView(); below.focus(); })) : null,
      lines.length ? [h("div", { class: "row" }, h("div", { class: "field" }, h("label", { for: "only" }, "With the words"), word), [kind, who, ended].map((one) => h("div", { class: "field" }, one))), chart,
        plain("What was done", LINE, body), count] : note("Nothing was done through this program yet, or it writes no log (`log.level`)."),
      changes.length ? [below, said, changesTable] : null);
  });
}
