// What a write does, in words, before it is sent: which record, what is there now, and what stands there afterwards.

/** What people call a record. */
const titleOf = (record) => ["summary", "name", "identifier", "title", "caption", "subject", "description", "text"].map((key) => record[key]).find((one) => typeof one === "string" && one !== "");
/** Fields of a write that are listed; all of them are in the request. */
const MOST_SET = 60;
const AROUND = ["company", "board", "status"];
function aboutRecord(record) {
  const title = titleOf(record);
  const around = AROUND.map((key) => isObject(record[key]) && titleOf(record[key])).filter(Boolean);
  return h("p", { dir: "auto" }, "It is about ", h("b", {}, record.id === undefined || record.id === null ? "" : "#" + record.id + " ", title ? "“" + cut(title) + "”" : ""), around.length ? " (" + cut(around.join(" · ")) + ")" : "", ".");
}

/** A value as people read it: a reference by its name, with its id behind. */
function inWords(value, label) {
  if (value === undefined || value === null) return h("span", { class: "dim" }, "nothing");
  if (!isObject(value)) return label && label !== String(value) ? label + " (" + cut(String(value)) + ")" : cut(String(value));
  const name = label || titleOf(value);
  const id = value.id === undefined || value.id === null ? "" : "id " + value.id;
  return name ? cut(name) + (id ? " (" + id + ")" : "") : id && Object.keys(value).length === 1 ? id : cut(writeJson(value));
}

/** The fields that a body sets, by their paths: those of an object, or of the changes of a JSON Patch. */
function setBy(data) {
  if (Array.isArray(data)) return data.filter((one) => isObject(one) && typeof one.path === "string").map((one) => [one.path.replace(/^\//, ""), one.op === "remove" ? undefined : one.value]);
  return isObject(data) ? Object.entries(data) : [];
}

/** What can be done afterwards about a write, as far as that is known before. */
function wayBack(method, former) {
  if (method === "DELETE") return former ? "It is gone then. Taking it back can only make a new record of the values that were seen here: it has another number, and what hung on the old one stays gone." : "It is gone then, and cannot be taken back from here.";
  if (method === "POST") return null;
  return former ? "It can be taken back afterwards, here and under Activity." : "What it replaces is not known here, so that it may not be possible to take it back.";
}

/**
 * Asks for consent to a request. `former` is the record that it changes, where that could be read, `form` knows names for ids, `send`
 * sends it. The button stands behind what is to be looked at.
 */
function consent(call, answer, former, form, send) {
  const method = (answer.request && answer.request.method) || call.method, deletes = method === "DELETE" || answer.risk === "delete";
  const id = fresh("consent");
  const heading = h("h3", { id, tabindex: "-1" }, deletes ? "This deletes a record. Look at it, then decide." : "This changes data. Look at the request, then send it.");
  const fields = setBy(call.data), label = (path, value) => (form.label ? form.label(path, value) : undefined);
  const changes = former && method !== "POST";
  const rows = fields.slice(0, MOST_SET).map(([path, value]) => h("tr", {}, h("td", { dir: "auto" }, cut(path)), changes ? h("td", { dir: "auto" }, inWords(at(former, path))) : null, h("td", { dir: "auto" }, inWords(value, label(path, value)))));
  const back = wayBack(method, former);
  const box = h("section", { class: deletes ? "consent deletes" : "consent", "aria-labelledby": id }, heading,
    former ? aboutRecord(former) : null,
    (answer.resolved || []).map((one) => note(Object.values(one).filter((part) => part !== null && typeof part !== "object").join(" · "))),
    (answer.notes || []).map((one) => note(one)),
    rows.length ? plain("What it sets", changes ? ["Field", "Now", "Afterwards"] : ["Field", "Value"], h("tbody", {}, rows)) : null,
    h("h4", {}, "The request"), pre(requestText(answer.request)), back ? h("p", {}, back) : null,
    h("p", {}, button(deletes ? "Delete it" : "Send it", send, { class: deletes ? "danger" : "first" })));
  return { box, heading };
}
/** Brings what was just drawn before the eyes, and the cursor to it. */
function lookAt(element) {
  (element.closest(".consent") || element).scrollIntoView({ block: "start" });
  element.focus({ preventScroll: true });
}
