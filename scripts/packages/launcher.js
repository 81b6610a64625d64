#!/usr/bin/env node
"use strict";
// Starts the program of the package that npm installed for this platform.

const { spawn } = require("node:child_process");
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

// The command that starts this program again, also after an upgrade: the program writes it into the files of AI clients. A path in
// npx's cache would not last, and on Windows a client cannot start npm's .cmd files without a shell.
function command() {
  const byNpx = process.env.npm_command === "exec" || process.env.npm_lifecycle_event === "npx";
  if (process.platform === "win32") {
    return byNpx ? ["cmd", "/c", "npx", "-y", own.name] : [process.execPath, __filename];
  }
  return byNpx ? ["npx", "-y", own.name] : [path.resolve(process.argv[1])];
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
