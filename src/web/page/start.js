// Which view is shown, by the part of the address behind `#`.

const VIEWS = { find: ["Find", find], memory: ["Memory", memory], activity: ["Activity", activity], catalogue: ["Catalogue", catalogue] };
const HIDDEN = { operation, compare, domain };
/** Find, with the words by which what is shown was found. */
const backHref = () => "#find" + ((q) => (q ? "?" + query({ q }) : ""))(new URLSearchParams(location.hash.split("?")[1]).get("q"));
function route() {
  const [name, rest] = location.hash.slice(1).split(/\?(.*)/s);
  const current = VIEWS[name] || HIDDEN[name] ? name : "find";
  document.getElementById("nav").replaceChildren(...Object.entries(VIEWS).map(([key, [label]]) => h("a", { href: "#" + key, "aria-current": key === current ? "page" : null }, label)));
  document.title = (VIEWS[current] ? VIEWS[current][0] : current === "domain" ? "Domain" : "Operation") + " · cw-orchestrator";
  say("");
  (VIEWS[current] ? VIEWS[current][1] : HIDDEN[current])(new URLSearchParams(rest || ""));
}
addEventListener("hashchange", route);
addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || /^(input|textarea|select)$/i.test(event.target.tagName)) return;
  event.preventDefault();
  if (location.hash.startsWith("#find") || !location.hash) document.getElementById("q")?.focus(); else location.hash = backHref();
});
route();
