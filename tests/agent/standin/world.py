"""The state that every task begins with: an MSP's records. What tasks are about is laid down last, on top of what was drawn."""
from . import business, desk, planted
from .builder import Builder

PARTS = [desk.lists, desk.members, desk.boards, desk.companies, desk.tickets, business.all_parts, planted.lay]


def world():
    build = Builder()
    for part in PARTS:
        part(build)
    return build.store
