// What an operation takes and gives, in which fields are found by name and by meaning.

const LABELS = { path_ids: "Ids in the path", required: "Needed", required_params: "Needed parameters", body: "Body", filters: "Filters", params: "Parameters", answer: "Answer", example: "Example", learned: "Learned from the API" };
const FOUND = { parameters: "Parameters", body: "Body", filters: "Filters", answer: "Answer" };
/** The compact form as a list, in which fields are found by name and by meaning; a field's list of records is a link. */
function takes(compact, what) {
  const linked = (text) => String(text).slice(0, SHOWN).split(/(?<![\w}])(\/[a-z][\w/{}-]+)/i).map((part) => /^\/[a-z]/i.test(part) && part.length > 3 ? h("a", { href: "#operation?" + query({ method: "GET", path: part }) }, part) : part);
  const draw = (value) => !isObject(value) ? h("span", {}, linked(value)) : Array.isArray(value) ? h("ul", {}, value.map((one) => h("li", {}, draw(one)))) : h("dl", {}, Object.entries(value).map(([key, inner]) => [h("dt", { class: "dim" }, cut(key)), h("dd", {}, draw(inner))]));
  const search = h("input", { id: "in-fields", placeholder: "deadline", autocomplete: "off" });
  const place = h("div", { dir: "auto" });
  const fill = () => {
    const word = search.value.toLowerCase();
    const only = (value) => typeof value === "string" ? value.split(/[;,] /).filter((part) => part.toLowerCase().includes(word)).join("; ") : isObject(value) && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, only(inner)]).filter(([, inner]) => inner)) : value;
    place.replaceChildren(...nodes(Object.entries(LABELS).filter(([key]) => compact[key] !== undefined).map(([key, label]) => {
      const value = word ? only(compact[key]) : compact[key];
      return value && JSON.stringify(value) !== "{}" ? h("div", {}, h("h3", {}, label), draw(value)) : null;
    })));
  };
  const meant = h("div", { id: "meant", "aria-live": "polite" });
  let under = null;
  const look = () => tried(meant, async () => {
    const about = search.value.trim();
    if (under) under.abort();
    under = new AbortController();
    if (!about) { meant.replaceChildren(); return; }
    const found = await ask("fields?" + query({ method: what.method, path: what.path, api: what.api, about }), { signal: under.signal });
    meant.replaceChildren(...nodes([Object.entries(FOUND).filter(([key]) => found[key]).map(([key, label]) => [h("h3", {}, label + ": called so, or meaning it"), h("ul", {}, found[key].map((one) => h("li", { dir: "auto" }, cell(one))))]),
      (found.notes || []).map(() => h("p", { class: "dim" }, "No field is called so or means this."))]));
  });
  search.addEventListener("input", later(fill, 60));
  search.addEventListener("input", later(look, 200));
  fill();
  return h("div", {}, h("div", { class: "field" }, h("label", { for: "in-fields" }, "Find a field by its name or meaning"), search), meant, place);
}
