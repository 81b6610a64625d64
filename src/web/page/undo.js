// Takes changes back, each shown in words first: what a record held, and what it holds.

const held = (value) => (isEmpty(value) ? h("i", {}, "nothing") : h("span", { dir: "auto" }, cut(lineOf(value))));
const becomes = (from, to) => [held(from), h("span", { "aria-hidden": "true" }, " → "), h("span", { class: "unseen" }, " becomes "), held(to)];
/** What a change did to its records, or with `back` what taking it back does to them. */
function changedOf(change, back) {
  const method = change.what.split(" ")[0];
  return (change.records || []).map(({ record, fields }) => {
    const called = "record " + asText(record);
    if (method === "POST") return h("div", {}, h("p", {}, back ? "Deletes " + called + ", which the change made:" : "Made " + called + ":"), h("dl", { class: "changed" }, fields.map(({ name, is }) => [h("dt", {}, cut(name)), h("dd", {}, held(is))])));
    if (method === "DELETE") return h("div", {}, h("p", {}, back ? "Makes a new record of what is known of " + called + ":" : "Deleted " + called + ":"), h("dl", { class: "changed" }, fields.map(({ name, was }) => [h("dt", {}, cut(name)), h("dd", {}, held(was))])));
    const pair = ({ name, was, is }) => [h("dt", {}, cut(name)), h("dd", {}, back ? becomes(is, was) : becomes(was, is))];
    return h("div", {}, change.records.length > 1 || back ? h("p", {}, "Of " + called + ":") : null, fields.length ? h("dl", { class: "changed" }, fields.map(pair)) : h("p", { class: "dim" }, "What it held is not known."));
  });
}

/** A button that takes a change back: it is shown first. `done` hears when it was. */
function takeBack(id, done) {
  const place = h("div", { "aria-live": "polite" });
  const shown = (answer, change) => nodes([change ? changedOf(change, true) : null, (answer.notes || []).map((one) => note(one)),
    change && (change.records || []).length && change.done > change.records.length ? h("p", {}, "These are the first of " + many(change.done, "record") + ".") : null,
    folded("The request as it is sent", () => pre(answer.request ? requestText(answer.request) : answer.plan || null))]);
  const sure = (seen, change, more) => h("div", { class: "consent" }, note("This changes data again. Look at it, then take the change back."), shown(seen, change), h("p", {}, button("Take it back now", () => tried(place, async () => {
    const answer = await post("undo", { id, ...more });
    if (answer.confirmation) {
      const same = json([answer.plan, answer.request]) === json([seen.plan, seen.request]);
      if (!same) { place.replaceChildren(sure(answer, change, { confirmation: answer.confirmation })); return; }
      await post("undo", { id, confirmation: answer.confirmation });
    }
    opener.remove();
    place.replaceChildren(note("It was taken back.", "good"));
    say("Taken back");
    if (done) done();
  }), { class: "first" }), " ", button("Leave it", () => { place.replaceChildren(); opener.focus(); })));
  const look = () => tried(place, async () => {
    const [seen, listed] = await Promise.all([post("undo", { id, dry_run: true }), ask("undo")]);
    const confirm = sure(seen, listed.changes.find((one) => one.id === id), {});
    place.replaceChildren(confirm);
    confirm.scrollIntoView({ block: "nearest" });
    confirm.querySelector("button.first").focus({ preventScroll: true });
  });
  const opener = button("Take it back", look);
  return h("div", {}, opener, place);
}
