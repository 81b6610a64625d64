// How the page asks the program, draws a view, and asks for a token.

const API = "api/v1/";
const main = document.getElementById("main");
const status = document.getElementById("status");
let token = sessionStorage.getItem("token") || "";

const show = (...children) => main.replaceChildren(...nodes(children));
/** Tells a reader of the screen what happened; it is seen for a while, and lies on nothing that is pressed. */
const SEEN_MS = 5000;
let hiding = 0;
const say = (text) => {
  status.textContent = text;
  status.classList.toggle("seen", text !== "");
  clearTimeout(hiding);
  hiding = setTimeout(() => status.classList.remove("seen"), SEEN_MS);
};
const query = (pairs) => new URLSearchParams(Object.entries(pairs).filter(([, value]) => value)).toString();

class Refused extends Error {
  /** `problems` are the fields for which a call was not sent, `answered` those for which the API refused it. */
  constructor(status, message, { problems, answered } = {}) { super(message); this.status = status; this.problems = problems || []; this.answered = answered || []; }
}

async function ask(path, options) {
  const headers = { accept: "application/json" };
  if (token) headers.authorization = "Bearer " + token;
  if (options && options.body) headers["content-type"] = "application/json";
  let answer;
  try {
    answer = await fetch(API + path, { ...options, headers, cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0, "The program does not answer. Is it still running? Start it with `cw-orchestrator ui`.");
  }
  const body = await answer.text().then(readJson).catch(() => ({}));
  if (answer.status === 401) { askForToken(body.error); throw new Refused(401, body.error); }
  if (!answer.ok) throw new Refused(answer.status, body.error || "The program answered " + answer.status + ".", body);
  return body;
}
const post = (path, value, more) => ask(path, { method: "POST", body: writeJson(value), ...more });

/** A page that another view has replaced must not be drawn over it. */
let turn = 0;
async function view(draw) {
  const mine = ++turn;
  try { await draw(() => mine === turn); } catch (error) {
    if (error.name === "AbortError" || error.status === 401 || mine !== turn) return;
    show(h("h1", {}, "That did not work"), note(error.message, "bad"));
  }
}

/** Runs a step of a view, whose failure is shown where its outcome would be; `refused` shows those of a call at its fields. */
async function tried(place, work, refused) {
  try { await work(); } catch (error) {
    if (error.status === 401 || error.name === "AbortError") return;
    place.replaceChildren(...nodes([(refused && refused(error)) || note(error.message, "bad")]));
    say("Refused");
  }
}

/** Calls `work` a little after the last of several changes. */
function later(work, ms) {
  let timer = 0;
  return () => { clearTimeout(timer); timer = setTimeout(work, ms); };
}

function askForToken(why) {
  const input = h("input", { id: "token", type: "password", autocomplete: "off", required: true });
  const keep = (event) => {
    event.preventDefault();
    token = input.value.trim();
    sessionStorage.setItem("token", token);
    route();
  };
  const wrong = token ? note(why || "The token is not one of this server's.", "bad") : null;
  token = ""; sessionStorage.removeItem("token");
  turn++;
  show(h("h1", {}, "This server wants a token"), wrong,
    h("form", { onsubmit: keep }, h("div", { class: "field" }, h("label", { for: "token" }, "Token"), input),
      h("p", { class: "dim" }, "Whoever runs the server gives it to you. It is kept until this tab closes."),
      h("button", { class: "first" }, "Go on")));
  input.focus();
}
