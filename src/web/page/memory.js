// Kept calls: found, tried, edited and discarded.

function memory(parameters) {
  return view(async (isMine) => {
    const term = parameters.get("q") || "";
    const listing = await ask("memory?" + query({ q: term }));
    if (!isMine()) return;
    const search = h("input", { type: "search", id: "term", value: term, autocomplete: "off" }), list = h("div", { "aria-live": "polite" });
    const draw = (listing) => {
      const lines = listing.entries.map((entry) => kept(entry, listing, again));
      list.replaceChildren(...nodes([(listing.notes || []).map((one) => note(one)),
        lines.length ? h("ul", { class: "kept", "aria-label": "Kept calls" }, lines) : note(search.value.trim() ? "No kept call matches." : NONE_KEPT)]));
    };
    let under = null;
    const again = () => tried(list, async () => {
      if (under) under.abort();
      under = new AbortController();
      const q = search.value.trim();
      history.replaceState(null, "", "#memory" + (q ? "?" + query({ q }) : ""));
      const found = await ask("memory?" + query({ q }), { signal: under.signal });
      if (isMine()) draw(found);
    });
    search.addEventListener("input", later(again, 150));
    draw(listing);
    show(h("h1", {}, "Kept calls"), h("form", { onsubmit: (event) => { event.preventDefault(); again(); } }, h("div", { class: "field" }, h("label", { for: "term" }, "Find a kept call, by words or meaning"), search)), list);
  });
}
const NONE_KEPT = "No call is kept yet. Send one, and press Keep this call below its answer; agents and `cw-orchestrator memory save` keep calls, too.";

function kept(entry, listing, again) {
  const place = h("div", {});
  const link = "#operation?" + query({ method: entry.method, path: entry.path, api: entry.api, kept: String(entry.id) });
  const used = !entry.last_used_s ? "not used since it was kept" : entry.usage_count === 1 ? "used once" : "used " + entry.usage_count + " times";
  const discard = () => {
    place.replaceChildren(h("div", { class: "consent" }, note("Discard “" + entry.description + "”? It cannot be brought back."),
      h("p", {}, button("Discard it", () => tried(place, async () => { await ask("memory/" + entry.id, { method: "DELETE" }); say("Discarded"); again(); }), { class: "first" }), " ", button("Keep it", () => place.replaceChildren()))));
  };
  return h("li", {}, h("h2", { dir: "auto" }, cut(entry.description)),
    h("p", {}, verb(entry.method), path(entry.path)),
    h("p", { class: "dim" }, used, entry.last_used_s ? ", last on " + when(entry.last_used_s * 1000) : "", entry.found_by === "meaning" ? ", found by meaning" : ""),
    entry.stale ? note("It failed when it was last used: " + entry.stale.reason) : null,
    entry.params ? pre(entry.params) : null, entry.data !== undefined && entry.data !== null ? pre(entry.data) : null,
    h("div", { class: "row" }, button("Try", () => place.replaceChildren(trial(entry, listing)), { "aria-label": "Try " + entry.description }), button("Edit", () => place.replaceChildren(edit(entry, again)), { "aria-label": "Edit " + entry.description }),
      h("a", { href: link }, "Open its operation"), button("Discard", discard, { "aria-label": "Discard " + entry.description })), place);
}

/** Makes the kept call, with values for its slots. */
function trial(entry, listing) {
  const out = h("div", { "aria-live": "polite" });
  const slots = [...new Map((entry.slots || []).map((slot) => [slot.name, slot])).values()].map((slot) => {
    const id = fresh("slot");
    const element = h("input", { id, autocomplete: "off", value: slot.example === undefined || slot.example === null ? "" : asText(slot.example) });
    return { slot, element, field: labelled(id, slot.name, slot.place, true, element) };
  });
  const written = () => {
    const call = { method: entry.method, path: entry.path, record_identifier: entry.id, use_memory: true };
    if (listing.several_apis) call.api = entry.api;
    if (slots.length) call.slots = Object.fromEntries(slots.filter((one) => one.element.value !== "").map((one) => [one.slot.name, one.element.value]));
    return call;
  };
  const writes = !READS.includes(entry.method), denied = writes && listing.writes === "deny";
  const { dry, go } = sender(out, written, writes, denied);
  return h("form", { onsubmit: (event) => { event.preventDefault(); go(); } }, slots.length ? h("div", { class: "grid" }, slots.map((one) => one.field)) : null,
    h("div", { class: "row" }, button("Dry run", dry), denied ? null : h("button", { class: "first" }, writes ? "Show and send" : "Send")), out);
}

/** Changes the description, and which values are asked for on each use. */
function edit(entry, again) {
  const said = h("div", { "aria-live": "polite" });
  const id = fresh("description");
  const description = h("input", { id, value: entry.description, required: true, autocomplete: "off" });
  const open = new Set((entry.slots || []).map((slot) => slot.name));
  const all = [...new Map([...(entry.slots || []), ...(entry.could_be_slots || [])].map((slot) => [slot.name, slot])).values()];
  const keep = (event) => {
    event.preventDefault();
    tried(said, async () => {
      await ask("memory/" + entry.id, { method: "PATCH", body: JSON.stringify({ description: description.value, slots: [...open] }) });
      say("Kept");
      again();
    });
  };
  return h("form", { onsubmit: keep }, labelled(id, "What it is for", "", false, description),
    all.length ? h("fieldset", {}, h("legend", {}, "Asked for on each use"), all.map((slot) => slotTick(slot, open))) : null, h("p", {}, h("button", { class: "first" }, "Keep the change")), said);
}
