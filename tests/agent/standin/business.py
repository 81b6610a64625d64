"""The part of the world beside companies and tickets: time, schedule, sales, finance, purchasing, devices, projects."""
import datetime

from . import names
from .builder import iso

OPPORTUNITIES = ["Server refresh", "Email migration", "Wi-Fi survey", "Managed services"]


def moment(build, days, hour):
    """A full hour so many days ago; ahead where the number is negative."""
    day = build.store.now - datetime.timedelta(days=days)
    return day.replace(hour=hour, minute=0, second=0)


def all_parts(build):
    for part in (time_entries, schedule, activities, agreements, invoices, opportunities, purchase_orders, configurations,
                 projects):
        part(build)


def clients(build):
    return list(build.store.records["/company/companies"].values())[:len(names.COMPANIES)]


def contact_of(build, company):
    found = [record for record in build.store.records["/company/contacts"].values() if record["company"]["id"] == company["id"]]
    return build.ref("ContactReference", build.chance.choice(found))


def time_entry(build, ticket, member, start, hours, notes):
    """Time on a service ticket; the ticket's hours grow."""
    ticket["actualHours"] = round(ticket["actualHours"] + hours, 2)
    return build.add("/time/entries", 10, chargeToId=ticket["id"], chargeToType="ServiceTicket", company=ticket["company"],
                     ticket={"id": ticket["id"], "summary": ticket["summary"]}, member=build.ref("MemberReference", member),
                     timeStart=iso(start), timeEnd=iso(start + datetime.timedelta(hours=hours)), actualHours=hours,
                     billableOption="Billable",
                     workType=build.ref("WorkTypeReference", build.any("/time/workTypes")), notes=notes, status="Open")


def time_entries(build):
    tickets = list(build.store.records["/service/tickets"].values())
    for at in range(1600):
        start = moment(build, build.chance.randint(1, 180), build.chance.randint(8, 16))
        time_entry(build, build.chance.choice(tickets), build.any("/system/members"), start,
                   build.chance.choice([0.25, 0.5, 0.75, 1.0, 1.5, 2.0]),
                   build.chance.choice(["Remote session", "Phone support", "Tested with the user", "Vendor call"]))


def schedule_entry(build, ticket, member, start, hours):
    service = build.named("/schedule/types", identifier="S")
    return build.add("/schedule/entries", 5, objectId=ticket["id"], name=ticket["summary"],
                     member=build.ref("MemberReference", member),
                     dateStart=iso(start), dateEnd=iso(start + datetime.timedelta(hours=hours)), hours=float(hours),
                     type=build.ref("ScheduleTypeReference", service), doneFlag=start < build.store.now,
                     status=build.ref("ScheduleStatusReference", build.named("/schedule/statuses", name="Firm")))


def schedule(build):
    tickets = [record for record in build.store.records["/service/tickets"].values() if not record["closedFlag"]]
    for _ in range(140):
        schedule_entry(build, build.chance.choice(tickets), build.any("/system/members"),
                       moment(build, build.chance.randint(-12, 30), build.chance.randint(8, 15)), build.chance.choice([1, 2, 3]))


def activities(build):
    for _ in range(90):
        company = build.chance.choice(clients(build))
        start = moment(build, build.chance.randint(-10, 60), 10)
        build.add("/sales/activities", 20, name=f"{build.chance.choice(names.ACTIVITY_TYPES)} with {company['name']}",
                  contact=contact_of(build, company),
                  type=build.ref("ActivityTypeReference", build.any("/sales/activities/types")),
                  company=build.ref("CompanyReference", company),
                  status=build.ref("ActivityStatusReference", build.any("/sales/activities/statuses")), dateStart=iso(start),
                  dateEnd=iso(start + datetime.timedelta(hours=1)),
                  assignTo=build.ref("MemberReference", build.any("/system/members")))


def agreements(build):
    for at, company in enumerate(clients(build)):
        for kind in names.AGREEMENT_TYPES[:1 + at % 3]:
            type_ = build.named("/finance/agreements/types", name=kind)
            gone = build.chance.random() < 0.2
            made = build.add("/finance/agreements", 300, name=f"{kind} - {company['name']}",
                             type=build.ref("AgreementTypeReference", type_),
                             company=build.ref("CompanyReference", company), contact=contact_of(build, company),
                             startDate="2025-07-01T00:00:00Z",
                             noEndingDateFlag=True, cancelledFlag=gone, agreementStatus="Cancelled" if gone else "Active",
                             billAmount=float(build.chance.randint(4, 60) * 50))
            for item in build.chance.sample(sorted(build.store.records["/procurement/catalog"]), 2):
                product = build.store.records["/procurement/catalog"][item]
                count = build.chance.randint(1, 40)
                build.add("/finance/agreements/{parentId}/additions", 200, agreementId=made["id"],
                          product=build.ref("IvItemReference", product),
                          description=product["description"], quantity=float(count), unitPrice=product["price"],
                          unitCost=product["cost"],
                          extPrice=round(count * product["price"], 2), extCost=round(count * product["cost"], 2),
                          billCustomer="Billable",
                          effectiveDate="2025-07-01T00:00:00Z")


def invoices(build):
    for at in range(300):
        company = build.chance.choice(clients(build))
        total = round(build.chance.uniform(80, 4000), 2)
        paid = total if build.chance.random() < 0.75 else 0.0
        date = moment(build, build.chance.randint(2, 330), 0)
        build.add("/finance/invoices", 100, invoiceNumber=str(70001 + at), type="Standard",
                  company=build.ref("CompanyReference", company),
                  date=iso(date), dueDate=iso(date + datetime.timedelta(days=30)), subtotal=total, total=total, payments=paid,
                  credits=0.0,
                  balance=round(total - paid, 2))


def opportunities(build):
    for at in range(60):
        company = build.chance.choice(clients(build))
        seller = build.chance.choice(["npatel", "awright"])
        made = build.add("/sales/opportunities", 90,
                         name=f"{build.chance.choice(OPPORTUNITIES)} {at + 1}",
                         company=build.ref("CompanyReference", company), contact=contact_of(build, company),
                         primarySalesRep=build.ref("MemberReference", build.named("/system/members", identifier=seller)),
                         type=build.ref("OpportunityTypeReference", build.any("/sales/opportunities/types")),
                         status=build.ref("OpportunityStatusReference", build.any("/sales/opportunities/statuses")),
                         stage=build.ref("OpportunityStageReference", build.any("/sales/stages")),
                         expectedCloseDate=iso(moment(build, build.chance.randint(-90, 60), 0)))
        if made["status"]["name"] in ("Won", "Lost"):
            made["closedDate"] = made["expectedCloseDate"]


def purchase_orders(build):
    vendors = [build.named("/company/companies", name=name) for name, _ in names.VENDORS]
    for at in range(40):
        status = build.any("/procurement/purchaseorderstatuses")
        total = round(build.chance.uniform(150, 9000), 2)
        build.add("/procurement/purchaseorders", 60, poNumber=f"PO-{4001 + at}",
                  vendorCompany=build.ref("CompanyReference", build.chance.choice(vendors)),
                  status=build.ref("PurchaseOrderStatusReference", status), closedFlag=status["closedFlag"],
                  poDate=iso(moment(build, 10 + 4 * at, 0)),
                  subTotal=total, total=total)


def configurations(build):
    for company in clients(build):
        for at in range(build.chance.randint(4, 9)):
            kind = build.any("/company/configurations/types")
            short = company["identifier"][:5].upper()
            build.add("/company/configurations", 250, name=f"{short}{company['id']:02}-{kind['name'][:3].upper()}-{at + 1:02}",
                      type=build.ref("ConfigurationTypeReference", kind), company=build.ref("CompanyReference", company),
                      status=build.ref("ConfigurationStatusReference", build.any("/company/configurations/statuses")),
                      activeFlag=True,
                      serialNumber=f"SN{build.chance.randint(100000, 999999)}",
                      warrantyExpirationDate=iso(moment(build, build.chance.randint(-700, 300), 0)))


def projects(build):
    board = build.named("/service/boards", name="Client Projects")
    statuses = build.store.of_parent("/service/boards/{parentId}/statuses", board["id"])
    for at in range(15):
        company = clients(build)[at * 4]
        status = build.any("/project/statuses")
        project = build.add("/project/projects", 120,
                            name=f"{['Office move', 'Cloud migration', 'Network rebuild'][at % 3]} - {company['name']}",
                            company=build.ref("CompanyReference", company), board=build.ref("ProjectBoardReference", board),
                            billingMethod="ActualRates",
                            estimatedStart=iso(moment(build, 120, 0)), estimatedEnd=iso(moment(build, -60, 0)),
                            estimatedHours=float(40 + 10 * at),
                            status=build.ref("ProjectStatusReference", status), closedFlag=status["closedFlag"],
                            manager=build.ref("MemberReference", build.named("/system/members", identifier="dleek")))
        for task in ["Site survey", "Order equipment", "Install", "Test", "Hand over"]:
            state = build.chance.choice(statuses)
            build.add("/project/tickets", 90, summary=task, project=build.ref("ProjectReference", project),
                      company=project["company"],
                      board=project["board"], status=build.ref("ServiceStatusReference", state), closedFlag=state["closedStatus"],
                      actualHours=0.0,
                      priority=build.ref("PriorityReference", build.named("/service/priorities", sortOrder=3)))
