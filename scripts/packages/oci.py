"""An OCI image from scratch: the program, its models, and of a system only the libraries that both load and the certificates."""
import re
import shutil
import subprocess
from pathlib import Path

from .parts import copy_into
from .project import Failure, this_target

DOCKERFILE = Path(__file__).parent / "Dockerfile"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
BUILDERS = ["buildah", "podman", "docker"]


def lacking(platform):
    if platform.os != "linux":
        return f"it is for Linux, and {platform.target} is not"
    if platform.target != this_target():
        return f"it takes its system's libraries from the machine it is made on; make it on {platform.target}"
    return None if builder() else f"none of {', '.join(BUILDERS)} is installed"


def builder():
    return next((name for name in BUILDERS if shutil.which(name)), None)


def command(program, storage):
    """How a builder is called that keeps what it makes in a folder of its own. docker has none; it asks a daemon."""
    if program == "docker":
        return ["docker"]
    return [program, "--root", str(storage / "root"), "--runroot", str(storage / "run"), "--storage-driver", "vfs"]


def make(project, platform, parts, work, out):
    lay_out(project, parts, work / "context")
    path = out / f"{project.name}-{project.version}-{platform.npm_os}-{platform.npm_cpu}-image.tar"
    path.unlink(missing_ok=True)
    tag = f"{project.name}:{project.version}"
    program = builder()
    tool = command(program, work / "storage")
    # chroot: of the ways to isolate a step the one that needs no rights, and no step here runs anything.
    options = [] if program == "docker" else ["--isolation", "chroot"]
    run([*tool, "build", "--quiet", *options, "--build-arg", f"MCP_NAME={project.mcp_name}", "--tag", tag, str(work / "context")])
    if program == "docker":
        run([*tool, "save", "--output", str(path), tag])
    elif program == "buildah":
        run([*tool, "push", "--quiet", tag, f"oci-archive:{path}:{tag}"])
    else:
        run([*tool, "save", "--quiet", "--format", "oci-archive", "--output", str(path), tag])
    return [path]


def lay_out(project, parts, folder):
    """Makes the folder that the Dockerfile is built in."""
    program = folder / "root/opt" / project.name
    program.mkdir(parents=True)
    copy_into(parts, program)
    for library in libraries([parts / project.name, *sorted((parts / "models").glob("lib*.so*"))]):
        to = folder / "root" / library.relative_to("/")
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(library, to)  # what a link leads to, under the name it is loaded by
        to.chmod(0o755)
        notice(library, folder / "root/usr/share/doc")
    if not CERTIFICATES.is_file():
        raise Failure(f"{CERTIFICATES} is missing (Debian: package ca-certificates)")
    to = folder / "root" / CERTIFICATES.relative_to("/")
    to.parent.mkdir(parents=True)
    shutil.copyfile(CERTIFICATES, to)
    (folder / "root/tmp").mkdir()
    (folder / "root/tmp").chmod(0o1777)
    (folder / "data").mkdir()
    shutil.copyfile(DOCKERFILE, folder / "Dockerfile")


def libraries(programs):
    """The paths by which the loader finds what the programs are linked to, its own included."""
    found = set()
    for program in programs:
        listed = subprocess.run(["ldd", str(program)], capture_output=True, text=True)
        if listed.returncode:
            raise Failure(f"ldd cannot read {program.name}: {listed.stderr.strip()}")
        if missing := re.search(r"^\s*(\S+) => not found", listed.stdout, re.M):
            raise Failure(f"this machine lacks {missing.group(1)}, which {program.name} is linked to; install it")
        found.update(re.findall(r"(/\S+) \(0x", listed.stdout))
    return sorted(map(Path, found))


def notice(library, folder):
    """Copies the licence of the Debian package that a library is of; elsewhere there is none to copy."""
    if not shutil.which("dpkg"):
        return
    for path in [library, library.resolve(), Path("/usr") / library.resolve().relative_to("/")]:
        owner = subprocess.run(["dpkg", "-S", str(path)], capture_output=True, text=True)
        name = owner.stdout.split(":")[0]
        text = Path("/usr/share/doc") / name / "copyright"
        if not owner.returncode and text.is_file():
            (folder / name).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(text, folder / name / "copyright")
            return


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Failure(f"{command[0]} failed: " + (done.stderr.strip().splitlines() or ["no message"])[-1])
