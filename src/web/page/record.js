// A record as a list of its fields, and what any value is in one line. `MATTERS` are the words that the command line chooses by, too.

/** Fields of a record that are drawn before somebody asks for all. */
const FIELDS = 200;
const isRecord = (value) => isObject(value) && !Array.isArray(value);
const isScalar = (value) => value !== null && value !== undefined && !isObject(value);
const isEmpty = (value) => value === null || value === undefined || (typeof value === "string" ? value.trim() === "" : isObject(value) && !Object.keys(value).length);
/** A count with its noun: `1 row`, `1,200 rows`. */
const many = (count, noun, nouns = noun + "s") => Number(count).toLocaleString("en") + " " + (Number(count) === 1 ? noun : nouns);

/** The member that says what a record is called; none where it has none. */
const labelOf = (value) => [...MATTERS.labels, "id"].find((name) => Object.hasOwn(value, name) && isScalar(value[name]) && !isEmpty(value[name]));
/** A value in one line: of what a field refers to the name, of several things each where they have names. */
function lineOf(value) {
  if (value === null || value === undefined) return "";
  if (!isObject(value)) return String(value);
  if (Array.isArray(value)) {
    const parts = value.map((one) => isScalar(one) ? String(one) : isRecord(one) && labelOf(one) ? String(one[labelOf(one)]) : null);
    return parts.includes(null) ? many(value.length, "item") : parts.join(", ");
  }
  const label = labelOf(value);
  return label ? String(value[label]) : isEmpty(value) ? "" : writeJson(value);
}

/** How much a field matters to a reader: by the last word of its name, and by what it holds. */
const USUAL = 30;
function weigh(name, value) {
  const words = name.replace(/([a-z\d])([A-Z])/g, "$1 $2").toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const last = words[words.length - 1], [, known] = MATTERS.weights.find(([ends]) => ends.includes(last)) || [];
  const weight = known ?? (["date", "created", "updated"].includes(words[0]) ? 45 : USUAL);
  return weight - (words.length < 2 ? 0 : last === "id" ? 90 : 20) - (typeof value === "boolean" ? 15 : Array.isArray(value) ? 25 : isRecord(value) && !labelOf(value) ? 60 : 0);
}

/** What is drawn when it is opened. */
const folded = (label, draw) => {
  const details = h("details", { ontoggle: () => { if (details.open && details.children.length === 1) details.append(draw()); } }, h("summary", {}, label));
  return details;
};

/** The value of a field. What a record refers to is its name and its id; what has more members opens. */
function fieldValue(value) {
  if (!isObject(value)) return cell(value);
  if (Array.isArray(value)) return value.every(isScalar) ? cell(value.join(", ")) : folded(many(value.length, "item"), () => table(value, { downloads: false }));
  const label = labelOf(value), id = value.id;
  const said = !label ? many(Object.keys(value).length, "field") : lineOf(value) + (label !== "id" && isScalar(id) ? " (id " + id + ")" : "");
  const more = Object.keys(value).filter((name) => name !== label && name !== "id" && name !== "_info" && !isEmpty(value[name]));
  return label && !more.length ? cell(said) : folded(cut(said), () => record(value));
}
const fieldList = (pairs) => h("dl", { class: "fields" }, pairs.map(([name, value]) => h("div", {}, h("dt", { dir: "auto" }, cut(name)), h("dd", { dir: "auto" }, fieldValue(value)))));

/** A record as a list of its fields. What is empty, and what the server keeps for itself, is folded. */
function record(value) {
  const all = Object.entries(value);
  const own = all.filter(([name, held]) => name.startsWith("_") && !isEmpty(held)), empty = all.filter(([, held]) => isEmpty(held));
  // The name of a long record stands among its first fields, wherever the API has it.
  const fields = all.filter(([name, held]) => !name.startsWith("_") && !isEmpty(held)).map((pair) => [pair, weigh(...pair)]).sort((a, b) => b[1] - a[1]).map(([pair]) => pair);
  return h("div", { class: "record" }, fieldList(fields.slice(0, FIELDS)),
    fields.length > FIELDS ? folded(many(fields.length - FIELDS, "more field"), () => fieldList(fields.slice(FIELDS))) : null,
    own.map(([name, held]) => folded(cut(name), () => isRecord(held) ? fieldList(Object.entries(held)) : fieldList([[name, held]]))),
    empty.length ? folded(many(empty.length, "empty field"), () => h("p", { class: "dim", dir: "auto" }, cut(empty.map(([name]) => name).join(", "), SHOWN))) : null,
    folded("As JSON", () => pre(value)));
}
