"""Archives whose bytes depend on their content alone: sorted names, one time, no owner."""
import gzip
import lzma
import os
import shutil
import subprocess
import tarfile
import zipfile

from .project import Failure

# 1 January 2020. Zip knows no time before 1980, and the program hashes 60 MB at each start where a file's time is 0.
TIME = 1577836800
ZIP_TIME = (2020, 1, 1, 0, 0, 0)


def files_of(folder):
    """Pairs of each file and its name in the archive, sorted, with `/`."""
    return [(path, path.relative_to(folder).as_posix()) for path in sorted(folder.rglob("*")) if path.is_file()]


def is_program(path):
    return os.access(path, os.X_OK)


def tar(folder, out, prefix, compression, quick=False):
    """Packs a folder under `prefix`; `compression` is `gz` or `xz`, and weak where it is to be `quick`."""
    part = out.with_name(out.name + ".part")
    with part.open("wb") as file, compressed(file, compression, quick) as stream, \
            tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, name in files_of(folder):
            info = tarfile.TarInfo(f"{prefix}/{name}" if prefix else name)
            info.size, info.mtime, info.mode = path.stat().st_size, TIME, 0o755 if is_program(path) else 0o644
            with path.open("rb") as content:
                archive.addfile(info, content)
    if compression == "gz" and not quick:
        squeeze("advdef", part)
    os.replace(part, out)
    return out


def compressed(file, compression, quick):
    if compression == "gz":
        return gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=1 if quick else 9, mtime=0)
    return lzma.LZMAFile(file, "wb", preset=0 if quick else 6)


def zip_(folder, out, prefix="", quick=False):
    part = out.with_name(out.name + ".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, name in files_of(folder):
            add(archive, f"{prefix}/{name}" if prefix else name, path.read_bytes(), is_program(path), quick)
    os.replace(part, out)
    return out


def squeezes():
    """Whether what is packed for npm and PyPI comes out as small as it can."""
    return bool(shutil.which("advdef") and shutil.which("advzip"))


def squeeze(tool, file):
    """Compresses anew what gzip or zip holds, with a better search for the same format: 2 % less, a megabyte of a package.

    It takes a minute, so only what npm and PyPI bring to everybody is worth it.
    """
    if squeezes():
        run = subprocess.run([tool, "--recompress", "--quiet", "-3", str(file)], capture_output=True, text=True)
        if run.returncode:
            raise Failure(f"{tool} could not compress {file.name} anew: {(run.stderr or run.stdout).strip()}")


def add(archive, name, data, executable=False, quick=False):
    """Adds one file to an open zip archive."""
    info = zipfile.ZipInfo(name, ZIP_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = (0o100755 if executable else 0o100644) << 16
    archive.writestr(info, data, compresslevel=1 if quick else 9)
