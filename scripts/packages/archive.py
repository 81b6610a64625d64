"""An archive for each platform, with an installer that copies the parts and puts the command on the PATH."""
import shutil
from pathlib import Path

from . import packed
from .parts import copy_into

HERE = Path(__file__).parent


def make(project, platform, parts, work, out):
    copy_into(parts, work)
    name = f"{project.name}-{project.version}-{platform.target}"
    if platform.os == "windows":
        shutil.copyfile(HERE / "install.ps1", work / "install.ps1")
        return [packed.zip_(work, out / f"{name}.zip", name, project.quick)]
    shutil.copyfile(HERE / "install.sh", work / "install.sh")
    (work / "install.sh").chmod(0o755)
    return [packed.tar(work, out / f"{name}.tar.xz", name, "xz", project.quick)]
