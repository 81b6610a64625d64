"""The records that tasks are about, laid over the drawn ones: tickets of known numbers, an agreement, devices, appointments."""
import datetime

from . import business, desk


def lay(build):
    tickets(build)
    time_and_schedule(build)
    build.add("/company/configurations", 250, name="BLUE-SRV-01",
              type=ref(build, "/company/configurations/types", "ConfigurationTypeReference", "Server"),
              company=build.ref("CompanyReference", company(build, "Blue Yonder Airlines")), activeFlag=True,
              serialNumber="SN200417",
              warrantyExpirationDate="2026-12-31T00:00:00Z",
              status=build.ref("ConfigurationStatusReference",
                               build.named("/company/configurations/statuses", description="Active")))
    build.named("/finance/agreements", name="Managed Services - Proseware").update(cancelledFlag=False, agreementStatus="Active")
    for name in ["Managed Services - Contoso Ltd", "Block Hours - Contoso Ltd"]:
        build.named("/finance/agreements", name=name).update(cancelledFlag=False, agreementStatus="Active")


def company(build, name):
    return build.named("/company/companies", name=name)


def ref(build, path, schema, name):
    return build.ref(schema, build.named(path, name=name))


def member(build, identifier):
    return build.named("/system/members", identifier=identifier)


# Number, company, board, status, priority's order, owner, summary.
TICKETS = [
    (48211, "Trey Research", "Help Desk", "In Progress", 3, "rpatel", "Accounting package will not open"),
    (48220, "Fourth Coffee", "Help Desk", "Waiting on Customer", 3, "dlee", "Till does not print receipts"),
    (48215, "Alpine Ski House", "Help Desk", "In Progress", 2, "obrien", "Lift gate tablets lose the network"),
    (48230, "Bellows College", "Onsite Visits", "Requested", 3, "awalker", "Install access points in the library"),
    (48240, "VanArsdel", "Help Desk", "In Progress", 3, "jdoe", "Reset password for the plotter account"),
    (48241, "Nod Publishers", "Help Desk", "New", 3, "mgarcia", "Proofing station has no colour profile"),
    (48242, "Munson's Pickles", "Network Operations", "Investigating", 3, "lchen", "Brine room sensor offline"),
    (48243, "Fincher Architects", "Help Desk", "Assigned", 3, "tnguyen", "Switch in the model shop drops ports"),
    (48251, "Southridge Video", "Help Desk", "Assigned", 2, "zali", "UPS in the edit suite is leaking"),
    (48252, "Southridge Video", "Help Desk", "Assigned", 3, "zali", "Edit suite speakers hum"),
]
# What was cut to several: company, board, status, owner; one ticket of each.
SEVERAL = [
    (48261, "Lamna Healthcare", "Alerts", "Received", "pkowalski"), (48262, "Lamna Healthcare", "Alerts", "Received", "pkowalski"),
    (48263, "Lamna Healthcare", "Alerts", "Received", "lchen"), (48264, "Lamna Healthcare", "Alerts", "Acknowledged", "lchen"),
    (48265, "Lamna Healthcare", "Network Operations", "New", "lchen"), (48271, "Relecloud", "Help Desk", "Assigned", "jdoe"),
    (48272, "Relecloud", "Help Desk", "In Progress", "jdoe"), (48273, "Relecloud", "Help Desk", "Assigned", "dlee"),
    (48274, "Relecloud", "Help Desk", "Closed", "jdoe"),
]


def tickets(build):
    kept = build.store.records["/service/tickets"]
    for number, company_name, board, status, order, owner, summary in TICKETS:
        again(build, kept, number, company_name, board, status, owner=owner, order=order, summary=summary)
    for number, company_name, board, status, owner in SEVERAL:
        again(build, kept, number, company_name, board, status, owner=owner, order=3, summary=f"Alert {number} needs a look")


def again(build, kept, number, company_name, board, status, owner, order, summary):
    """Makes a ticket anew under its number, without the notes that it had."""
    del kept[number]
    notes = build.store.records["/service/tickets/{parentId}/notes"]
    for note in [note for note in notes.values() if note["ticketId"] == number]:
        del notes[note["id"]]
    entries = build.store.records["/time/entries"]
    for entry in [entry for entry in entries.values() if entry["chargeToId"] == number]:
        del entries[entry["id"]]
    appointments = build.store.records["/schedule/entries"]
    for entry in [entry for entry in appointments.values() if entry["objectId"] == number]:
        del appointments[entry["id"]]
    desk.ticket(build, number, 12, company(build, company_name), build.named("/service/boards", name=board), status,
                summary=summary,
           owner=build.ref("MemberReference", member(build, owner)),
                priority=build.ref("PriorityReference", build.named("/service/priorities", sortOrder=order)))


def time_and_schedule(build):
    tickets_ = build.store.records["/service/tickets"]
    for identifier, days, hour, hours in [("rpatel", 40, 9, 1.5), ("rpatel", 11, 13, 0.75), ("dlee", 9, 10, 2.0)]:
        business.time_entry(build, tickets_[48211], member(build, identifier), business.moment(build, days, hour), hours,
                            "Reinstalled the package")
    for text in ["Customer says it worked on Monday.", "Vendor confirms a known fault."]:
        build.add("/service/tickets/{parentId}/notes", 8, ticketId=48211, text=text, detailDescriptionFlag=True,
                  internalAnalysisFlag=False, resolutionFlag=False)
    day = datetime.datetime(2026, 12, 3, 9, 0, tzinfo=datetime.timezone.utc)
    for hours in (0, 4):
        business.schedule_entry(build, tickets_[48220], member(build, "dlee"), day + datetime.timedelta(hours=hours), 2)
    # A time entry on a code, that one task deletes.
    code = build.named("/time/chargeCodes", name="Training")
    build.add("/time/entries", 3, id=9105, chargeToId=code["id"], chargeToType="ChargeCode",
              member=build.ref("MemberReference", member(build, "zali")),
              timeStart="2026-11-24T13:00:00Z", timeEnd="2026-11-24T14:00:00Z", actualHours=1.0, billableOption="NoCharge",
              notes="Entered twice", status="Open")
