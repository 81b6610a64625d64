"""npm: a launcher, and one package a platform as its optional dependency, of which npm installs the one that fits.

No package runs a script when it is installed. The launcher starts the program beside it and passes its signals and exit code on.
"""
import json
import shutil
from pathlib import Path

from . import packed
from .parts import copy_into
from .project import PLATFORMS, ROOT

LAUNCHER = Path(__file__).parent / "launcher.js"


def make(project, platform, parts, work, out):
    common = {"version": project.version, "license": project.licence}
    if project.repository:
        common["repository"] = {"type": "git", "url": project.repository}

    of_platform = work / "platform"
    of_platform.mkdir()
    copy_into(parts, of_platform)
    own = {
        "name": name_of(project, platform), "description": f"{project.name} for {platform.npm_os} {platform.npm_cpu}", **common,
        "os": [platform.npm_os], "cpu": [platform.npm_cpu],
        # Without it a system with musl would get a program that cannot start.
        **({"libc": ["glibc"]} if platform.os == "linux" else {}),
        "preferUnplugged": True,
    }
    write(of_platform, own)

    main = work / "main"
    main.mkdir()
    shutil.copyfile(LAUNCHER, main / "launcher.js")
    for name in ["README.md", "NOTICE", "LICENSE-MIT", "LICENSE-APACHE"]:
        shutil.copyfile(ROOT / name, main / name)
    write(main, {
        "name": project.name, "description": project.description, **common, "mcpName": project.mcp_name,
        "bin": {project.name: "launcher.js"}, "engines": {"node": ">=18"},
        "optionalDependencies": {name_of(project, other): project.version for other in PLATFORMS},
    })
    # As `npm pack` names and lays out its files.
    pack = lambda folder, name: packed.tar(folder, out / f"{name}-{project.version}.tgz", "package", "gz")
    return [pack(main, project.name), pack(of_platform, own["name"].removeprefix("@").replace("/", "-"))]


def name_of(project, platform):
    return f"{project.npm_scope}/{platform.npm_os}-{platform.npm_cpu}"


def write(folder, package):
    (folder / "package.json").write_text(json.dumps(package, indent=2) + "\n", encoding="utf-8")
