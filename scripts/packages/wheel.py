"""PyPI: a wheel that holds the program and its models as a Python package, with a command that starts it.

As data files of the wheel the models would become commands of the user's.
"""
import base64
import hashlib
import os
import zipfile
from pathlib import Path

from . import packed
from .project import ROOT, least_glibc

STARTER = Path(__file__).parent / "starter.py"


def make(project, platform, parts, work, out):
    module = project.name.replace("-", "_")
    info = f"{module}-{project.version}.dist-info"
    # pip refuses a wheel whose program could not start.
    glibc = least_glibc(parts / project.name).replace(".", "_") if platform.os == "linux" else ""
    tag = f"py3-none-{platform.wheel_tag.format(glibc=glibc)}"
    path = out / f"{module}-{project.version}-{tag}.whl"
    files = [(f"{module}/__init__.py", STARTER.read_bytes(), False), (f"{module}/__main__.py", MAIN.encode(), False)]
    files += [(f"{module}/{name}", file.read_bytes(), packed.is_program(file)) for file, name in packed.files_of(parts)
              if name not in LICENCES]
    files += [
        (f"{info}/METADATA", metadata(project).encode(), False),
        (f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: scripts/package\nRoot-Is-Purelib: false\nTag: {tag}\n".encode(), False),
        (f"{info}/entry_points.txt", f"[console_scripts]\n{project.name} = {module}:main\n".encode(), False),
        *((f"{info}/licenses/{name}", (parts / name).read_bytes(), False) for name in LICENCES),
    ]
    record = "".join(f"{name},sha256={digest(data)},{len(data)}\n" for name, data, _ in files) + f"{info}/RECORD,,\n"
    part = path.with_name(path.name + ".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data, executable in [*files, (f"{info}/RECORD", record.encode(), False)]:
            packed.add(archive, name, data, executable)
    packed.squeeze("advzip", part)
    os.replace(part, path)
    return [path]


MAIN = '"""`python -m`."""\nfrom . import main\n\nmain()\n'
LICENCES = ["LICENSE-MIT", "LICENSE-APACHE", "NOTICE", "THIRD-PARTY-LICENSES.txt"]


def digest(data):
    """As RECORD has it: URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def metadata(project):
    lines = ["Metadata-Version: 2.4", f"Name: {project.name}", f"Version: {project.version}", f"Summary: {project.description}",
             f"License-Expression: {project.licence}", *(f"License-File: {name}" for name in LICENCES), "Requires-Python: >=3.8"]
    if project.repository:
        lines.append(f"Project-URL: Repository, {project.repository}")
    # The registry of MCP servers takes this line as proof that the package is the server's.
    mark = f"<!-- mcp-name: {project.mcp_name} -->"
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return "\n".join([*lines, "Description-Content-Type: text/markdown", "", mark, "", readme])
