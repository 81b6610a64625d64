"""Copies of manifests that Prism can serve, for scripts/mock.py.

Each change is one that the specification allows, or that Prism's reading of a request calls for; none of them knows a manifest by its
name. What the program sends is still held against path, parameters and body as the manifest has them, but for what is named here.

benches/operations.rs reads the manifest as it is, and puts the same prefix as `prefix` before the paths it sends to the mock.
"""
import collections
import copy
import re

IGNORED = "headers that the specification says to ignore"  # OpenAPI 3.0.3, Parameter Object, "name"
APART = "paths with a fragment or a verb, each under a prefix of its own"  # Prism takes `#x` for the path, and `:sub` for `:subscribe`
NESTED = "lists and objects within a query parameter, which have no defined form"  # OpenAPI 3.0.3, "Style Values"
NAMELESS = "objects whose members are parameters of any name, which the mock does not see"  # style `form`, exploded, `additionalProperties`
# Prism looks for their members in lower case, and takes an object that is absent for an empty one.
MEMBERS = "exploded objects in the query"
NOT_NULL = "parameters that may be null, which no request can say"  # Prism reads `nullable` lists as text
AS_TEXT = "bodies that are neither JSON nor a form, which Prism holds as text against the schema of what they say"
AS_JSON = "records that are declared as bytes"  # what converters write where no media type was said
LISTS = "lists in forms, whose default style is written out"  # Prism reads a list only where it is
OBJECTS = "objects in forms, which travel as JSON text"  # OpenAPI 3.0.3, "x-www-form-urlencoded Request Bodies"
ANSWERS = "answers of a media type that is none"  # Prism ends at them

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
RESERVED = {"accept", "content-type", "authorization"}
MEDIA_TYPE = re.compile(r"[\w.+*-]+/[\w.+*-]+\s*(;.*)?")
FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}


def prefix(path):
    """What stands before a path in the copy, so that the mock tells it apart: empty where it can without."""
    before, _, fragment = path.partition("#")
    verb = before.rpartition("}")[2] if "}" in before else ""
    mark = fragment + (verb if "/" not in verb else "")
    return "/_" + mark.encode().hex() if mark else ""


def mockable(described):
    """The copy, and how often what of it was changed."""
    return Copier(described).whole()


class Copier:
    def __init__(self, described):
        self.described, self.changes = described, collections.Counter()
        self.is_v3 = "openapi" in described

    def whole(self):
        paths = {}
        for path, item in self.described.get("paths", {}).items():
            apart = prefix(path)
            self.changes[APART] += bool(apart)
            paths[apart + path.partition("#")[0] if apart else path] = self.item(item) if isinstance(item, dict) else item
        return {**self.described, "paths": paths}, +self.changes

    def follow(self, thing):
        """What a reference within the manifest leads to; the thing itself where it is none, or leads nowhere."""
        for _ in range(20):
            if not isinstance(thing, dict) or not isinstance(thing.get("$ref"), str):
                return thing
            found = self.described
            for part in thing["$ref"].removeprefix("#/").split("/"):
                part = part.replace("~1", "/").replace("~0", "~")
                if not isinstance(found, dict) or part not in found:
                    return thing
                found = found[part]
            thing = found
        return thing

    def item(self, item):
        out = dict(item)
        for part, value in item.items():
            # A mock has one address.
            if part == "servers":
                del out[part]
            elif part == "parameters":
                out[part] = self.parameters(value)
            elif part in METHODS and isinstance(value, dict):
                out[part] = self.operation(value)
        return out

    def operation(self, operation):
        out = {key: value for key, value in operation.items() if key != "servers"}
        if "parameters" in out:
            out["parameters"] = self.parameters(out["parameters"])
        body = self.follow(out.get("requestBody"))
        if isinstance(body, dict) and isinstance(body.get("content"), dict):
            out["requestBody"] = {**body, "content": self.body(body["content"])}
        if isinstance(out.get("responses"), dict) and self.is_v3:
            out["responses"] = {status: self.response(response) for status, response in out["responses"].items()}
        return out

    def response(self, response):
        content = (self.follow(response) or {}).get("content") if isinstance(response, dict) else None
        if not isinstance(content, dict) or all(map(MEDIA_TYPE.fullmatch, content)):
            return response
        self.changes[ANSWERS] += 1
        return {**self.follow(response), "content": {name: of for name, of in content.items() if MEDIA_TYPE.fullmatch(name)}}

    def parameters(self, parameters):
        if not isinstance(parameters, list) or not self.is_v3:
            return parameters
        out = []
        for given in parameters:
            parameter = self.follow(given)
            if not isinstance(parameter, dict):
                out.append(given)
            elif parameter.get("in") == "header" and str(parameter.get("name")).lower() in RESERVED:
                self.changes[IGNORED] += 1
            else:
                schema = self.parameter_schema(self.follow(parameter.get("schema")), parameter)
                changed = {} if schema is None else {"schema": schema}
                if parameter.get("required") and self.is_nameless(parameter):
                    self.changes[NAMELESS] += 1
                    changed["required"] = False
                out.append({**parameter, **changed} if changed else given)
        return out

    @staticmethod
    def is_exploded(parameter):
        return (parameter.get("in") == "query" and parameter.get("style", "form") == "form"
                and parameter.get("explode") is not False)

    def is_nameless(self, parameter):
        schema = self.follow(parameter.get("schema"))
        return (self.is_exploded(parameter) and self.kind(schema) == "object"
                and schema.get("additionalProperties", False) is not False)

    def parameter_schema(self, schema, parameter):
        """The schema changed; None where it is left."""
        if not isinstance(schema, dict):
            return None
        out = dict(schema)
        if out.get("nullable") is True:
            self.changes[NOT_NULL] += 1
            del out["nullable"]
        if parameter.get("in") == "query" and self.kind(out) == "array" and self.kind(out.get("items")) in ("object", "array"):
            self.changes[NESTED] += 1
            out["items"] = {}
        if self.is_exploded(parameter) and isinstance(out.get("properties"), dict):
            self.changes[MEMBERS] += 1
            out["properties"] = {name.lower(): of for name, of in out["properties"].items()}
            required = out.pop("required", [])
            if required and parameter.get("required"):
                out["required"] = [name.lower() for name in required]
        return out if out != schema else None

    def kind(self, schema):
        """The type of a schema, as far as it says one: that of the first part of a composition where it has none of its own."""
        for _ in range(5):
            schema = self.follow(schema)
            if not isinstance(schema, dict):
                return None
            if isinstance(schema.get("type"), str):
                return schema["type"]
            if "properties" in schema or "additionalProperties" in schema:
                return "object"
            parts = next((schema[key] for key in ("allOf", "oneOf", "anyOf") if schema.get(key)), None)
            if not parts:
                return "array" if "items" in schema else None
            schema = parts[0]
        return None

    def body(self, content):
        essence = lambda name: name.partition(";")[0].strip().lower()
        schemas = {name: self.follow(of.get("schema")) for name, of in content.items() if isinstance(of, dict)}
        is_record = lambda name: essence(name) == "application/octet-stream" and "properties" in (schemas.get(name) or {})
        if content and all(map(is_record, content)):
            self.changes[AS_JSON] += 1
            return {"application/json": next(iter(content.values()))}
        out = {}
        for name, of in content.items():
            kind = essence(name)
            if not isinstance(of, dict):
                out[name] = of
            elif kind in FORMS:
                out[name] = self.form(of, schemas[name])
            elif "json" in kind or kind in ("", "*/*", "application/*") or not of.get("schema"):
                out[name] = of
            else:
                self.changes[AS_TEXT] += self.kind(schemas[name]) != "string"
                out[name] = {**of, "schema": {"type": "string"}}
        return out

    def form(self, media_type, schema):
        if not isinstance(schema, dict) or not isinstance(schema.get("properties"), dict):
            return media_type
        properties, encoding = dict(schema["properties"]), copy.deepcopy(media_type.get("encoding") or {})
        for name, given in schema["properties"].items():
            kind, own = self.kind(given), encoding.get(name) or {}
            if "style" in own:
                continue
            if kind == "array":
                self.changes[LISTS] += 1
                encoding[name] = {**own, "style": "form", "explode": True, "allowReserved": True}
                items = (self.follow(given) or {}).get("items", {})
                is_nested = self.kind(items) in ("object", "array")
                self.changes[OBJECTS] += is_nested
                # Of a list the mock reads the last value.
                properties[name] = {"type": "array", "items": {"type": "string"} if is_nested else items}
            elif kind == "object":
                self.changes[OBJECTS] += 1
                properties[name] = {"type": "string"}
        return {**media_type, "schema": {**schema, "properties": properties}, **({"encoding": encoding} if encoding else {})}
