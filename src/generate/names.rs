//! The vocabulary of the invented tenant: people, places, roles, applications, reasons.
//!
//! Role template ids and first-party application ids are Microsoft's public ones, so that queries and
//! look-up tables keyed by them work; every person, address and other id is made up.

pub const TENANT: &str = "Lindemeer";
pub const DOMAIN: &str = "lindemeer.example";

pub const FIRST: [&str; 48] = [
    "Anna", "Bram", "Carla", "Dirk", "Elin", "Femke", "Gijs", "Hanna", "Ivo", "Jana", "Karel", "Lotte",
    "Mees", "Nadia", "Olaf", "Petra", "Quinten", "Rosa", "Stijn", "Tess", "Umar", "Vera", "Wout", "Yara",
    "Zoë", "Aïsha", "Björn", "Céline", "Dora", "Emil", "Frida", "Goran", "Hugo", "Iris", "José", "Kim",
    "Łukasz", "Mia", "Niels", "Oona", "Pim", "Rik", "Sofie", "Theo", "Ursula", "Viktor", "Willem", "Xenia",
];
pub const LAST: [&str; 48] = [
    "Aalders",
    "Bakker",
    "Claessens",
    "Dekker",
    "Evers",
    "Faber",
    "Goossens",
    "Hermans",
    "Ibrahim",
    "Jacobs",
    "Kramer",
    "Lambert",
    "Meijer",
    "Nijs",
    "Oosterhuis",
    "Postma",
    "Quist",
    "Rademaker",
    "Smeets",
    "Terpstra",
    "Ubink",
    "Visser",
    "Wouters",
    "Ypma",
    "Zijlstra",
    "Aerts",
    "Brouwer",
    "Cools",
    "Driessen",
    "Engels",
    "Franssen",
    "Gerritsen",
    "Hoekstra",
    "Isaacs",
    "Jonker",
    "Kuipers",
    "Lenaerts",
    "Mulder",
    "Nuyts",
    "Olsen",
    "Pauwels",
    "Reijnders",
    "Schouten",
    "Timmer",
    "Urbanus",
    "Verbeek",
    "Wagter",
    "Zwart",
];

pub struct Place {
    pub city: &'static str,
    pub state: &'static str,
    pub country: &'static str,
    pub latitude: f64,
    pub longitude: f64,
    pub network: u64,
}

const fn place(
    city: &'static str,
    state: &'static str,
    country: &'static str,
    latitude: f64,
    longitude: f64,
    network: u64,
) -> Place {
    Place { city, state, country, latitude, longitude, network }
}

/// The first `HOME_PLACES` are where people live; the rest is abroad, nearer and more visited first.
/// The network numbers are those reserved for documentation (64496-64511).
pub const HOME_PLACES: usize = 5;
pub const PLACES: [Place; 20] = [
    place("Utrecht", "Utrecht", "NL", 52.0907, 5.1214, 64496),
    place("Eindhoven", "Noord-Brabant", "NL", 51.4416, 5.4697, 64496),
    place("Amsterdam", "Noord-Holland", "NL", 52.3676, 4.9041, 64497),
    place("Antwerpen", "Antwerpen", "BE", 51.2194, 4.4025, 64498),
    place("Gent", "Oost-Vlaanderen", "BE", 51.0543, 3.7174, 64498),
    place("London", "England", "GB", 51.5072, -0.1276, 64499),
    place("Berlin", "Berlin", "DE", 52.52, 13.405, 64500),
    place("Paris", "Île-de-France", "FR", 48.8566, 2.3522, 64501),
    place("New York", "New York", "US", 40.7128, -74.006, 64502),
    place("Madrid", "Madrid", "ES", 40.4168, -3.7038, 64503),
    place("Warszawa", "Mazowieckie", "PL", 52.2297, 21.0122, 64504),
    place("Milano", "Lombardia", "IT", 45.4642, 9.19, 64505),
    place("Chicago", "Illinois", "US", 41.8781, -87.6298, 64502),
    place("Singapore", "Singapore", "SG", 1.3521, 103.8198, 64506),
    place("São Paulo", "São Paulo", "BR", -23.5505, -46.6333, 64507),
    place("Bengaluru", "Karnataka", "IN", 12.9716, 77.5946, 64508),
    place("Tokyo", "Tokyo", "JP", 35.6762, 139.6503, 64509),
    place("Lagos", "Lagos", "NG", 6.5244, 3.3792, 64510),
    place("Sydney", "New South Wales", "AU", -33.8688, 151.2093, 64511),
    place("Toronto", "Ontario", "CA", 43.6532, -79.3832, 64502),
];

pub struct Role {
    pub name: &'static str,
    pub template: &'static str,
    pub approval: bool,
}

const fn role(name: &'static str, template: &'static str, approval: bool) -> Role {
    Role { name, template, approval }
}

/// In the order of how often they are activated.
pub const ROLES: [Role; 18] = [
    role("User Administrator", "fe930be7-5e62-47db-91af-98c3a49a38b1", false),
    role("Exchange Administrator", "29232cdf-9323-42fd-ade2-1d097af3e4de", false),
    role("Global Reader", "f2ef992c-3afb-46b9-b7cf-a126ee74c451", false),
    role("Intune Administrator", "3a2c62db-5318-420d-8d74-23affee5d9d5", false),
    role("SharePoint Administrator", "f28a1f50-f6e7-4571-818b-6a12f2af6b6c", false),
    role("Global Administrator", "62e90394-69f5-4237-9190-012177145e10", true),
    role("Application Administrator", "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", true),
    role("Authentication Administrator", "c4e39bd9-1100-46d3-8c65-fb160da0071f", false),
    role("Teams Administrator", "69091246-20e8-4a56-aa4d-066075b2a7a8", false),
    role("Security Administrator", "194ae4cb-b126-40b2-bd5b-6091b380977d", false),
    role("Helpdesk Administrator", "729827e3-9c14-49f7-bb1b-9608f156bbb8", false),
    role("Conditional Access Administrator", "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", true),
    role("Groups Administrator", "fdd7a751-b60b-444a-984c-02652fe8fa1c", false),
    role("Security Reader", "5d6b6bb7-de71-4623-b4af-96380a352509", false),
    role("Privileged Role Administrator", "e8611ab8-c189-46e8-94e1-60213ab1f814", true),
    role("Privileged Authentication Administrator", "7be44c8a-adaf-4e2a-84d6-ab2649e08a13", true),
    role("Cloud Application Administrator", "158c047a-c907-4556-b7ef-446551a6b5f7", false),
    role("Billing Administrator", "b0f54661-2d74-4c50-afa3-1ec803f12efe", false),
];

pub struct App {
    pub name: &'static str,
    pub id: &'static str,
    pub resource: &'static str,
    pub resource_id: &'static str,
    pub client: &'static str,
}

const fn app(
    name: &'static str,
    id: &'static str,
    resource: &'static str,
    resource_id: &'static str,
    client: &'static str,
) -> App {
    App { name, id, resource, resource_id, client }
}

const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";
const SHAREPOINT: &str = "00000003-0000-0ff1-ce00-000000000000";
const ARM: &str = "797f4846-ba00-4fd7-ba43-dac1f8f63013";
const DESKTOP: &str = "Mobile Apps and Desktop clients";

/// Microsoft's own client applications, most used first.
pub const APPS: [App; 10] = [
    app("OfficeHome", "4765445b-32c6-49b0-83e6-1d93765276ca", "Microsoft Graph", GRAPH, "Browser"),
    app(
        "Microsoft Teams",
        "1fec8e78-bce4-4aaf-ab1b-5451cc387264",
        "Office 365 Exchange Online",
        EXCHANGE,
        DESKTOP,
    ),
    app(
        "Microsoft Office",
        "d3590ed6-52b3-4102-aeff-aad2292ab01c",
        "Office 365 SharePoint Online",
        SHAREPOINT,
        DESKTOP,
    ),
    app(
        "One Outlook Web",
        "9199bf20-a13f-4107-85dc-02114787ef48",
        "Office 365 Exchange Online",
        EXCHANGE,
        "Browser",
    ),
    app(
        "Outlook Mobile",
        "27922004-5251-4030-b22d-91ecd9a37ea4",
        "Office 365 Exchange Online",
        EXCHANGE,
        DESKTOP,
    ),
    app(
        "Azure Portal",
        "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
        "Windows Azure Service Management API",
        ARM,
        "Browser",
    ),
    app(
        "OneDrive SyncEngine",
        "ab9b8c07-8f02-4f72-87fa-80105867a763",
        "Office 365 SharePoint Online",
        SHAREPOINT,
        DESKTOP,
    ),
    app(
        "Microsoft Azure CLI",
        "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
        "Windows Azure Service Management API",
        ARM,
        DESKTOP,
    ),
    app(
        "Microsoft Authentication Broker",
        "29d9ed98-a469-4536-ade2-f981bc1d605e",
        "Microsoft Graph",
        GRAPH,
        DESKTOP,
    ),
    app("Graph Explorer", "de8bc8b5-d9f9-48b1-a8ad-b748da725064", "Microsoft Graph", GRAPH, "Browser"),
];

/// The tenant's own service principals and managed identities.
pub const SERVICES: [&str; 12] = [
    "Backup Vault Sync",
    "HR Provisioning",
    "Invoice Mailer",
    "Ticket Bridge",
    "Badge Reader Import",
    "Lab Telemetry",
    "Payroll Export",
    "Print Gateway",
    "Survey Forms",
    "Site Monitor",
    "Archive Mover",
    "Fleet Tracker",
];
pub const IDENTITIES: [&str; 6] =
    ["vm-build-01", "func-thumbnails", "aks-orders", "logic-approvals", "vm-jump-02", "app-intranet"];

pub const JUSTIFICATIONS: [&str; 14] = [
    "reset guest MFA",
    "mailbox move for the new site",
    "monthly licence review",
    "onboarding of new colleagues",
    "change window, patch round",
    "incident follow-up",
    "device enrolment problem, Gent office",
    "application consent review",
    "user asks for \"full\" access to the shared mailbox",
    "audit preparation",
    "check sign-in logs",
    "restore deleted site",
    "test",
    "urgent",
];
pub const APPROVALS: [&str; 4] = ["ok", "Approved, see change board", "fine for today", "Approved"];
pub const DENIALS: [&str; 3] =
    ["no change planned, ask again with a ticket", "not needed for this task", "use your own role"];

pub struct Device {
    pub system: &'static str,
    pub browser: &'static str,
    pub agent: &'static str,
    pub trust: &'static str,
}

const fn device(
    system: &'static str,
    browser: &'static str,
    agent: &'static str,
    trust: &'static str,
) -> Device {
    Device { system, browser, agent, trust }
}

pub const DEVICES: [Device; 6] = [
    device(
        "Windows10",
        "Edge 134.0.0",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/134.0.0.0 Safari/537.36 Edg/134.0.0.0",
        "Azure AD joined",
    ),
    device(
        "Windows10",
        "Chrome 133.0.0",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/133.0.0.0 Safari/537.36",
        "Hybrid Azure AD joined",
    ),
    device(
        "Ios 18.3",
        "Mobile Safari",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Mobile/15E148 Safari/604.1",
        "Azure AD registered",
    ),
    device(
        "MacOs",
        "Safari 18.3",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15",
        "",
    ),
    device(
        "Android",
        "Chrome Mobile 133.0.0",
        "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/133.0.0.0 Mobile Safari/537.36",
        "Azure AD registered",
    ),
    device("Linux", "Python Requests 2.32", "python-requests/2.32.3", ""),
];

pub struct Outcome {
    pub code: u64,
    pub reason: &'static str,
    pub weight: f64,
}

const fn outcome(code: u64, reason: &'static str, weight: f64) -> Outcome {
    Outcome { code, reason, weight }
}

/// Results of an interactive sign-in at home; code 0 is success.
pub const OUTCOMES: [Outcome; 12] = [
    outcome(0, "Other.", 93.0),
    outcome(50126, "Error validating credentials due to invalid username or password.", 2.6),
    outcome(50074, "Strong Authentication is required.", 0.8),
    outcome(
        50140,
        "This error occurred due to 'Keep me signed in' interrupt when the user was signing-in.",
        1.0,
    ),
    outcome(
        50076,
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.",
        0.8,
    ),
    outcome(
        53003,
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
        0.5,
    ),
    outcome(500121, "Authentication failed during strong authentication request.", 0.6),
    outcome(
        50053,
        "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
        0.3,
    ),
    outcome(50055, "The password is expired.", 0.2),
    outcome(
        65001,
        "The user or administrator has not consented to use the application with ID '{identifier}' named '{name}'.",
        0.2,
    ),
    // Of incidents alone.
    outcome(50057, "The user account is disabled.", 0.0),
    outcome(500011, "The resource principal named {name} was not found in the tenant named {tenant}.", 0.0),
];
