"""MCPB: a bundle that hosts such as Claude Desktop install by a click. One a platform: the format knows systems and no processors."""
import json

from . import packed
from .asked import ASKED
from .parts import copy_into
from .project import Failure


def make(project, platform, parts, work, out):
    server = work / "server"
    server.mkdir()
    copy_into(parts, server)
    entry = f"server/{platform.executable}"
    option = lambda variable: variable.lower()
    manifest = {
        "manifest_version": "0.3", "name": project.name, "display_name": project.title, "version": project.version,
        "description": project.description, "author": {"name": f"the {project.name} authors"}, "license": project.licence,
        "server": {
            "type": "binary", "entry_point": entry,
            "mcp_config": {
                "command": "${__dirname}/" + entry, "args": ["serve"],
                "env": {variable: "${user_config." + option(variable) + "}" for variable in ASKED},
            },
        },
        "tools_generated": True,
        "user_config": {
            option(variable): {"type": "string", "title": title, "description": description, "required": False, "sensitive": secret,
                               "default": ""}
            for variable, (title, description, secret) in ASKED.items()
        },
        "compatibility": {"platforms": [platform.mcpb]},
    }
    if project.repository:
        manifest["repository"] = {"type": "git", "url": project.repository}
    if not (work / entry).is_file():
        raise Failure(f"{entry} is missing in the bundle")
    (work / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return [packed.zip_(work, out / f"{project.name}-{project.version}-{platform.npm_os}-{platform.npm_cpu}.mcpb", quick=project.quick)]
