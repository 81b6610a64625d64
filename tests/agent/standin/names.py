"""The names of the MSP's world: companies that look alike, people who share a name, each board with its own statuses.

All companies are of the kind that documents use; none is real.
"""
# Name and identifier. The first is close to many, so that a part of a name fits several and the whole name one.
COMPANIES = [
    ("Acme Dental", "AcmeDental"), ("Acme Dental Group", "AcmeDentalGrp"), ("Acme Dental - Northside", "AcmeDentalNorth"),
    ("Acme Dental Supply", "AcmeDentalSup"), ("Acme", "Acme"), ("Acme Corporation", "AcmeCorp"), ("ACME Freight", "AcmeFreight"),
    ("Contoso", "Contoso"), ("Contoso Ltd", "ContosoLtd"), ("Contoso Ltd.", "ContosoLtd2"),
             ("Contoso Pharmaceuticals", "ContosoPharma"),
    ("Contoso Hotels", "ContosoHotels"), ("Fabrikam", "Fabrikam"), ("Fabrikam Inc", "FabrikamInc"),
             ("Fabrikam Fibers", "FabrikamFibers"),
    ("Fabrikam Residences", "FabrikamRes"), ("Northwind Traders", "Northwind"), ("Northwind Traders West", "NorthwindWest"),
    ("Northwind Trading", "NorthwindTrading"), ("Northwind Electric", "NorthwindEl"), ("Adventure Works", "AdvWorks"),
    ("Adventure Works Cycles", "AdvWorksCyc"), ("Adventure Works Travel", "AdvWorksTrav"), ("Tailspin Toys", "Tailspin"),
    ("Tailspin Toy Store", "TailspinStore"), ("Wingtip Toys", "Wingtip"), ("Wide World Importers", "WideWorld"),
    ("Wide World Imports", "WideWorldImp"), ("Woodgrove Bank", "Woodgrove"), ("Woodgrove Bank - Harbor Branch", "WoodgroveHarbor"),
    ("Woodgrove Insurance", "WoodgroveIns"), ("Litware", "Litware"), ("Litware Inc.", "LitwareInc"), ("Proseware", "Proseware"),
    ("Proseware Legal", "ProsewareLegal"), ("Lucerne Publishing", "Lucerne"), ("Margie's Travel", "MargiesTravel"),
    ("Fourth Coffee", "FourthCoffee"), ("Coho Winery", "CohoWinery"), ("Coho Vineyard", "CohoVineyard"),
    ("Coho Vineyard & Winery", "CohoVineWine"), ("Alpine Ski House", "AlpineSki"), ("Blue Yonder Airlines", "BlueYonder"),
    ("City Power & Light", "CityPower"), ("Humongous Insurance", "HumongousIns"), ("Graphic Design Institute", "GraphicDesign"),
    ("School of Fine Art", "FineArt"), ("Southridge Video", "Southridge"), ("Trey Research", "TreyResearch"),
    ("The Phone Company", "PhoneCo"), ("VanArsdel", "VanArsdel"), ("Relecloud", "Relecloud"), ("Bellows College", "Bellows"),
    ("Best For You Organics", "BestForYou"), ("Consolidated Messenger", "ConsMessenger"), ("First Up Consultants", "FirstUp"),
    ("Lamna Healthcare", "Lamna"), ("Munson's Pickles", "Munsons"), ("Nod Publishers", "NodPublishers"),
    ("Fincher Architects", "Fincher"),
]
OWN_COMPANY = ("Harbor Street IT", "HarborStreet")  # the MSP itself
VENDORS = [("Wholesale Components", "WholesaleComp"), ("Datum Hardware", "DatumHardware")]
COMPANY_TYPES = ["Client", "Prospect", "Vendor", "Former Client", "Partner"]
COMPANY_STATUSES = ["Active", "Inactive", "On Hold", "Credit Hold", "Not Approved"]

# Identifier, first and last name, title. Two share a whole name.
MEMBERS = [
    ("admin", "Ada", "Admin", "Administrator"), ("cmiller", "Chris", "Miller", "Engineer"),
           ("chmiller", "Christine", "Miller", "Dispatcher"),
    ("cmuller", "Chris", "Muller", "Engineer"), ("jsmith", "John", "Smith", "Engineer"),
           ("jsmith2", "John", "Smith", "Account Manager"),
    ("jsmythe", "Joan", "Smythe", "Engineer"), ("staylor", "Sam", "Taylor", "Engineer"),
           ("staylorson", "Sam", "Taylorson", "Engineer"),
    ("mgarcia", "Maria", "Garcia", "Service Manager"), ("mgarza", "Mario", "Garza", "Engineer"),
           ("dlee", "Dana", "Lee", "Engineer"),
    ("dleek", "Daniel", "Leek", "Project Manager"), ("rpatel", "Ravi", "Patel", "Engineer"), ("npatel", "Nina", "Patel", "Sales"),
    ("tnguyen", "Thuy", "Nguyen", "Engineer"), ("obrien", "Kate", "O'Brien", "Engineer"), ("jdoe", "Jordan", "Doe", "Engineer"),
    ("awright", "Alex", "Wright", "Sales"), ("awalker", "Alex", "Walker", "Engineer"), ("bfischer", "Ben", "Fischer", "Purchasing"),
    ("bfisher", "Beth", "Fisher", "Finance"), ("lchen", "Li", "Chen", "Engineer"), ("pkowalski", "Piotr", "Kowalski", "Engineer"),
    ("zali", "Zara", "Ali", "Engineer"),
]

# Each board with its statuses (`*`: closed), types, subtypes, items and teams. The first status and type are the defaults.
BOARDS = {
    "Help Desk": (["New", "Assigned", "In Progress", "Waiting on Customer", "Waiting on Parts", "Scheduled", "Resolved*",
                   "Closed*"],
                  ["Incident", "Service Request", "Access", "Email", "Printer"], ["Password", "Hardware", "Software"],
                  ["Laptop", "Desktop", "Printer"], ["First Line", "Second Line"]),
    "Help Desk - After Hours": (["New (after hours)", "On Call Working", "Waiting on Customer", "Hand Over", "Completed*"],
                                ["Incident", "Outage"], ["Hardware", "Network"], ["Server", "Firewall"], ["On Call"]),
    "Network Operations": (["New", "Investigating", "Monitoring", "Waiting on Carrier", "Resolved*", "Closed - No Action*"],
                           ["Alert", "Outage", "Change"], ["Switch", "Firewall", "Wireless"], ["Core", "Edge"], ["NOC"]),
    "Alerts": (["Received", "Acknowledged", "Suppressed*", "Cleared*"], ["Backup", "Disk", "Antivirus"], ["Warning", "Failure"],
               ["Server", "Workstation"],
               ["NOC"]),
    "Onsite Visits": (["Requested", "Scheduled", "On Site", "Waiting on Customer", "Done*"], ["Installation", "Repair"],
                      ["Hardware", "Cabling"],
                      ["Laptop", "Access Point"], ["Field"]),
    "Purchasing": (["To Quote", "Quoted", "Ordered", "Received", "Delivered*", "Canceled*"], ["Quote", "Order", "Return"],
                   ["Hardware", "License"],
                   ["Laptop", "Monitor"], ["Buyers"]),
    "Internal IT": (["New", "In Progress", "On Hold", "Closed*"], ["Incident", "Service Request"], ["Hardware", "Software"],
                    ["Laptop"], ["Internal"]),
    "Client Projects": (["New", "In Progress", "Waiting", "Completed*"], ["Task", "Milestone"], ["Planning", "Build"], ["Server"],
                        ["Project Team"]),
}
PROJECT_BOARDS = {"Client Projects"}
PRIORITIES = [("Priority 1 - Critical", "Red", 1), ("Priority 2 - High", "Orange", 2), ("Priority 3 - Medium", "Yellow", 3),
              ("Priority 4 - Low", "Green", 4), ("Do Not Respond", "Gray", 5)]
SOURCES = ["Phone", "Email Connector", "Portal", "Monitoring"]
WORK_TYPES = ["Remote", "Onsite", "After Hours", "Travel", "Internal"]
WORK_ROLES = ["Engineer", "Senior Engineer", "Project Manager", "Consultant"]
CHARGE_CODES = ["Administration", "Training", "Vacation", "Sick Leave", "Sales Support"]
SCHEDULE_TYPES = [("Service", "S"), ("Activity", "C"), ("Holiday", "H"), ("Meeting", "M")]
SCHEDULE_STATUSES = ["Firm", "Tentative", "Done"]
ACTIVITY_TYPES = ["Call", "Meeting", "Email", "Quote Follow-up"]
ACTIVITY_STATUSES = ["Open", "In Progress", "Closed"]
AGREEMENT_TYPES = ["Managed Services", "Block Hours", "Cloud Backup", "Hosted Email"]
OPPORTUNITY_TYPES = ["New Business", "Renewal", "Hardware"]
OPPORTUNITY_STATUSES = ["Open", "Won", "Lost", "No Decision"]
STAGES = ["Prospect", "Qualification", "Quote", "Negotiation"]
PO_STATUSES = ["Open", "Sent to Vendor", "Partially Received", "Closed"]
CONFIGURATION_TYPES = ["Server", "Workstation", "Laptop", "Firewall", "Switch", "Printer"]
CONFIGURATION_STATUSES = ["Active", "In Stock", "Retired"]
PROJECT_STATUSES = ["Open", "On Hold", "Completed"]
COMMUNICATIONS = [("Direct", "phone"), ("Cell", "phone"), ("Email", "email"), ("Fax", "fax")]
CATALOG = [("WS-LAPTOP", "Standard laptop", 1180.0, 940.0), ("WS-DOCK", "Docking station", 210.0, 150.0),
           ("SVC-MS", "Managed workstation", 65.0, 21.0),
           ("SVC-SRV", "Managed server", 240.0, 80.0), ("SVC-MAIL", "Hosted mailbox", 9.5, 4.2),
           ("SVC-BACKUP", "Cloud backup, 1 TB", 79.0, 35.0)]

FIRST_NAMES = ["Anna", "Brian", "Carla", "David", "Elena", "Frank", "Grace", "Hassan", "Irene", "James", "Karen", "Luis", "Mona",
               "Nora", "Oscar",
               "Paula", "Quentin", "Rosa", "Steve", "Tina", "Umar", "Vera", "Walter", "Yvonne"]
LAST_NAMES = ["Abbott", "Baker", "Cole", "Diaz", "Evans", "Ford", "Grant", "Hughes", "Ito", "Jensen", "Klein", "Lopez", "Moore",
              "Nelson", "Owens",
              "Price", "Reed", "Stone", "Turner", "Vance", "West", "Young"]
# People whom several companies have, and one company twice: company, first and last name.
SHARED_CONTACTS = [("Acme Dental", "John", "Smith"), ("Contoso Ltd", "John", "Smith"), ("Fabrikam Inc", "John", "Smith"),
                   ("Woodgrove Bank", "Mary", "Jones"),
                   ("Woodgrove Bank", "Mary", "Jones"), ("Acme Dental Group", "Pat Lee", "Morgan"),
                   ("Acme Dental", "Pat", "Morgan"),
                   ("Litware", "Ana", "Costa"), ("Litware Inc.", "Ana", "Costa"), ("Tailspin Toys", "Jon", "Smith")]
SUMMARIES = ["Cannot print to {place} printer", "Outlook keeps asking for a password", "VPN drops every hour",
             "New user setup for {person}",
             "Laptop will not start", "Server {place} low on disk space", "Phishing message reported by {person}",
             "Replace monitor in {place}",
             "Backup failed on {place} server", "Wi-Fi slow in {place}", "Shared mailbox access for {person}",
             "Application update breaks reports",
             "Phone system has no dial tone", "Reset multi-factor sign-in for {person}", "Scanner does not send to folder",
             "Certificate expires soon"]
PLACES = ["reception", "warehouse", "accounting", "second floor", "front office", "lab", "meeting room", "archive"]
