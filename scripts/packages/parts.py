"""The folder that every package carries: the program, `models` beside it, and the licences of all that is in it."""
import hashlib
import os
import shutil
import subprocess
import sys
import tomllib

from .notices import third_party
from .project import GLIBC, ROOT, Failure


def build(project, platform, say):
    """Builds the release program for the platform and returns its path."""
    with_zig = platform.os == "linux" and shutil.which("cargo-zigbuild")
    if platform.os == "linux" and not with_zig:
        say("cargo-zigbuild is not installed: the program will need this machine's glibc or a newer one")
    target = f"{platform.target}.{GLIBC}" if with_zig else platform.target
    command = ["cargo", "zigbuild" if with_zig else "build", "--release", "--locked", "--bin", project.name, "--target", target]
    say("building, about 12 minutes on two cores: " + " ".join(command))
    if subprocess.run(command, cwd=ROOT).returncode:
        raise Failure(f"the build failed; mend what the compiler names (`rustup target add {platform.target}`, if it is not installed)")
    return project.target / platform.target / "release" / platform.executable


def lay_out(project, platform, binary, folder, say):
    """Makes the folder and returns it."""
    if not binary.is_file():
        raise Failure(f"{binary} is no file; build the program, or name it with --binary")
    folder.mkdir(parents=True)
    shutil.copyfile(binary, folder / platform.executable)
    (folder / platform.executable).chmod(0o755)
    models = folder / "models"
    models.mkdir()
    for file in fetched(project, platform):
        shutil.copyfile(file, models / file.name)
    for name in ["NOTICE", "LICENSE-MIT", "LICENSE-APACHE"]:
        shutil.copyfile(ROOT / name, folder / name)
    (folder / "THIRD-PARTY-LICENSES.txt").write_text(third_party(platform), encoding="utf-8")
    return folder


def fetched(project, platform):
    """The pinned files of the model and the library of a platform, kept between two runs. Of the checkout's own those that it shares
    are taken; each is compared with its hash."""
    pins = tomllib.loads((ROOT / "models" / "models.toml").read_text(encoding="utf-8"))
    runtimes = [runtime for runtime in pins["runtime"] if (runtime["os"], runtime["arch"]) == (platform.os, platform.arch)]
    if not runtimes:
        raise Failure(f"models.toml pins no ONNX Runtime library for {platform.models}; add it there")
    kept = project.target / "package-models" / platform.models
    kept.mkdir(parents=True, exist_ok=True)
    # By name, so that what an older revision left there is in no package.
    pinned = {file["name"]: file["sha256"] for file in [*pins["model"]["file"], *runtimes[0]["file"]]}
    for name, sha256 in pinned.items():
        own = ROOT / "models" / name
        if not is_pinned(kept / name, sha256) and is_pinned(own, sha256):
            (kept / name).unlink(missing_ok=True)
            place(own, kept / name)
    fetch = [sys.executable, str(ROOT / "scripts" / "fetch_model.py"), "--platform", platform.models, "--dest", str(kept)]
    if subprocess.run(fetch).returncode:
        raise Failure("the model could not be fetched; see the line above")
    return [kept / name for name in pinned]


def is_pinned(file, sha256):
    return file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == sha256


def copy_into(parts, folder):
    """Copies the parts into a folder that exists."""
    for path in sorted(parts.rglob("*")):
        to = folder / path.relative_to(parts)
        if path.is_dir():
            to.mkdir(exist_ok=True)
        else:
            place(path, to)


def place(file, to):
    """Copies a file; links it, where the disk can, since the parts are 80 MB."""
    try:
        os.link(file, to)
    except OSError:
        shutil.copy2(file, to)
