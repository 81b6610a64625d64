"""The folder that every package carries: the program, `models` beside it, and the licences of all that is in it."""
import os
import shutil
import subprocess
import sys

from .notices import third_party
from .project import ROOT, Failure

GLIBC = "2.28"  # what the pinned ONNX Runtime library needs


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
    fetch = [sys.executable, str(ROOT / "scripts" / "fetch_model.py"), "--platform", platform.models,
             "--dest", str(models_of(project, platform))]
    if subprocess.run(fetch).returncode:
        raise Failure("the model could not be fetched; see the line above")
    models = folder / "models"
    models.mkdir()
    for file in sorted(models_of(project, platform).iterdir()):
        if file.is_file():
            shutil.copyfile(file, models / file.name)
    for name in ["NOTICE", "LICENSE-MIT", "LICENSE-APACHE"]:
        shutil.copyfile(ROOT / name, folder / name)
    (folder / "THIRD-PARTY-LICENSES.txt").write_text(third_party(platform), encoding="utf-8")
    return folder


def models_of(project, platform):
    """Where the model and the library of a platform are kept between two runs."""
    return project.target / "package-models" / platform.models


def copy_into(parts, folder):
    """Copies the parts into a folder that exists; links, where the disk can, since they are 80 MB."""
    for path in sorted(parts.rglob("*")):
        to = folder / path.relative_to(parts)
        if path.is_dir():
            to.mkdir(exist_ok=True)
            continue
        try:
            os.link(path, to)
        except OSError:
            shutil.copy2(path, to)
