"""What every package says of the project, from Cargo.toml, and the platforms that there are packages for."""
import json
import platform as machine
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
GLIBC = "2.28"  # what the pinned ONNX Runtime library needs


class Failure(Exception):
    """What went wrong and what to do about it, for whoever makes the packages."""


@dataclass(frozen=True)
class Project:
    name: str
    title: str         # as clients show it to people
    version: str
    licence: str       # an SPDX expression
    description: str   # at most 100 characters, which the registry of MCP servers takes
    repository: str    # URL, or nothing while it has none
    npm_scope: str     # of the packages for a platform, with its @
    mcp_name: str      # in the registry of MCP servers: namespace/name
    target: Path       # cargo's output
    quick: bool        # packages are compressed weakly, to be tried and not given away; but not those whose size is checked

    @classmethod
    def read(cls, quick=False):
        run = subprocess.run(["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"], cwd=ROOT,
                             capture_output=True, text=True)
        if run.returncode:
            raise Failure("cargo cannot read the project: " + (run.stderr.strip().splitlines() or ["no message"])[-1])
        metadata = json.loads(run.stdout)
        package = next(package for package in metadata["packages"] if Path(package["manifest_path"]).parent == ROOT)
        names = package["metadata"]["packages"]
        if len(package["description"]) > 100:
            raise Failure(f"the description in Cargo.toml has {len(package['description'])} characters, and 100 may be")
        return cls(package["name"], names["title"], package["version"], package["license"], package["description"],
                   package["repository"] or "", names["npm-scope"], names["mcp-name"], Path(metadata["target_directory"]),
                   quick)


@dataclass(frozen=True)
class Platform:
    target: str      # as Rust calls it
    os: str          # as models.toml does: linux, macos, windows
    arch: str        # likewise: x86_64, aarch64
    npm_os: str      # node's process.platform
    npm_cpu: str     # node's process.arch
    wheel_tag: str   # PyPI's tag: the least system that it runs on, with {glibc} where that is the program's
    mcpb: str        # MCPB's name of the system

    @property
    def executable(self):
        return "cw-orchestrator.exe" if self.os == "windows" else "cw-orchestrator"

    @property
    def models(self):
        """The platform as scripts/fetch_model.py takes it."""
        return f"{self.os}-{self.arch}"


# macOS 14 is what the pinned ONNX Runtime library needs (models.toml).
PLATFORMS = [
    Platform("x86_64-unknown-linux-gnu", "linux", "x86_64", "linux", "x64", "manylinux_{glibc}_x86_64", "linux"),
    Platform("aarch64-unknown-linux-gnu", "linux", "aarch64", "linux", "arm64", "manylinux_{glibc}_aarch64", "linux"),
    Platform("x86_64-pc-windows-msvc", "windows", "x86_64", "win32", "x64", "win_amd64", "win32"),
    Platform("x86_64-pc-windows-gnu", "windows", "x86_64", "win32", "x64", "win_amd64", "win32"),
    Platform("aarch64-apple-darwin", "macos", "aarch64", "darwin", "arm64", "macosx_14_0_arm64", "darwin"),
]


def platform_of(target):
    for platform in PLATFORMS:
        if platform.target == target:
            return platform
    raise Failure(f"there are no packages for {target}; there are for {', '.join(p.target for p in PLATFORMS)}")


def least_glibc(program):
    """The newest version of glibc whose symbols a program for Linux asks for, and no older than what the ONNX Runtime library does."""
    versions = re.findall(rb"GLIBC_(\d+)\.(\d+)", program.read_bytes())
    least = tuple(map(int, GLIBC.split(".")))
    return ".".join(map(str, max([least, *((int(major), int(minor)) for major, minor in versions)])))


def this_target():
    """This machine's platform, as Rust calls it."""
    arch = {"amd64": "x86_64", "arm64": "aarch64"}.get(machine.machine().lower(), machine.machine().lower())
    system = {"linux": "unknown-linux-gnu", "darwin": "apple-darwin", "win32": "pc-windows-msvc"}.get(sys.platform, sys.platform)
    return f"{arch}-{system}"
