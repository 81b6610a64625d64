// What `doctor` finds, and what was wrong with the manifests: below the catalogue, each asked for when the view is there.

const GRADES = { ok: "good", note: "", warning: "", fault: "bad" };
const AT_A_TIME = 100;

const FINDING = ["Area", "State", "What was found", "What to do"], AREA = ["Area", "State"], WARNING = ["API", "Where (JSON pointer)", "What was wrong", "What was done", "Places"];

/** The set-up as `doctor` examines it; `summary` hears how many faults and warnings there are. A token learns how each area stands and no more. */
function health(isMine, summary) {
  const place = h("div", { "aria-live": "polite" }, h("p", { class: "dim" }, "Examining …"));
  tried(place, async () => {
    const told = await ask("doctor");
    if (!isMine()) return;
    const { findings } = told;
    const line = (one) => lineIn(FINDING, h("td", {}, one.area), h("td", { class: one.status === "fault" ? "need" : null }, one.status), h("td", { dir: "auto" }, cell(one.name + ": " + one.detail)), h("td", { dir: "auto" }, one.cure ? cell(one.cure) : ""));
    const found = (label, some) => plain(label, FINDING, h("tbody", {}, some.map(line)));
    const sum = many(told.faults, "fault") + ", " + many(told.warnings, "warning") + ".";
    summary(told);
    if (!findings) {
      place.replaceChildren(note(sum, GRADES[told.faults ? "fault" : told.warnings ? "warning" : "ok"]),
        plain("Areas", AREA, h("tbody", {}, told.areas.map((one) => lineIn(AREA, h("td", {}, one.area), h("td", {}, one.status))))),
        h("p", { class: "dim" }, "What was found names folders and programs of the server's machine: `cw-orchestrator doctor` says it there."));
      return;
    }
    const wrong = findings.filter((one) => one.status !== "ok"), fine = findings.filter((one) => one.status === "ok");
    place.replaceChildren(...nodes([note(sum, GRADES[told.faults ? "fault" : told.warnings ? "warning" : "ok"]), wrong.length ? found("Findings", wrong) : null,
      fine.length ? folded(many(fine.length, "check found nothing wrong", "checks found nothing wrong"), () => found("Checks", fine)) : null]));
  });
  return place;
}

/** The warnings of the manifests, each with the pointer to its place. */
function warnings(isMine) {
  const place = h("div", {}), lines = h("tbody", {}), more = h("p", {});
  const code = h("select", { id: "code" });
  let shown = 0;
  const line = (one) => lineIn(WARNING, h("td", { dir: "auto" }, cell(one.api)), h("td", { class: "mono", dir: "ltr" }, cell(one.pointer || "/")), h("td", { dir: "auto" }, cell(one.message)), h("td", {}, one.skipped ? "left out" : "repaired"), h("td", { class: "number" }, one.occurrences.toLocaleString("en")));
  const load = async (isAnew) => {
    const wanted = code.value, offset = isAnew ? 0 : shown;
    const told = await ask("warnings?" + query({ code: wanted, offset: String(offset), limit: String(AT_A_TIME) }));
    if (!isMine() || wanted !== code.value) return told;
    if (isAnew) lines.replaceChildren();
    lines.append(...told.warnings.map(line));
    shown = offset + told.warnings.length;
    more.replaceChildren(...nodes([shown + " of " + told.total + ". ", shown < told.total ? button("More warnings", () => tried(more, () => load(false))) : null]));
    return told;
  };
  code.addEventListener("change", () => tried(more, () => load(true)));
  tried(place, async () => {
    const told = await load(true);
    if (!isMine()) return;
    if (!told.total) { place.replaceChildren(h("p", { class: "dim" }, "Nothing was wrong with them.")); return; }
    code.append(h("option", { value: "" }, "all"), ...told.codes.map((one) => h("option", { value: one.code }, one.code.replaceAll("-", " ") + " (" + one.warnings + ")")));
    place.replaceChildren(h("div", { class: "row narrow" }, h("div", { class: "field" }, h("label", { for: "code" }, "Kind"), code)),
      plain("Warnings", WARNING, lines), more);
  });
  return place;
}
