"""The addresses that the API puts into records: `_info` of each reference, and of a record its child lists."""
from .collections import BY_PATH, COLLECTIONS, REFERRED
from .schemas import members
from .store import parent_of


def linked(store, collection, record, base):
    """A copy of a record with the addresses of what it refers to."""
    shown = dict(record)
    for name, type_ in members(collection.schema).items():
        value = shown.get(name)
        if type_.kind == "ref" and value and type_.schema in REFERRED:
            shown[name] = with_address(store, name, type_.schema, value, base)
        elif type_.kind == "list" and type_.item.kind == "ref" and type_.item.schema in REFERRED and value:
            shown[name] = [with_address(store, name, type_.item.schema, item, base) for item in value]
    children = {f"{child.path.rsplit('/', 1)[1]}_href": base + child.path.replace("{parentId}", str(record["id"]))
                for child in COLLECTIONS if child.parent_path == collection.path}
    shown["_info"] = {**record["_info"], **children}
    return shown


def with_address(store, name, schema, value, base):
    target = BY_PATH[REFERRED[schema]]
    path = target.path
    if target.parent:
        held = store.records[path].get(value["id"])
        path = path.replace("{parentId}", str(parent_of(target, held)) if held else "0")
    return {**value, "_info": {f"{name}_href": f"{base}{path}/{value['id']}"}}
