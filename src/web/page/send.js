// Sends calls, and shows a write before it is sent.

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
    const shown = result(answer, (params) => send({ params }), (made) => { sums = made; copy(); }, call);
    out.replaceChildren(...nodes([h("h2", {}, "Answer"), confirm, shown, answer.undo ? takeBack(answer.undo) : null, copied]));
    say(confirm ? "Waits for your consent" : answer.dry_run ? "Nothing was sent" : "Done");
  });
  return { dry: () => send({ dry_run: true }), go: () => send(writes ? { dry_run: true, ask: !denied } : {}) };
}
