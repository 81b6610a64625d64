// A call as it is written elsewhere: as a command, for MCP, and as a request in other languages, which reads its keys from variables.

const quote = (text) => /^[\w./:=@%+-]+$/.test(text) ? text : "'" + String(text).replaceAll("'", "'\\''") + "'";
/** The headers of a request that no credential stands in, and that the language does not set itself. */
const ownHeaders = (request, carried) => Object.entries(request.headers || {}).filter(([name]) => name.toLowerCase() !== "content-type" && !carried.some((one) => one.in === "header" && one.name.toLowerCase() === name.toLowerCase()));
const typeOf = (request) => (Object.entries(request.headers || {}).find(([name]) => name.toLowerCase() === "content-type") || [null, "application/json"])[1];
/** The address without the credentials in its query, which are hidden there anyway. */
function bare(url, carried) {
  const names = carried.filter((one) => one.in === "query").map((one) => one.name);
  const [path, query] = url.split(/\?(.*)/s);
  const kept = (query || "").split("&").filter((pair) => pair && !names.includes(decodeURIComponent(pair.split("=")[0])));
  return path + (kept.length ? "?" + kept.join("&") : "");
}
/** In double quotes of a shell, or of PowerShell, in which a variable is replaced. */
const inShell = (text) => text.replace(/[\\"`$]/g, "\\$&");

function curl(request, carried, body) {
  const value = (one) => one.parts.map((part) => (part.variable ? "$" + part.variable : inShell(part.text))).join("");
  const keys = carried.map((one) => one.in === "query" ? ["--url-query", '"' + inShell(one.name) + "=" + value(one) + '"'] : one.in === "cookie" ? ["-b", '"' + inShell(one.name) + "=" + value(one) + '"']
    : one.is_base64 ? ["-u", '"' + value(one) + '"'] : ["-H", '"' + inShell(one.name + ": " + one.before) + value(one) + '"']);
  return ["curl", "-X", request.method, quote(bare(request.url, carried)), ...keys.flat(), ...ownHeaders(request, carried).flatMap(([name, value]) => ["-H", quote(name + ": " + value)]),
    ...(body ? ["-H", quote("Content-Type: " + typeOf(request)), "-d", quote(body)] : [])].join(" ");
}

function powerShell(request, carried, body) {
  const single = (text) => "'" + String(text).replaceAll("'", "''") + "'";
  const value = (one) => {
    const whole = "(" + one.parts.map((part) => (part.variable ? "$env:" + part.variable : single(part.text))).join(" + ") + ")";
    return (one.before ? single(one.before) + " + " : "") + (one.is_base64 ? "[Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes(" + whole + "))" : whole);
  };
  const of = (place) => carried.filter((one) => one.in === place);
  const headers = [...of("header").map((one) => single(one.name) + " = " + value(one)), ...(of("cookie").length ? [single("Cookie") + " = " + of("cookie").map((one) => single(one.name + "=") + " + " + value(one)).join(" + '; ' + ")] : []), ...ownHeaders(request, carried).map(([name, text]) => single(name) + " = " + single(text))];
  const url = bare(request.url, carried);
  const asked = of("query").map((one, at) => " + " + single((at || url.includes("?") ? "&" : "?") + encodeURIComponent(one.name) + "=") + " + [Uri]::EscapeDataString(" + value(one) + ")").join("");
  return "Invoke-RestMethod -Method " + request.method + " -Uri " + (asked ? "(" + single(url) + asked + ")" : single(url)) + (headers.length ? " -Headers @{ " + headers.join("; ") + " }" : "") + (body ? " -ContentType " + single(typeOf(request)) + " -Body " + single(body) : "");
}

function python(request, carried, body) {
  const value = (one) => {
    const whole = one.parts.map((part) => (part.variable ? "os.environ[" + JSON.stringify(part.variable) + "]" : JSON.stringify(part.text))).join(" + ");
    return (one.before ? JSON.stringify(one.before) + " + " : "") + (one.is_base64 ? "base64.b64encode((" + whole + ").encode()).decode()" : whole);
  };
  const pairs = (place) => carried.filter((one) => one.in === place).map((one) => JSON.stringify(one.name) + ": " + value(one));
  const headers = [...pairs("header"), ...ownHeaders(request, carried).map(([name, text]) => JSON.stringify(name) + ": " + JSON.stringify(text)), ...(body ? ['"Content-Type": ' + JSON.stringify(typeOf(request))] : [])];
  const more = [["headers", headers], ["params", pairs("query")], ["cookies", pairs("cookie")]].filter(([, some]) => some.length).map(([name, some]) => ", " + name + "={" + some.join(", ") + "}").join("");
  return (carried.length ? "import base64, os\n" : "") + "import requests\nanswer = requests.request(" + JSON.stringify(request.method) + ", " + JSON.stringify(bare(request.url, carried)) + more + (body ? ", data=" + JSON.stringify(body) + ".encode()" : "") + ")\nprint(answer.json())";
}

/** A call to be copied. `carried` says from which variables a request takes its keys: no key is ever written out. */
function copies(call, request, carried = []) {
  const option = (name, value) => value === undefined || value === false ? [] : value === true ? [name] : [name, quote(asText(value))];
  const parameters = Object.entries(call.params || {}).flatMap(([name, value]) => ["--param", quote(name + "=" + asText(value))]);
  const sums = [["--select", call.select], ["--group-by", call.group_by], ["--sum", call.sum], ["--count", call.count], ["--top", call.top], ["--all-pages", call.all_pages]].flatMap(([name, value]) => option(name, value));
  const forms = [["Command line", ["cw-orchestrator", "call", call.method, quote(call.path), ...parameters, ...option("--data", call.data), ...sums].join(" ")], ["MCP", json(call)]];
  const variables = [...new Set(carried.flatMap((one) => one.parts.map((part) => part.variable).filter(Boolean)))];
  if (request) {
    const body = request.body === undefined || request.body === null ? null : writeJson(request.body);
    forms.push(["curl", curl(request, carried, body)], ["PowerShell", powerShell(request, carried, body)], ["Python", python(request, carried, body)]);
  }
  const copy = (name, text) => navigator.clipboard.writeText(text).then(() => say(name + " copied"), () => say("The browser does not let this page copy."));
  return h("details", { class: "copies" }, h("summary", {}, "Copy the call"), request && variables.length ? h("p", {}, "curl, PowerShell and Python read the keys from the environment variables " + variables.join(", ") + "; set them where you run it.") : null,
    forms.map(([name, text]) => h("div", {}, h("h3", {}, name), pre(text), button("Copy " + name, () => copy(name, text)))));
}
