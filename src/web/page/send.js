// Sends calls, shows a write before it is sent, and keeps calls.

/**
 * What sends the call that `written` gives, and shows what comes of it. Where writes are refused, a write is only shown. `form` says what it
 * is written in: `missing` the fields that are needed and empty, `field` the one that a problem is about, `label` a name for an id,
 * `former` the record that a write changes.
 */
function sender(out, written, writes, denied, form = {}) {
  const copied = h("div", {});
  const send = (more) => tried(out, async () => {
    out.replaceChildren(h("p", { class: "dim" }, "Asking …"));
    const call = written();
    const asked = { use_memory: false, ...call, return: "full", dry_run: more.dry_run, confirmation: more.confirmation, params: more.params ? { ...call.params, ...more.params } : call.params };
    const [answer, former] = await Promise.all([post("call", asked), more.ask && form.former ? form.former() : null]);
    // What was shown is what is sent: a preview of the same request needs no second look.
    const same = more.seen && answer.request && json(answer.request) === more.seen;
    if (answer.confirmation && same) return send({ confirmation: answer.confirmation });
    const again = answer.confirmation ? { confirmation: answer.confirmation } : more.ask ? { seen: json(answer.request) } : null;
    let sums = {};
    const copy = () => copied.replaceChildren(copies({ ...call, ...sums }, answer.request, form.carried));
    copy();
    if (again) {
      const { box, heading } = consent(call, answer, former, form, () => send(again));
      out.replaceChildren(box, copied);
      lookAt(heading);
      say("Waits for your consent");
      return;
    }
    const shown = result(answer, (params) => send({ params }), (made) => { sums = made; copy(); }, call);
    const heading = h("h2", { tabindex: "-1" }, "Answer");
    out.replaceChildren(...nodes([heading, shown, answer.undo ? takeBack(answer.undo) : null, answer.keep ? keeping(answer.keep) : null, copied]));
    // The button that was pressed is gone.
    if (more.confirmation || more.seen) lookAt(heading);
    say(answer.dry_run ? "Nothing was sent" : "Done");
  }, (error) => refusedView(error, form));
  const go = (anyway) => {
    const lacking = anyway || !form.missing ? [] : form.missing();
    if (lacking.length) { out.replaceChildren(lackView(lacking, () => go(true))); say("Not sent"); return; }
    send(writes ? { dry_run: true, ask: !denied } : {});
  };
  return { dry: () => send({ dry_run: true }), go: () => go(false) };
}

/** Keeps the call that an answer came from, as it was made. */
function keeping(offer) {
  const said = h("div", { "aria-live": "polite" }), id = fresh("keep"), open = new Set();
  const description = h("input", { id, value: offer.description, required: true, autocomplete: "off" });
  const could = [...new Map((offer.could_be_slots || []).map((slot) => [slot.name, slot])).values()];
  const keep = (event) => {
    event.preventDefault();
    tried(said, async () => {
      await post("memory", { keep: offer.keep, description: description.value, slots: [...open] });
      details.replaceChildren(h("summary", {}, "Kept"), note("“" + description.value + "” is kept: Find knows it, and it is under Memory.", "good"), h("p", {}, h("a", { href: "#memory" }, "Open Memory")));
      say("Kept");
    });
  };
  const details = h("details", { class: "keeping" }, h("summary", {}, "Keep this call"), h("form", { onsubmit: keep }, labelled(id, "What it is for, in the words you will look for", "", false, description),
    could.length ? h("fieldset", {}, h("legend", {}, "Asked for on each use"), could.map((slot) => slotTick(slot, open))) : null, h("p", {}, h("button", { class: "first" }, "Keep it")), said));
  return details;
}
/** A box that says whether a value is asked for on each use; `open` holds the names of those. */
function slotTick(slot, open) {
  return h("label", { class: "check" }, h("input", { type: "checkbox", checked: open.has(slot.name), onchange: (event) => { if (event.target.checked) open.add(slot.name); else open.delete(slot.name); } }),
    slot.name, h("span", { class: "hint" }, slot.example === undefined || slot.example === null ? "" : "such as " + asText(slot.example)));
}
