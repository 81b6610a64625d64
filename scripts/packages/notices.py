"""The licences of the crates that are linked into the program."""
import json
import re
import subprocess
from pathlib import Path

from .project import ROOT, Failure

# What crates call the files with their licences.
FILE = re.compile(r"^(licen[cs]e|copying|notice|unlicense|copyright)", re.I)


def third_party(platform):
    """One text: each crate with its version and licence, then each text of a licence once, with the crates that it is of."""
    run = subprocess.run(["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", platform.target],
                         cwd=ROOT, capture_output=True, text=True)
    if run.returncode:
        raise Failure("cargo cannot list the crates: " + (run.stderr.strip().splitlines() or ["no message"])[-1])
    metadata = json.loads(run.stdout)
    packages = {package["id"]: package for package in metadata["packages"]}
    linked = sorted((packages[id] for id in reached(metadata["resolve"])), key=lambda p: (p["name"], p["version"]))
    texts = {}
    for package in linked:
        for file in licence_files(package):
            text = file.read_text(encoding="utf-8", errors="replace").strip()
            texts.setdefault(text, []).append(f"{package['name']} {package['version']}")
    lines = ["The program is linked from these crates, each under its licence, and from Rust's standard library (MIT OR Apache-2.0, copyright",
             "The Rust Project Contributors). The texts of the licences follow.", ""]
    lines += [f"{p['name']} {p['version']}  {p['license'] or 'see its file'}" for p in linked]
    for text, crates in texts.items():
        lines += ["", "-" * 80, ", ".join(sorted(set(crates))), "", text]
    return "\n".join(lines) + "\n"


def licence_files(package):
    """The files with a crate's licence; of one that brings a library in C, those of that too, in its folders."""
    folder = Path(package["manifest_path"]).parent
    files = [file for file in sorted(folder.rglob("*") if package["links"] else folder.iterdir())
             if file.is_file() and FILE.match(file.name)]
    # Where a folder has both, COPYING is the licence that may be chosen instead (zstd: the GPL).
    licensed = {file.parent for file in files if file.name.lower().startswith(("licence", "license"))}
    return [file for file in files if not (file.name.lower().startswith("copying") and file.parent in licensed)]


def reached(resolve):
    """The ids of the packages that the program is linked from: no tools of the build, nothing that only tests use, not itself."""
    nodes = {node["id"]: node for node in resolve["nodes"]}
    seen, left = set(), [resolve["root"]]
    while left:
        for dependency in nodes[left.pop()]["deps"]:
            is_linked = any(kind["kind"] is None for kind in dependency["dep_kinds"])
            if is_linked and dependency["pkg"] not in seen:
                seen.add(dependency["pkg"])
                left.append(dependency["pkg"])
    return seen
