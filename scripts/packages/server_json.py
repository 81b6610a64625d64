"""server.json: what the registry of MCP servers is told. It names the packages on npm and PyPI, and bundles by their hashes."""
import hashlib
import json

from .asked import ASKED

SCHEMA = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"


def make(project, out, releases, say):
    """Writes server.json for the packages in `out`, of whichever platforms; `releases` is the URL that the bundles are published below,
    if that is known."""
    started = {
        "version": project.version, "transport": {"type": "stdio"}, "packageArguments": [{"type": "positional", "value": "serve"}],
        "environmentVariables": [
            {"name": name, "description": f"{title}: {description}", "isRequired": False, "isSecret": secret}
            for name, (title, description, secret) in ASKED.items()
        ],
    }
    packages = [{"registryType": registry, "identifier": project.name, **started} for registry in ["npm", "pypi"]]
    bundles = sorted(out.glob(f"{project.name}-{project.version}-*.mcpb"))
    if not releases and project.repository:
        releases = f"{project.repository.removesuffix('/')}/releases/download/v{project.version}"
    if bundles and not releases:
        say("server.json names no bundle, since Cargo.toml has no `repository`; say with --releases where they are published")
    elif bundles:
        # A bundle asks for its settings itself, and brings its arguments.
        packages += [{"registryType": "mcpb", "identifier": f"{releases.removesuffix('/')}/{bundle.name}", "version": project.version,
                      "fileSha256": hashlib.sha256(bundle.read_bytes()).hexdigest(), "transport": {"type": "stdio"}}
                     for bundle in bundles]
    server = {"$schema": SCHEMA, "name": project.mcp_name, "title": project.title, "description": project.description,
              "version": project.version, "packages": packages}
    if project.repository.startswith("https://github.com/"):
        server["repository"] = {"url": project.repository, "source": "github"}
    path = out / "server.json"
    path.write_text(json.dumps(server, indent=2) + "\n", encoding="utf-8")
    return [path]
