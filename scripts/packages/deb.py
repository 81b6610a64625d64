"""A .deb: the parts in /usr/lib, and a link to the program in /usr/bin."""
import shutil
import subprocess

from .parts import copy_into
from .project import Failure, least_glibc

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def lacking(platform):
    if platform.os != "linux":
        return f"it is for Linux, and {platform.target} is not"
    return None if shutil.which("dpkg-deb") else "dpkg-deb is not installed (Debian: package dpkg)"


def make(project, platform, parts, work, out):
    architecture = ARCHITECTURES[platform.arch]
    root = work / "root"
    lib, doc = root / "usr/lib" / project.name, root / "usr/share/doc" / project.name
    for folder in [lib, doc, root / "usr/bin", root / "DEBIAN"]:
        folder.mkdir(parents=True)
    copy_into(parts, lib)
    (root / "usr/bin" / project.name).symlink_to(f"../lib/{project.name}/{project.name}")
    for name in ["NOTICE", "LICENSE-MIT", "LICENSE-APACHE", "THIRD-PARTY-LICENSES.txt"]:
        (lib / name).rename(doc / name)
    (doc / "copyright").write_text(f"{project.name} is licensed under {project.licence}; see LICENSE-MIT and LICENSE-APACHE, NOTICE for\n"
                                   "what others made, and THIRD-PARTY-LICENSES.txt for the crates that it is linked from.\n")
    kilobytes = sum(path.stat().st_size for path in root.rglob("*") if path.is_file()) // 1024
    (root / "DEBIAN/control").write_text(
        f"Package: {project.name}\nVersion: {project.version}\nArchitecture: {architecture}\n"
        f"Maintainer: the {project.name} authors <noreply@localhost>\n"
        # What the ONNX Runtime library asks for; libstdc++6 brings libgcc.
        f"Depends: libc6 (>= {least_glibc(parts / project.name)}), libstdc++6, ca-certificates\n"
        f"Installed-Size: {kilobytes}\nSection: utils\nPriority: optional\nDescription: {project.description}\n")
    path = out / f"{project.name}_{project.version}_{architecture}.deb"
    # xz at its third level: 3 % larger than at its sixth, in two thirds of the time.
    run = subprocess.run(["dpkg-deb", "--root-owner-group", *(["-Zgzip", "-z1"] if project.quick else ["-Zxz", "-z3"]), "--build", str(root), str(path)], capture_output=True, text=True)
    if run.returncode:
        raise Failure("dpkg-deb failed: " + (run.stderr.strip().splitlines() or ["no message"])[-1])
    return [path]
