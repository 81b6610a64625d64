// Sends calls, shows a write before it is sent, and takes changes back.

/** What sends the call that `written` gives, and shows what comes of it. Where writes are refused, a write is only shown. */
function sender(out, written, writes, denied) {
  const copied = h("div", {});
  const send = (more) => tried(out, async () => {
    out.replaceChildren(h("p", { class: "dim" }, "Asking …"));
    const call = written();
    const asked = { use_memory: false, ...call, return: "full", dry_run: more.dry_run, confirmation: more.confirmation, params: more.params ? { ...call.params, ...more.params } : call.params };
    const answer = await post("call", asked);
    // What was shown is what is sent: a preview of the same request needs no second look.
    const same = more.seen && answer.request && json(answer.request) === more.seen;
    if (answer.confirmation && same) return send({ confirmation: answer.confirmation });
    const again = answer.confirmation ? { confirmation: answer.confirmation } : more.ask ? { seen: json(answer.request) } : null;
    const confirm = again ? h("div", { class: "consent" }, note("This changes data. Look at the request, then send it."), h("p", {}, button("Send it", () => send(again), { class: "first" }))) : null;
    let sums = {};
    const copy = () => copied.replaceChildren(copies({ ...call, ...sums }, answer.request));
    copy();
    const shown = result(answer, (params) => send({ params }), (made) => { sums = made; copy(); });
    out.replaceChildren(...nodes([h("h2", {}, "Answer"), confirm, shown, answer.undo ? takeBack(answer.undo) : null, copied]));
    say(confirm ? "Waits for your consent" : answer.dry_run ? "Nothing was sent" : "Done");
  });
  return { dry: () => send({ dry_run: true }), go: () => send(writes ? { dry_run: true, ask: !denied } : {}) };
}

/** A button that takes a change back: it is shown first. `done` hears when it was. */
function takeBack(id, done) {
  const place = h("div", {});
  const shown = (answer) => nodes([(answer.notes || []).map((one) => note(one)), answer.request ? pre(requestText(answer.request)) : null, answer.plan ? pre(answer.plan) : null]);
  const sure = (seen, more) => h("div", { class: "consent" }, note("This changes data again. Look at it, then take the change back."), shown(seen), h("p", {}, button("Take it back now", () => tried(place, async () => {
    const answer = await post("undo", { id, ...more });
    if (answer.confirmation) {
      const same = json([answer.plan, answer.request]) === json([seen.plan, seen.request]);
      if (!same) { place.replaceChildren(sure(answer, { confirmation: answer.confirmation })); return; }
      await post("undo", { id, confirmation: answer.confirmation });
    }
    place.replaceChildren(note("It was taken back.", "good"));
    say("Taken back");
    if (done) done();
  }), { class: "first" })));
  const ask = () => tried(place, async () => { place.replaceChildren(sure(await post("undo", { id, dry_run: true }), {})); });
  return h("div", {}, button("Take it back", ask), place);
}
