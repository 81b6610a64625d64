// What is wrong with a call, told at the fields that it is about. A field is `{ element, box, read, write }`.

/** Shows at a field what is wrong with it, until it is changed. */
function mark(field, text) {
  unmark(field);
  const fault = h("p", { class: "fault", id: field.element.id + "-fault", dir: "auto" }, cut(text, LONG));
  field.element.setAttribute("aria-invalid", "true");
  field.described = field.element.getAttribute("aria-describedby");
  field.element.setAttribute("aria-describedby", [field.described, fault.id].filter(Boolean).join(" "));
  field.fault = fault;
  field.box.append(fault);
  ["input", "change"].forEach((name) => field.element.addEventListener(name, () => unmark(field), { once: true }));
}
function unmark(field) {
  if (!field.fault) return;
  field.fault.remove();
  field.fault = null;
  field.element.removeAttribute("aria-invalid");
  if (field.described) field.element.setAttribute("aria-describedby", field.described); else field.element.removeAttribute("aria-describedby");
}
/** Shows a field, wherever it is folded away, and puts the cursor into it. */
function reveal(field) {
  for (let outer = field.element.parentElement; outer; outer = outer.parentElement) if (outer.tagName === "DETAILS") outer.open = true;
  field.box.hidden = false;
  field.element.focus();
}

/** Comparisons are whole filters, anything else that is offered is a part of one. */
const IS_FILTER = /\s(=|!=|<=?|>=?|contains|like|in|not)\s/i;
const MOST_CURES = 5;
/** What is offered in place of what is wrong, as buttons that write it. */
function cures(problem, field) {
  const value = asText(field.read() ?? "");
  const wrong = (/`([^`]+)`/.exec(problem.message) || [])[1];
  const column = Number((/column (\d+)/.exec(problem.message) || [])[1] || 0) - 1;
  const found = column >= 0 && wrong && value.startsWith(wrong, column) ? column : wrong ? value.indexOf(wrong) : -1;
  const seen = new Set([value]);
  return (problem.offers || []).slice(0, MOST_CURES).map((offer) => {
    const next = found < 0 || IS_FILTER.test(offer) ? offer : value.slice(0, found) + offer + value.slice(found + wrong.length);
    if (seen.has(next)) return null;
    seen.add(next);
    return button("Write " + cut(offer, 60), () => { field.write(next); field.element.dispatchEvent(new Event("input", { bubbles: true })); field.element.focus(); }, { dir: "auto" });
  });
}

/** One problem in words, with its cures. What is written with signs below a column stands in letters of one width. */
function problemView(problem, field) {
  const [first, ...shown] = problem.message.split("\n");
  const cure = (problem.cure || "").trim();
  return [h("p", { dir: "auto" }, problem.field ? h("b", {}, cut(problem.field, 60) + ": ") : null, cut(first, LONG)),
    shown.length ? h("pre", { class: "pointed", tabindex: "0" }, shown.join("\n")) : null,
    cure ? h("p", { dir: "auto" }, cut(cure[0].toUpperCase() + cure.slice(1), 2 * LONG)) : null, field ? h("p", { class: "cures" }, cures(problem, field)) : null];
}

/** Why a call was refused, each at its field, the first of which gets the cursor; `null` where it is about no field. */
function refusedView(error, form) {
  const { problems = [], answered = [] } = error;
  if (!form.field || !(problems.length || answered.length)) return null;
  if (problems.length) return problemsView(problems, form);
  const marked = answered.map((one) => [form.field("params", one.field) || form.field("body", one.field), one]).filter(([field]) => field);
  marked.forEach(([field, one]) => mark(field, one.message));
  if (!marked.length) return null;
  reveal(marked[0][0]);
  return note(error.message, "bad");
}

function problemsView(problems, form) {
  const marked = [];
  const lines = problems.map((problem) => {
    const about = problem.field && form.field ? form.field(problem.in, problem.field) : null;
    const lacking = form.field ? (problem.lacks || []).map((name) => form.field("body", name)).filter(Boolean) : [];
    if (about) mark(about, problem.message.split("\n")[0]);
    lacking.forEach((field) => mark(field, "It is needed."));
    marked.push(...(about ? [about] : []), ...lacking);
    return h("li", {}, problemView(problem, about));
  });
  if (marked.length) reveal(marked[0]);
  const count = problems.length === 1 ? "One thing is to be mended:" : problems.length + " things are to be mended:";
  return h("div", { class: "note bad faults", role: "alert" }, h("p", {}, "Nothing was sent. " + count), h("ul", {}, lines));
}

/** Fields that are needed and empty: each is told so, and the first gets the cursor. `anyway` goes on without them. */
function lackView(lacking, anyway) {
  lacking.forEach((field) => mark(field, "It is needed."));
  reveal(lacking[0]);
  const names = lacking.map((field) => field.name).join(", ");
  return h("div", { class: "note bad faults", role: "alert" }, h("p", { dir: "auto" }, "Nothing was sent. Fill in " + cut(names, LONG) + " first."),
    h("p", {}, button("Go on without", anyway)));
}
