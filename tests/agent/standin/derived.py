"""What the server works out itself: closed or not, hours, prices, whom a time entry is for."""
from .collections import BY_PATH, CLOSED_BY, REFERRED
from .conditions import parse_date
from .faults import Refusal, wrong
from .schemas import members
from .values import MISSING, UNKNOWN

NOTE_FLAGS = ("detailDescriptionFlag", "internalAnalysisFlag", "resolutionFlag")
CHARGED = {"ServiceTicket": "/service/tickets", "ProjectTicket": "/project/tickets", "ChargeCode": "/time/chargeCodes",
           "Activity": "/sales/activities"}


def made(store, collection, record):
    """What a create needs beyond members that are there, and fills in."""
    path = collection.path
    if path == "/service/tickets":
        record.setdefault("recordType", "ServiceTicket")
        sites = store.of_parent("/company/companies/{parentId}/sites", record["company"]["id"])
        record.setdefault("site", next((store.reference("SiteReference", site) for site in sites), None))
    elif path == "/service/tickets/{parentId}/notes":
        if not any(record.get(name) for name in NOTE_FLAGS):
            raise wrong(collection.noun, [(MISSING, "Please choose where to display the notes in order to save this record.",
                                           NOTE_FLAGS[0])])
        record.update(dateCreated=store.stamp(), createdBy="api")
    elif path in ("/company/companies", "/system/members"):
        taken = record["identifier"].lower()
        if any(other["identifier"].lower() == taken for other in store.records[path].values()):
            raise Refusal(409, "ObjectExists", f"{collection.noun} with identifier {record['identifier']} already exists.")
    elif path == "/time/entries":
        record.update(enteredBy="api", dateEntered=store.stamp(), status="Open")
        record.setdefault("billableOption", "Billable")
    elif path == "/project/tickets":
        project = store.records["/project/projects"][record["project"]["id"]]
        record.update({name: project[name] for name in ("company", "board") if record.get(name) is None and project.get(name)})
    elif path == "/finance/agreements":
        record.setdefault("agreementStatus", "Active")
    elif path == "/procurement/purchaseorders":
        record.setdefault("poNumber", f"PO-{4000 + len(store.records[path]) + 1}")
        record.setdefault("poDate", store.stamp())


def derive(store, collection, record, before):
    """Members that follow from others, after a create or a change."""
    path = collection.path
    if path in CLOSED_BY:
        close(store, collection, record, before)
    if path == "/time/entries":
        charge(store, collection, record, before)
    if path == "/finance/agreements/{parentId}/additions":
        amount = record.get("quantity") or 0
        record.update(extPrice=round(amount * (record.get("unitPrice") or 0), 2),
                      extCost=round(amount * (record.get("unitCost") or 0), 2))
    if path == "/company/contacts/{parentId}/communications":
        kind = store.records["/company/communicationTypes"][record["type"]["id"]]
        record["communicationType"] = "Email" if kind.get("emailFlag") else "Fax" if kind.get("faxFlag") else "Phone"
    if path == "/finance/agreements":
        cancelled = record.get("cancelledFlag")
        record["agreementStatus"] = "Cancelled" if cancelled else before.get("agreementStatus", "Active")


def close(store, collection, record, before):
    member, flag = CLOSED_BY[collection.path]
    if not record.get(member):
        return
    path = REFERRED[members(collection.schema)[member].schema]
    closed = bool(store.records[path][record[member]["id"]].get(flag))
    if closed and not before.get("closedFlag"):
        dates = {"closedDate": store.stamp(), "closedBy": "api", "dateClosed": store.stamp()}
        record.update({name: value for name, value in dates.items() if name in members(collection.schema)})
    if not closed:
        for name in ("closedDate", "closedBy", "dateClosed"):
            record.pop(name, None)
    record["closedFlag"] = closed


def charge(store, collection, record, before):
    """The hours of a time entry, and the ticket or code that it is charged to."""
    start, end = record["timeStart"], record.get("timeEnd")
    if end:
        if parse_date(end) <= parse_date(start):
            raise wrong(collection.noun, [("InvalidValue", "timeEnd must be after timeStart.", "timeEnd")])
        # The times count, whatever hours are given with them.
        minutes = (parse_date(end) - parse_date(start)).total_seconds() / 60
        record["actualHours"] = round(minutes / 60 - (record.get("hoursDeduct") or 0), 2)
    path = CHARGED[record["chargeToType"]]
    target = store.records[path].get(record["chargeToId"])
    if target is None:
        raise wrong(collection.noun, [(UNKNOWN, f"chargeToId {record['chargeToId']} was not found.", "chargeToId")])
    if path in ("/service/tickets", "/project/tickets"):
        record["company"] = target["company"]
        record["ticket"] = {"id": target["id"], "summary": target["summary"]}
        hours = record["actualHours"] - (before.get("actualHours") or 0)
        target["actualHours"] = round((target.get("actualHours") or 0) + hours, 2)
    if BY_PATH[path].schema == "ChargeCode" and target.get("company"):
        record.setdefault("company", target["company"])
