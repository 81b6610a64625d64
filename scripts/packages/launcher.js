#!/usr/bin/env node
"use strict";
// Starts the program of the package that npm installed for this platform.

const { spawn } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

const own = require("./package.json");
const platform = `${process.platform}-${process.arch}`;
const packages = Object.keys(own.optionalDependencies);
const name = packages.find((name) => name.endsWith(`/${platform}`));

function fail(text) {
  process.stderr.write(`${own.name}: ${text}\n`);
  process.exit(2);
}

function locate() {
  if (name === undefined) {
    const known = packages.map((name) => name.split("/")[1]).join(", ");
    fail(`there is no package for ${platform}; there are for ${known}`);
  }
  const file = process.platform === "win32" ? `${own.name}.exe` : own.name;
  try {
    return require.resolve(`${name}/${file}`);
  } catch {
    const musl = process.platform === "linux" && !process.report.getReport().header.glibcVersionRuntime;
    return fail(
      musl
        ? "this system has musl, and the ONNX Runtime library needs glibc; use the container image, or a system with glibc"
        : `the package ${name} is not installed; install ${own.name} again without --omit=optional or --no-optional`,
    );
  }
}

// The packages that npx was asked for, if this one lies in its cache: names, URLs, or absolute paths of files.
function askedOfNpx() {
  const cache = path.join(__dirname, "..", "..");
  if (!cache.split(path.sep).includes("_npx")) return undefined;
  try {
    const { _npx, dependencies } = JSON.parse(fs.readFileSync(path.join(cache, "package.json"), "utf8"));
    return Object.entries(dependencies).map(([name, wanted]) => {
      if (wanted.startsWith("file:")) return path.resolve(cache, wanted.slice("file:".length));
      const isOf = (asked) => asked === name || asked.startsWith(`${name}@`);
      return _npx.packages.find(isOf) ?? (wanted.includes(":") ? wanted : `${name}@${wanted}`);
    });
  } catch {
    return [own.name]; // an older npx writes less down
  }
}

// The command that starts this program again, also after an upgrade: the program writes it into the files of AI clients. A path in
// npx's cache would not last, and on Windows a client cannot start npm's .cmd files without a shell.
function command() {
  const isWindows = process.platform === "win32";
  const asked = askedOfNpx();
  if (asked === undefined) return isWindows ? [process.execPath, __filename] : [path.resolve(process.argv[1])];
  const isName = asked.length === 1 && (asked[0] === own.name || asked[0].startsWith(`${own.name}@`));
  const what = isName ? asked : [...asked.map((spec) => `--package=${spec}`), own.name];
  return [...(isWindows ? ["cmd", "/c"] : []), "npx", "-y", ...what];
}

const child = spawn(locate(), process.argv.slice(2), {
  stdio: "inherit",
  env: { ...process.env, CW_ORCHESTRATOR_COMMAND: process.env.CW_ORCHESTRATOR_COMMAND || JSON.stringify(command()) },
});
child.on("error", (error) => fail(`the program cannot be started: ${error.message}`));
// Ctrl-C reaches the child by itself, as part of this terminal's group; what is sent to this process alone is passed on.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  });
}
child.on("exit", (code, signal) => {
  process.exit(signal === null ? code : 128 + (os.constants.signals[signal] ?? 0));
});
