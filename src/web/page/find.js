// Operations as one types, best first, with why.

const SIGNALS_SHOWN = 8;
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

function whyBars(why) {
  const signals = Object.entries((why && why.signals) || {});
  if (!signals.length) return h("p", {}, "It is a kept call that the request means.");
  const most = Math.max(...signals.map(([, value]) => Math.abs(value)), 1e-9);
  return h("div", { class: "why" }, signals.sort((a, b) => Math.abs(b[1]) - Math.abs(a[1])).slice(0, SIGNALS_SHOWN).map(([name, value]) => [
    h("span", {}, name.replaceAll("_", " ")), h("meter", { min: 0, max: most, value: Math.abs(value), "aria-label": name }), h("span", { class: "number" }, value.toFixed(2))]));
}
/** Where a hit leads: a kept call with its values, any other with the words by which it was found. */
const hitHref = (hit, q) => "#operation?" + query({ method: hit.method, path: hit.remembered && hit.call.path ? hit.call.path : hit.path, api: hit.api, q,
  kept: hit.remembered ? String(hit.remembered.entry) : "", slots: hit.remembered && hit.call.slots ? writeJson(hit.call.slots) : "" });
const compareHref = (two) => "#compare?" + new URLSearchParams(two.flatMap((hit, n) => [["method" + n, hit.method], ["path" + n, hit.path], ["api" + n, hit.api]]));

function find(parameters) {
  return view(async (isMine) => {
    const box = h("input", { type: "search", id: "q", placeholder: "open tickets of a company", autocomplete: "off", spellcheck: "false", role: "combobox", "aria-expanded": "true", "aria-controls": "hits", "aria-label": "What do you want to do?" });
    const method = h("select", { id: "method" }, h("option", { value: "" }, "any"), METHODS.map((name) => h("option", {}, name)));
    const domain = h("select", { id: "domain" }, h("option", { value: "" }, "all"));
    const list = h("ul", { class: "hits", id: "hits", role: "listbox", "aria-label": "Operations" });
    const fit = h("div", { "aria-live": "polite" }), about = h("div", {});
    const whyOf = h("summary", {}), whyBox = h("div", {}), why = h("details", { ontoggle: () => explain() }, whyOf, whyBox);
    box.value = parameters.get("q") || "";
    let hits = [], chosen = -1, asked = "", under = null;
    const choose = (place) => {
      chosen = hits.length ? Math.max(0, Math.min(place, hits.length - 1)) : -1;
      [...list.children].forEach((item, number) => item.setAttribute("aria-selected", String(number === chosen)));
      box.setAttribute("aria-activedescendant", chosen < 0 ? "" : "hit-" + chosen);
      if (chosen >= 0) list.children[chosen].scrollIntoView({ block: "nearest" });
      explain();
    };
    /** Why the chosen one stands where it does. */
    const explain = () => {
      const hit = hits[chosen];
      why.hidden = !hit;
      if (!hit) return;
      whyOf.textContent = "Why is " + hit.method + " " + revealed(cut(hit.path)) + (chosen ? " in place " + (chosen + 1) + "?" : " first?");
      whyBox.replaceChildren(...(why.open ? [whyBars(hit.why)] : []));
    };
    const listed = (some) => {
      hits = some;
      list.replaceChildren(...hits.map(line));
      list.hidden = !hits.length;
      choose(0);
    };
    const line = (hit, number) => h("li", { id: "hit-" + number, role: "option", "aria-selected": "false", onclick: () => { location.hash = hitHref(hit, box.value.trim()); } },
      verb(hit.method), path(hit.path), " ", h("span", { class: "dim", dir: "auto" }, cut(hit.summary)), " ",
      hit.remembered ? h("span", { class: "mark", dir: "auto" }, "kept: " + cut(hit.remembered.description)) : null);
    const draw = (answer) => {
      // What does not fit is not listed as if it did.
      const none = answer.fit === "nothing" && answer.hits.length;
      listed(none ? [] : answer.hits);
      const two = () => hits.slice(chosen, chosen + 2).length === 2 ? hits.slice(chosen, chosen + 2) : hits.slice(0, 2);
      const compared = () => hits.length > 1 ? h("p", {}, button("Compare with the next", () => { location.hash = compareHref(two()); })) : null;
      const nearest = () => { fit.replaceChildren(note("None of these fits: they are only the nearest.")); listed(answer.hits); about.replaceChildren(...nodes([why, compared()])); box.focus(); };
      fit.replaceChildren(...nodes([answer.reduced ? note("Search is reduced: " + (answer.reduced.reason || answer.reduced)) : null,
        none ? [note("Nothing fits: no operation does this. Use other words, or look through the domains of the Catalogue."), h("p", {}, button("Show the nearest", nearest))] : null,
        answer.fit === "weak" && hits.length ? note("No operation stands out. Try other words.") : null,
        answer.hits.length ? null : note("No operation matches. Use other words.")]));
      about.replaceChildren(...nodes([hits.length ? why : null, compared()]));
      say((none ? "Nothing fits" : many(hits.length, "operation")) + " in " + Number(answer.took_ms).toFixed(1) + " ms");
    };
    const run = async () => {
      const text = box.value.trim();
      const wanted = query({ q: text, method: method.value, domain: domain.value });
      if (wanted === asked) return;
      asked = wanted;
      history.replaceState(null, "", "#find" + (text ? "?" + query({ q: text }) : ""));
      if (under) under.abort();
      if (!text) { listed([]); fit.replaceChildren(); about.replaceChildren(...welcome()); say(""); return; }
      under = new AbortController();
      try { const answer = await ask("search?" + wanted, { signal: under.signal }); if (isMine() && asked === wanted) draw(answer); } catch (error) {
        if (error.name === "AbortError" || error.status === 401 || !isMine()) return;
        listed([]); fit.replaceChildren();
        about.replaceChildren(note(error.message, "bad"));
      }
    };
    let missing = null;
    const welcome = () => nodes([missing, h("p", { class: "dim" }, "Write what you want in your own words. Arrows choose, Enter opens, / comes back here.")]);
    box.addEventListener("input", run);
    [method, domain].forEach((one) => one.addEventListener("change", run));
    box.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") choose(chosen + 1);
      else if (event.key === "ArrowUp") choose(chosen - 1);
      else if (event.key === "Enter" && hits[chosen]) location.hash = hitHref(hits[chosen], box.value.trim());
      else return;
      event.preventDefault();
    });
    list.hidden = true;
    about.append(...welcome());
    show(h("h1", {}, "What do you want to do?"), box,
      h("div", { class: "row narrow" }, h("div", { class: "field" }, h("label", { for: "method" }, "Method"), method), h("div", { class: "field" }, h("label", { for: "domain" }, "Domain"), domain)),
      fit, list, about);
    box.focus();
    run();
    const catalogue = await ask("catalogue");
    if (!isMine()) return;
    if (catalogue.missing) { missing = note(catalogue.missing + " (`cw-orchestrator index build` makes the index, `cw-orchestrator doctor` says what else is missing.)", "bad"); about.prepend(missing); }
    if (catalogue.unset && catalogue.unset.length) {
      missing = note("Operations are found and shown, and nothing can be sent yet to " + catalogue.unset.map((one) => one.api + " (" + one.why + ")").join("; ") + ".");
      if (!box.value.trim()) about.prepend(missing);
    }
    domain.append(...catalogue.domains.map((one) => h("option", { value: one.name }, cut(one.name, 60) + " (" + one.operations + ")")));
  });
}
