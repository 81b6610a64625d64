// What was done through the program, and what can be taken back.

const HOUR = 3600000, HOURS = 24, LINES = 200;
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
  return [h("p", { class: "dim" }, "The last 24 hours, by hour; the highest is " + most + ".", h("span", { class: "key read" }, "reads and finds"), h("span", { class: "key write" }, "changes"), h("span", { class: "key fail" }, "failed")),
    svg, h("div", { class: "axis" }, [24, 18, 12, 6, 0].map((hours) => h("span", {}, hours ? at(hours) : "now")))];
}

function tiles(lines) {
  const recent = lines.filter((one) => Date.now() - one.at_ms < HOURS * HOUR);
  const took = recent.map((one) => one.took_ms).filter((ms) => ms !== null).sort((a, b) => a - b);
  const count = (is) => recent.filter(is).length;
  const tile = (what, value) => h("div", { class: "tile" }, h("b", {}, value), what);
  return h("div", { class: "tiles" }, tile("reads and finds", count((one) => one.kind === "read" || one.kind === "find")), tile("changes", count((one) => one.kind === "change")), tile("failed", count(failed)), tile("half took less than", took.length ? took[Math.floor(took.length / 2)] + " ms" : "—"));
}

function activity() {
  return view(async (isMine) => {
    const [told, changes] = await Promise.all([ask("activity"), ask("undo")]);
    if (!isMine()) return;
    const of = (lines, kind) => (lines || []).map((one) => ({ ...one, kind }));
    const kindOf = (one) => one.result === "shown" ? "shown" : READS.includes(one.method) || /\/search$/.test(one.path) ? "read" : "change";
    const lines = [...of(told.writes, "change"), ...(told.reads || []).map((one) => ({ ...one, kind: kindOf(one) })), ...of(told.tools, "find")].sort((a, b) => b.at_ms - a.at_ms);
    const select = (id, label, options) => [h("label", { for: id }, label), h("select", { id, onchange: () => fill() }, options.map(([value, text]) => h("option", { value }, text)))];
    const word = h("input", { id: "only", autocomplete: "off" });
    const kind = select("kind", "What", [["", "everything"], ["change", "changes"], ["read", "reads"], ["shown", "only shown"], ["find", "finds and memory"]]);
    const who = select("who", "Who", [["", "everybody"], ...[...new Set(lines.map((one) => one.client))].map((one) => [one, one])]);
    const ended = select("ended", "How it ended", [["", "in any way"], ["well", "well"], ["failed", "failed"]]);
    const body = h("tbody", {}), count = h("p", { class: "dim" }), chart = h("div", {});
    const what = (one) => one.tool ? h("td", { class: "mono" }, one.tool) : h("td", {}, verb(one.method), path(one.path), one.fields && one.fields.length ? h("div", { class: "hint" }, "fields: " + cut(one.fields.join(", "))) : null);
    const line = (one) => h("tr", {}, h("td", {}, new Date(one.at_ms).toLocaleString()), h("td", { dir: "auto" }, cell(one.client)), what(one),
      h("td", { class: failed(one) ? "need" : null }, WORDS[one.result] || cell(one.result)), h("td", { class: "number" }, one.took_ms === null || one.took_ms === undefined ? "" : one.took_ms + " ms"));
    const fill = () => {
      const text = word.value.trim().toLowerCase();
      const [k, w, e] = [kind, who, ended].map(([, one]) => one.value);
      const chosen = lines.filter((one) => (!k || one.kind === k) && (!w || one.client === w) && (!e || failed(one) === (e === "failed")) && (!text || JSON.stringify(one).toLowerCase().includes(text)));
      body.replaceChildren(...chosen.slice(0, LINES).map(line));
      count.textContent = chosen.length > LINES ? "The newest " + LINES + " of " + chosen.length + " lines." : chosen.length + " lines.";
      chart.replaceChildren(...nodes([tiles(chosen), bars(chosen)]));
    };
    word.addEventListener("input", later(fill, 60));
    fill();
    const undone = changes.changes || [];
    const back = (one) => h("tr", {}, h("td", {}, one.on), h("td", { class: "mono" }, one.what), h("td", { dir: "auto" }, cell((one.of || []).map(asText).join(", "))), h("td", {}, one.cannot ? h("span", { class: "hint" }, cell(one.cannot)) : takeBack(one.id, null)));
    show(h("h1", {}, "What was done"),
      lines.length ? [h("div", { class: "row" }, h("div", { class: "field" }, h("label", { for: "only" }, "With the words"), word), [kind, who, ended].map((one) => h("div", { class: "field" }, one))), chart,
        plain("What was done", ["When", "Who", "What", "How it ended", "Took"], body), count] : note("Nothing was done through this program yet, or it writes no log (`log.level`)."),
      undone.length ? [h("h2", {}, "Your changes, and the way back"), plain("Changes", ["When", "What", "Records", "Way back"], h("tbody", {}, undone.map(back)))] : null);
  });
}
