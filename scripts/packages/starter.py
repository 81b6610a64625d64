"""Starts the program that lies in this package."""
import json
import os
import sys

NAME = "cw-orchestrator"


def command():
    """The command that starts this program again, also after an upgrade: the program writes it into the files of AI clients.

    A path in the cache of uvx or pipx would not last.
    """
    folders = os.path.normpath(sys.prefix).split(os.sep)
    if "archive-v0" in folders:  # where uv keeps what uvx runs
        return ["uvx", *of_origin("--from"), NAME]
    if "pipx" in folders and ".cache" in folders:
        return ["pipx", "run", *of_origin("--spec"), NAME]
    started = os.path.abspath(sys.argv[0])
    return [started] if os.path.splitext(os.path.basename(started))[0] == NAME else [sys.executable, "-m", __name__]


def of_origin(option):
    """The option with the file, folder or URL that the package was installed from; nothing where an index had it (PEP 610)."""
    # Most starts need none of these, and they take as long as all else here.
    import urllib.parse
    import urllib.request
    from importlib import metadata

    try:
        recorded = json.loads(metadata.distribution(NAME).read_text("direct_url.json") or "{}")
        url = recorded.get("url")
    except (metadata.PackageNotFoundError, AttributeError, OSError, ValueError):
        return []
    if not url:
        return []
    if url.startswith("file:"):
        return [option, urllib.request.url2pathname(urllib.parse.urlsplit(url).path)]
    vcs = recorded.get("vcs_info", {})
    revision = vcs.get("requested_revision")
    return [option, "".join([f"{vcs['vcs']}+" if "vcs" in vcs else "", url, f"@{revision}" if revision else ""])]


def main():
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), NAME + (".exe" if os.name == "nt" else ""))
    os.environ.setdefault("CW_ORCHESTRATOR_COMMAND", json.dumps(command()))
    try:
        if os.name != "nt":
            os.execv(program, [program, *sys.argv[1:]])
        import subprocess  # a third of this script's time, which only Windows needs

        sys.exit(subprocess.run([program, *sys.argv[1:]]).returncode)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        print(f"{NAME}: {program} cannot be started ({error.strerror}); install the package again", file=sys.stderr)
        sys.exit(2)
