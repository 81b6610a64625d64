// JSON whose numbers keep all their digits. A number of a script has some 16: `JSON.parse` turns 12345678901234567890 into
// 12345678901234567000. Such a one is kept here as its text, from an answer to what is shown and downloaded, and from what is typed to
// what is sent. It works in every browser; `JSON.rawJSON`, which would do half of it, is not in all of them.

/** A number that no number of a script is equal to. */
class Exact {
  constructor(text) { this.text = text; }
  toString() { return this.text; }
  toJSON() { return MARK + this.text; }
}
/** What a text begins with that stands for such a number while JSON is read or written; nobody else can know it. */
const MARK = "exact-" + [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("") + ":";
const MARKED = new RegExp('"' + MARK + '([^"]+)"', "g");

/** Strings and numbers of JSON, so that no digits within a string are taken for a number. */
const TOKENS = /"[^"\\]*(?:\\[^][^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;
/** What alone could lose digits: many of them, or an exponent. */
const COULD_LOSE = /\d[\d.]{15}|\d[eE]/;

/** A number's sign, digits and power of ten, the same for each way to write it. */
function normal(text) {
  const [, sign, whole, part = "", power = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/.exec(text) || [];
  if (whole === undefined) return "";
  const digits = (whole + part).replace(/^0+/, ""), kept = digits.replace(/0+$/, "");
  return kept ? sign + kept + "e" + (Number(power) - part.length + digits.length - kept.length) : "0";
}
const isKept = (text) => !COULD_LOSE.test(text) || normal(String(Number(text))) === normal(text);

/** Reads JSON, as `JSON.parse` does but for its numbers. */
function readJson(text) {
  const plain = JSON.parse(text);
  if (!COULD_LOSE.test(text)) return plain;
  let isMarked = false;
  const marked = text.replace(TOKENS, (token) => (token[0] === '"' || isKept(token) ? token : (isMarked = true, '"' + MARK + token + '"')));
  return isMarked ? JSON.parse(marked, (_, value) => (typeof value === "string" && value.startsWith(MARK) ? new Exact(value.slice(MARK.length)) : value)) : plain;
}
/** Writes JSON, as `JSON.stringify` does but for such numbers. */
function writeJson(value, indent) {
  const text = JSON.stringify(value, null, indent);
  return text === undefined ? text : text.replace(MARKED, "$1");
}

/** A number as it is typed; what is none stays a text, of which the program says what is wrong. */
function numberOf(text) {
  const typed = text.trim();
  if (!/^-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(typed)) return text;
  try { return readJson(typed); } catch { return text; }
}

const isNumber = (value) => typeof value === "number" || value instanceof Exact;
/** Whether a value has members: a record or a list. */
const isObject = (value) => value !== null && typeof value === "object" && !(value instanceof Exact);
/** Which of two numbers is less. */
function compareNumbers(a, b) {
  const [x, y] = [Number(a), Number(b)];
  if (x !== y) return x - y;
  const whole = /^-?\d+$/;
  if (!whole.test(a) || !whole.test(b)) return String(a).localeCompare(String(b));
  return BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0;
}
