"""The lists that records refer to, the people and companies, and the service tickets."""
import datetime

from . import names
from .builder import NOW, iso

TICKETS, FIRST_TICKET = 1400, 48001
CLOSED_AFTER_DAYS = 45  # older tickets are closed, but for one in thirty


def lists(build):
    """The lists that other records refer to."""
    build.add("/system/locations", name="Head Office", locationFlag=True)
    build.add("/system/departments", identifier="Service", name="Service")
    for name, color, order in names.PRIORITIES:
        build.add("/service/priorities", name=name, color=color, sortOrder=order, defaultFlag=order == 3)
    build.list("/service/sources", names.SOURCES)
    build.list("/company/companies/types", names.COMPANY_TYPES, vendorFlag=lambda word: word == "Vendor")
    build.list("/company/companies/statuses", names.COMPANY_STATUSES, inactiveFlag=lambda word: word == "Inactive")
    for word, kind in names.COMMUNICATIONS:
        build.add("/company/communicationTypes", description=word, defaultFlag=word in ("Direct", "Email", "Fax"),
                  **{f"{other}Flag": other == kind for other in ("phone", "fax", "email")})
    build.list("/company/configurations/types", names.CONFIGURATION_TYPES)
    build.list("/company/configurations/statuses", names.CONFIGURATION_STATUSES, member="description")
    build.list("/time/workTypes", names.WORK_TYPES, billTime=lambda word: "NoCharge" if word == "Internal" else "Billable",
               rateType=lambda _: "AdjAmount", rate=lambda _: 0.0)
    build.list("/time/workRoles", names.WORK_ROLES, hourlyRate=lambda _: 140.0)
    build.list("/time/chargeCodes", names.CHARGE_CODES, timeEntryFlag=lambda _: True)
    for name, identifier in names.SCHEDULE_TYPES:
        build.add("/schedule/types", name=name, identifier=identifier, systemFlag=True)
    build.list("/schedule/statuses", names.SCHEDULE_STATUSES)
    build.list("/sales/activities/types", names.ACTIVITY_TYPES)
    build.list("/sales/activities/statuses", names.ACTIVITY_STATUSES, closedFlag=lambda word: word == "Closed")
    build.list("/finance/agreements/types", names.AGREEMENT_TYPES)
    build.list("/sales/opportunities/types", names.OPPORTUNITY_TYPES, member="description")
    build.list("/sales/opportunities/statuses", names.OPPORTUNITY_STATUSES, wonFlag=lambda word: word == "Won",
               lostFlag=lambda word: word == "Lost", closedFlag=lambda word: word != "Open")
    build.list("/sales/stages", names.STAGES)
    build.list("/procurement/purchaseorderstatuses", names.PO_STATUSES, closedFlag=lambda word: word == "Closed")
    build.list("/system/securityroles", ["Admin", "Technician"])
    build.list("/system/myCompany/corporateStructureLevels", ["Corporation", "Territory", "Location"])
    build.list("/procurement/types", ["Hardware", "Software", "Service"])
    build.list("/procurement/subcategories", ["Desktops", "Printers", "Licences"])
    build.list("/project/statuses", names.PROJECT_STATUSES, closedFlag=lambda word: word == "Completed")
    for identifier, description, price, cost in names.CATALOG:
        build.add("/procurement/catalog", identifier=identifier, description=description, customerDescription=description,
                  price=price,
                  cost=cost, productClass="Service" if identifier.startswith("SVC") else "Inventory", inactiveFlag=False)


def members(build):
    for identifier, first, last, title in names.MEMBERS:
        email = f"{identifier}@harborstreet.example"
        build.add("/system/members", identifier=identifier, firstName=first, lastName=last, title=title, licenseClass="F",
                  inactiveFlag=False,
                  officeEmail=email, primaryEmail=email, defaultEmail="Office", defaultPhone="Office",
                  hireDate="2021-03-01T00:00:00Z",
                  hourlyRate=140.0, hourlyCost=62.0, dailyCapacity=8.0)


def boards(build):
    location, department = build.named("/system/locations", name="Head Office"), build.named("/system/departments",
                                                                                             identifier="Service")
    for board_name, (statuses, types, subtypes, items, teams) in names.BOARDS.items():
        board = build.add("/service/boards", name=board_name, projectFlag=board_name in names.PROJECT_BOARDS, inactiveFlag=False,
                          location=build.ref("SystemLocationReference", location),
                          department=build.ref("SystemDepartmentReference", department))
        shown = build.ref("BoardReference", board)
        for at, status in enumerate(statuses):
            build.add("/service/boards/{parentId}/statuses", name=status.rstrip("*"), board=shown, sortOrder=at, defaultFlag=not at,
                      closedStatus=status.endswith("*"), inactive=False, displayOnBoard=not status.endswith("*"))
        for at, word in enumerate(types):
            build.add("/service/boards/{parentId}/types", name=word, board=shown, defaultFlag=not at, inactiveFlag=False)
        for word in subtypes:
            build.add("/service/boards/{parentId}/subtypes", name=word, board=shown, inactiveFlag=False)
        for word in items:
            build.add("/service/boards/{parentId}/items", name=word, board=shown, inactiveFlag=False)
        for at, word in enumerate(teams):
            leader = build.any("/system/members")
            build.add("/service/boards/{parentId}/teams", name=word, boardId=board["id"], defaultFlag=not at,
                      teamLeader=build.ref("MemberReference", leader), members=[leader["id"]])


def companies(build):
    types, statuses = ({record["name"]: record for record in build.store.records[path].values()}
                       for path in ("/company/companies/types", "/company/companies/statuses"))
    every = [(*pair, "Client") for pair in names.COMPANIES] + [(*names.OWN_COMPANY, "Partner")]
    every += [(*pair, "Vendor") for pair in names.VENDORS]
    for at, (name, identifier, kind) in enumerate(every):
        status = "On Hold" if at % 17 == 16 else "Inactive" if at % 23 == 22 else "Active"
        company = build.add("/company/companies", name=name, identifier=identifier, phoneNumber=f"555-{1000 + 13 * at}",
                            website=f"https://{identifier.lower()}.example", city=["Tampa", "Denver", "Portland", "Austin"][at % 4],
                            status=build.ref("CompanyStatusReference", statuses[status]), isVendorFlag=kind == "Vendor",
                            types=[build.ref("CompanyTypeReference", types[kind])], deletedFlag=False)
        shown = build.ref("CompanyReference", company)
        for site in ["Main", "Warehouse"] if at % 3 == 0 else ["Main"]:
            build.add("/company/companies/{parentId}/sites", name=site, company=shown, city=company["city"],
                      primaryAddressFlag=site == "Main",
                      inactiveFlag=False)
        for _ in range(build.chance.randint(2, 4)):
            contact(build, company, build.chance.choice(names.FIRST_NAMES), build.chance.choice(names.LAST_NAMES))
    for company_name, first, last in names.SHARED_CONTACTS:
        contact(build, build.named("/company/companies", name=company_name), first, last)


def contact(build, company, first, last):
    made = build.add("/company/contacts", firstName=first, lastName=last, company=build.ref("CompanyReference", company),
                     inactiveFlag=False,
                     title=build.chance.choice(["Office Manager", "Owner", "Controller", "Receptionist"]))
    for word, value in [("Direct", f"555-{4000 + made['id']}"),
                        ("Email", f"{first}.{last}{made['id']}@{company['identifier']}.example".replace(" ", "").lower())]:
        kind = build.named("/company/communicationTypes", description=word)
        build.add("/company/contacts/{parentId}/communications", contactId=made["id"], value=value, defaultFlag=True,
                  type=build.ref("CommunicationTypeReference", kind), communicationType="Email" if word == "Email" else "Phone")
    return made


def ticket(build, number, days, company, board, status, **more):
    """A service ticket, with what the server fills in."""
    statuses = {record["name"]: record for record in build.store.of_parent("/service/boards/{parentId}/statuses", board["id"])}
    state = statuses[status]
    contacts = [record for record in build.store.records["/company/contacts"].values() if record["company"]["id"] == company["id"]]
    sites = build.store.of_parent("/company/companies/{parentId}/sites", company["id"])
    types = build.store.of_parent("/service/boards/{parentId}/types", board["id"])
    team = build.store.of_parent("/service/boards/{parentId}/teams", board["id"])[0]
    closed = state["closedStatus"]
    values = {
        "summary": build.chance.choice(names.SUMMARIES).format(place=build.chance.choice(names.PLACES),
                                                               person=build.chance.choice(names.FIRST_NAMES)),
        "priority": build.ref("PriorityReference", build.any("/service/priorities")),
        "owner": build.ref("MemberReference", build.any("/system/members")),
        "type": build.ref("ServiceTypeReference", build.chance.choice(types)),
        "contact": build.ref("ContactReference", build.chance.choice(contacts)), "team": build.ref("ServiceTeamReference", team),
              **more}
    return build.add(
        "/service/tickets", days, id=number, recordType="ServiceTicket", board=build.ref("BoardReference", board),
        status=build.ref("ServiceStatusReference", state), company=build.ref("CompanyReference", company),
        site=build.ref("SiteReference", sites[0]), source=build.ref("ServiceSourceReference", build.any("/service/sources")),
        severity=build.chance.choice(["Low", "Medium", "High"]), impact=build.chance.choice(["Low", "Medium", "High"]),
                     closedFlag=closed,
        closedDate=iso(NOW - datetime.timedelta(days=max(days - 2, 0))) if closed else None, actualHours=0.0, **values)


def tickets(build):
    clients = list(build.store.records["/company/companies"].values())[:len(names.COMPANIES)]
    service = [board for board in build.store.records["/service/boards"].values() if not board["projectFlag"]]
    for at in range(TICKETS):
        days = (TICKETS - at) / TICKETS * 360 + build.chance.random()
        board = build.chance.choice(service)
        closed = build.chance.random() < (0.967 if days > CLOSED_AFTER_DAYS else 0.4)
        states = [status.rstrip("*") for status in names.BOARDS[board["name"]][0] if status.endswith("*") == closed]
        made = ticket(build, FIRST_TICKET + at, days, build.chance.choice(clients), board, build.chance.choice(states))
        for _ in range(build.chance.choice([0, 0, 1, 2])):
            build.add("/service/tickets/{parentId}/notes", days, ticketId=made["id"],
                      text=build.chance.choice(["Called the customer.", "Left a message.",
                      "Restarted and tested.", "Ordered the part."]), detailDescriptionFlag=True, internalAnalysisFlag=False,
                      resolutionFlag=False)
