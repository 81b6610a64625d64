"""The collections of the stand-in: where they are, what their records are, what a create needs, what refers to what.

`needs` is what the server requires although the manifest does not. Sources: the mandatory parameters of `New-CWM...` in
christaylorcodes/ConnectWiseManageAPI (schedule entry: member, type; configuration: type, company; communication: type, value;
opportunity: company, contact, primarySalesRep; addition: product); adamhancock/n8n-nodes-msp-ai#9 (ticket: company);
LabtechConsulting/ConnectWise-Manage-Powershell#12 (note: one of the flags that say where it is shown). The rest is what
the product's own forms ask for, and has no other source: board of a ticket, member, charge and times of a time entry, vendor of a
purchase order, type and company of an agreement, first name of a contact, dates of a schedule entry, whom an activity is assigned
to, leader of a team, location and department of a board, board and company of a project, project of a project ticket.
"""
from dataclasses import dataclass, field
from functools import cache

from .schemas import members


@dataclass(frozen=True)
class Collection:
    path: str  # with `{parentId}` where the records belong to one of another collection
    schema: str
    noun: str  # in errors: `ticket object is invalid`
    needs: tuple = ()  # names; several with `|` between them: one of these
    writable: bool = True
    parent: str = ""  # the member that holds the parent: `board`, `ticketId`, ...
    fixed: tuple = ()  # members that no change changes
    only_new: tuple = ()  # members that count in a create alone
    name: str = "name"  # the member that references show as `name`
    identifier: str = ""  # the member that references show as `identifier`
    scopes: dict = field(default_factory=dict)  # member: the member whose record it must belong to

    @property
    def parent_path(self):
        return self.path.partition("/{parentId}")[0] if "{parentId}" in self.path else None


SET_BY_SERVER = ("id", "_info")
TICKET_SCOPES = {"status": "board", "type": "board", "subType": "board", "item": "board", "team": "board", "contact": "company",
                 "site": "company", "agreement": "company"}
COLLECTIONS = [
    Collection("/service/tickets", "Ticket", "ticket", ("summary", "company", "board"), scopes=TICKET_SCOPES, name="summary",
               fixed=("closedFlag", "closedDate", "closedBy", "recordType", "actualHours", "slaStatus"),
               only_new=("initialDescription", "initialInternalAnalysis", "initialResolution")),
    Collection("/service/tickets/{parentId}/notes", "ServiceNote", "serviceNote", ("text",), parent="ticketId",
               fixed=("dateCreated", "createdBy")),
    Collection("/service/boards", "Board", "board", ("location", "department")),
    Collection("/service/boards/{parentId}/statuses", "BoardStatus", "boardStatus", parent="board"),
    Collection("/service/boards/{parentId}/types", "BoardType", "boardType", parent="board"),
    Collection("/service/boards/{parentId}/subtypes", "BoardSubType", "boardSubType", parent="board"),
    Collection("/service/boards/{parentId}/items", "BoardItem", "boardItem", parent="board"),
    Collection("/service/boards/{parentId}/teams", "BoardTeam", "boardTeam", ("teamLeader",), parent="boardId"),
    Collection("/service/priorities", "Priority", "priority"),
    Collection("/service/sources", "Source", "source"),
    Collection("/company/companies", "Company", "company", identifier="identifier",
               scopes={"defaultContact": "id", "billingContact": "id"}),
    Collection("/company/companies/types", "CompanyType", "companyType"),
    Collection("/company/companies/statuses", "CompanyStatus", "companyStatus"),
    Collection("/company/companies/{parentId}/sites", "CompanySite", "site", parent="company"),
    Collection("/company/contacts", "Contact", "contact", ("firstName",), scopes={"site": "company"}, name="firstName lastName"),
    Collection("/company/contacts/{parentId}/communications", "ContactCommunication", "contactCommunication", ("type", "value"),
               parent="contactId", fixed=("communicationType",)),
    Collection("/company/communicationTypes", "CommunicationType", "communicationType", name="description"),
    Collection("/company/configurations", "Company.Configuration", "configuration", ("type", "company"),
               scopes={"contact": "company", "site": "company"}),
    Collection("/company/configurations/types", "ConfigurationType", "configurationType"),
    Collection("/company/configurations/statuses", "ConfigurationStatus", "configurationStatus", name="description"),
    Collection("/system/members", "Member", "member", name="firstName lastName", identifier="identifier"),
    Collection("/system/locations", "Location", "location"),
    Collection("/system/departments", "Department", "department", identifier="identifier"),
    Collection("/system/securityroles", "SecurityRole", "securityRole", writable=False),
    Collection("/system/myCompany/corporateStructureLevels", "CorporateStructureLevel", "corporateStructureLevel", writable=False),
    Collection("/time/entries", "TimeEntry", "timeEntry", ("member", "chargeToId", "chargeToType", "timeEnd|actualHours"),
               name="notes",
               fixed=("enteredBy", "dateEntered", "hoursBilled", "company", "ticket", "project")),
    Collection("/time/chargeCodes", "ChargeCode", "chargeCode"),
    Collection("/time/workTypes", "WorkType", "workType"),
    Collection("/time/workRoles", "WorkRole", "workRole"),
    Collection("/schedule/entries", "ScheduleEntry", "scheduleEntry", ("member", "type", "dateStart", "dateEnd")),
    Collection("/schedule/types", "ScheduleType", "scheduleType", identifier="identifier"),
    Collection("/schedule/statuses", "ScheduleStatus", "scheduleStatus"),
    Collection("/sales/activities", "Activity", "activity", ("assignTo",), scopes={"contact": "company", "agreement": "company"}),
    Collection("/sales/activities/types", "ActivityType", "activityType"),
    Collection("/sales/activities/statuses", "ActivityStatus", "activityStatus"),
    Collection("/sales/opportunities", "Opportunity", "opportunity", ("company", "contact", "primarySalesRep"),
               scopes={"contact": "company", "site": "company"}, fixed=("closedDate", "closedBy")),
    Collection("/sales/opportunities/types", "OpportunityType", "opportunityType", name="description"),
    Collection("/sales/opportunities/statuses", "OpportunityStatus", "opportunityStatus"),
    Collection("/sales/stages", "OpportunityStage", "opportunityStage"),
    Collection("/finance/agreements", "Agreement", "agreement", ("type", "company"),
               scopes={"contact": "company", "site": "company"}, fixed=("agreementStatus",)),
    Collection("/finance/agreements/types", "AgreementType", "agreementType"),
    Collection("/finance/agreements/{parentId}/additions", "Addition", "addition", ("product",), parent="agreementId",
               name="description", fixed=("extPrice", "extCost", "billedQuantity")),
    Collection("/finance/invoices", "Invoice", "invoice", writable=False, name="invoiceNumber", identifier="invoiceNumber"),
    Collection("/procurement/catalog", "CatalogItem", "catalogItem", name="description", identifier="identifier"),
    Collection("/procurement/types", "ProductType", "productType", writable=False),
    Collection("/procurement/subcategories", "SubCategory", "subCategory", writable=False),
    Collection("/procurement/purchaseorders", "PurchaseOrder", "purchaseOrder", ("vendorCompany",), name="poNumber",
               scopes={"vendorContact": "vendorCompany", "vendorSite": "vendorCompany", "customerContact": "customerCompany"}),
    Collection("/procurement/purchaseorderstatuses", "PurchaseOrderStatus", "purchaseOrderStatus"),
    Collection("/project/projects", "Project", "project", ("company", "board"), scopes={"contact": "company", "site": "company"},
               fixed=("closedFlag", "actualHours", "actualStart", "actualEnd")),
    Collection("/project/statuses", "ProjectStatus", "projectStatus"),
    Collection("/project/tickets", "ProjectTicket", "projectTicket", ("project",), name="summary",
               scopes={"status": "board", "type": "board", "contact": "company"},
               fixed=("closedFlag", "closedDate", "closedBy", "company", "actualHours")),
]
BY_PATH = {collection.path: collection for collection in COLLECTIONS}

# Which collection a reference of this schema is to. References to what is not here cannot be set, since nothing can be known.
REFERRED = {
    "BoardReference": "/service/boards", "ProjectBoardReference": "/service/boards",
    "ServiceStatusReference": "/service/boards/{parentId}/statuses", "ServiceTypeReference": "/service/boards/{parentId}/types",
    "ServiceSubTypeReference": "/service/boards/{parentId}/subtypes", "ServiceItemReference": "/service/boards/{parentId}/items",
    "ServiceTeamReference": "/service/boards/{parentId}/teams", "PriorityReference": "/service/priorities",
    "ServiceSourceReference": "/service/sources", "TicketReference": "/service/tickets",
    "CompanyReference": "/company/companies", "CompanyTypeReference": "/company/companies/types",
    "CompanyStatusReference": "/company/companies/statuses", "SiteReference": "/company/companies/{parentId}/sites",
    "ContactReference": "/company/contacts", "CommunicationTypeReference": "/company/communicationTypes",
    "ConfigurationTypeReference": "/company/configurations/types",
    "ConfigurationStatusReference": "/company/configurations/statuses",
    "MemberReference": "/system/members", "SystemLocationReference": "/system/locations",
    "SystemDepartmentReference": "/system/departments", "ChargeCodeReference": "/time/chargeCodes",
    "WorkTypeReference": "/time/workTypes", "WorkRoleReference": "/time/workRoles", "ScheduleTypeReference": "/schedule/types",
    "ScheduleStatusReference": "/schedule/statuses", "ActivityTypeReference": "/sales/activities/types",
    "ActivityStatusReference": "/sales/activities/statuses", "OpportunityReference": "/sales/opportunities",
    "OpportunityTypeReference": "/sales/opportunities/types", "OpportunityStatusReference": "/sales/opportunities/statuses",
    "OpportunityStageReference": "/sales/stages", "AgreementReference": "/finance/agreements",
    "AgreementTypeReference": "/finance/agreements/types", "InvoiceReference": "/finance/invoices",
    "SecurityRoleReference": "/system/securityroles",
    "CorporateStructureLevelReference": "/system/myCompany/corporateStructureLevels",
    "ProductTypeReference": "/procurement/types", "ProductSubCategoryReference": "/procurement/subcategories",
    "IvItemReference": "/procurement/catalog", "PurchaseOrderStatusReference": "/procurement/purchaseorderstatuses",
    "ProjectReference": "/project/projects", "ProjectStatusReference": "/project/statuses",
}
# What a create without them gets: the record of the collection whose flag of this kind is set, within the scope.
DEFAULT_FLAGS = ("defaultFlag", "overallDefaultFlag")
BY_DEFAULT = {
    "/service/tickets": ("status", "type", "team", "priority", "source"), "/project/tickets": ("status", "priority"),
    "/company/companies": ("status",), "/schedule/entries": ("status",), "/sales/activities": ("type", "status"),
    "/sales/opportunities": ("status",), "/procurement/purchaseorders": ("status",), "/project/projects": ("status",),
    "/company/configurations": ("status",), "/time/entries": ("workType",),
}
# Collections whose `closedFlag` and the like follow a status: the member with the status, and the flag of its record.
CLOSED_BY = {"/service/tickets": ("status", "closedStatus"), "/project/tickets": ("status", "closedStatus"),
             "/project/projects": ("status", "closedFlag"), "/procurement/purchaseorders": ("status", "closedFlag")}


@cache
def reference_members(schema):
    """Members of a reference beside its id."""
    return tuple(name for name in members(schema) if name != "id")
