//! Sign-ins as the Entra admin center writes them to CSV → SigninLogs and its siblings (route C2).
//!
//! Traps: headers and words follow the language of the portal, names have stray blanks, and one occurs
//! twice. A failure without a code has no result. Interactive and non-interactive sign-ins have the same
//! columns: the file's name tells them apart, and without it they are taken for interactive.

use std::borrow::Cow;

use super::sign_ins;
use crate::ingest::cells::Header;
use crate::ingest::plan::Place;
use crate::ingest::tabular::Cell::{Bool, Made, Number, Text, Time, Word};
use crate::ingest::tabular::{self, Field, Node};
use crate::ingest::worker::Worker;
use crate::json;
use crate::lake::rows::UNREADABLE;

const ACCESS: &[(&str, &str)] = &[
    ("success", "success"),
    ("failure", "failure"),
    ("not applied", "notApplied"),
    ("non appliqué", "notApplied"),
    ("no aplicado", "notApplied"),
    ("nicht angewendet", "notApplied"),
    ("réussite", "success"),
    ("correcto", "success"),
    ("erfolg", "success"),
    ("échec", "failure"),
    ("error", "failure"),
    ("fehler", "failure"),
];

const REQUIREMENTS: &[(&str, &str)] = &[
    ("multifactor authentication", "multiFactorAuthentication"),
    ("multi-factor authentication", "multiFactorAuthentication"),
    ("authentification multifacteur", "multiFactorAuthentication"),
    ("autenticación multifactor", "multiFactorAuthentication"),
    ("multi-faktor-authentifizierung", "multiFactorAuthentication"),
    ("single-factor authentication", "singleFactorAuthentication"),
    ("authentification à facteur unique", "singleFactorAuthentication"),
    ("autenticación de un solo factor", "singleFactorAuthentication"),
    ("einstufige authentifizierung", "singleFactorAuthentication"),
];

const USER_TYPES: &[(&str, &str)] = &[("member", "member"), ("guest", "guest"), ("invité", "guest")];

/// Statuses that say that it failed, or did not come to an end.
const FAILED: &[&str] = &[
    "failure",
    "interrupted",
    "échec",
    "interrompu",
    "error",
    "erróneo",
    "interrumpido",
    "fehler",
    "fehlgeschlagen",
    "unterbrochen",
];

const fn text(path: &'static str, names: &'static [&'static str]) -> Field {
    Field { path, cell: Text, names }
}

pub const FIELDS: &[Field] = &[
    Field { path: "createdDateTime", cell: Time, names: &["dateutc", "fechautc", "datumutc", "date"] },
    text("id", &["requestid", "idderequête", "iddelademande", "iddesolicitud", "anforderungsid"]),
    text("userAgent", &["useragent", "agentutilisateur", "agentedeusuario", "benutzeragent"]),
    text("correlationId", &["correlationid", "iddecorrélation", "iddecorrelación", "korrelationsid"]),
    text("userId", &["userid", "iddutilisateur", "idutilisateur", "iddeusuario", "benutzerid"]),
    text("userDisplayName", &["user", "utilisateur", "usuario", "benutzer"]),
    text("userPrincipalName", &["username", "nomdutilisateur", "nombredeusuario", "benutzername"]),
    Field {
        path: "userType",
        cell: Word(USER_TYPES),
        names: &["usertype", "typedutilisateur", "tipodeusuario", "benutzertyp"],
    },
    text("servicePrincipalId", &["serviceprincipalid", "iddeprincipaldeservice", "dienstprinzipalid"]),
    text("servicePrincipalName", &["serviceprincipalname", "nomdeprincipaldeservice", "dienstprinzipalname"]),
    text("servicePrincipalCredentialKeyId", &["serviceprincipalcredentialkeyid"]),
    text("servicePrincipalCredentialThumbprint", &["serviceprincipalcredentialthumbprint"]),
    text("crossTenantAccessType", &["crosstenantaccesstype", "typedaccèsinterlocataires"]),
    text("incomingTokenType", &["incomingtokentype", "typedejetonentrant", "tipodetokenentrante"]),
    text("authenticationProtocol", &["authenticationprotocol", "protocoledauthentification"]),
    text("uniqueTokenIdentifier", &["uniquetokenidentifier", "identificateurdejetonunique"]),
    text("originalTransferMethod", &["originaltransfermethod"]),
    text("clientCredentialType", &["clientcredentialtype"]),
    text("tokenProtectionStatusDetails.signInSessionStatus", &["tokenprotectionsigninsession"]),
    text("tokenProtectionStatusDetails.signInSessionStatusCode", &["tokenprotectionsigninsessionstatuscode"]),
    text("appDisplayName", &["application", "aplicación", "anwendung"]),
    text("appId", &["applicationid", "iddapplication", "iddeaplicación", "iddelaaplicación", "anwendungsid"]),
    text("appOwnerTenantId", &["appownertenantid"]),
    text("resourceDisplayName", &["resource", "ressource", "recurso"]),
    text("resourceId", &["resourceid", "idderessource", "iddelaressource", "idderecurso", "ressourcenid"]),
    text("resourceTenantId", &["resourcetenantid"]),
    text("resourceOwnerTenantId", &["resourceownertenantid"]),
    text("homeTenantId", &["hometenantid"]),
    text("homeTenantName", &["hometenantname"]),
    text("ipAddress", &["ipaddress", "adresseip", "direcciónip", "ipadresse"]),
    Field {
        path: "location",
        cell: Made(location),
        names: &["location", "emplacement", "ubicación", "standort"],
    },
    text("#status", &["status", "statut", "estado"]),
    Field {
        path: "#code",
        cell: Number,
        names: &[
            "signinerrorcode",
            "codederreurdeconnexion",
            "códigodeerrordeiniciodesesión",
            "anmeldefehlercode",
        ],
    },
    text("#reason", &["failurereason", "raisondeléchec", "motivodelerror", "fehlerursache"]),
    text("clientAppUsed", &["clientapp", "applicationcliente", "aplicacióncliente", "clientapp"]),
    text("deviceDetail.deviceId", &["deviceid", "iddelappareil", "iddedispositivo", "geräteid"]),
    text(
        "deviceDetail.operatingSystem",
        &["operatingsystem", "systèmedexploitation", "sistemaoperativo", "betriebssystem"],
    ),
    text("deviceDetail.browser", &["browser", "navigateur", "explorador", "navegador"]),
    Field {
        path: "deviceDetail.isCompliant",
        cell: Bool,
        names: &["compliant", "conforme", "compatible", "konform"],
    },
    Field {
        path: "deviceDetail.isManaged",
        cell: Bool,
        names: &["managed", "géré", "administrado", "verwaltet"],
    },
    text("deviceDetail.trustType", &["jointype", "typedejonction", "tipodeunión", "verknüpfungstyp"]),
    text("#mfa.result", &["multifactorauthenticationresult", "résultatdelauthentificationmultifacteur"]),
    text("mfaDetail.authMethod", &["multifactorauthenticationauthmethod"]),
    text("mfaDetail.authDetail", &["multifactorauthenticationauthdetail"]),
    Field {
        path: "authenticationRequirement",
        cell: Word(REQUIREMENTS),
        names: &[
            "authenticationrequirement",
            "exigencedauthentification",
            "requisitodeautenticación",
            "authentifizierungsanforderung",
        ],
    },
    text("signInIdentifier", &["signinidentifier", "identificateurdeconnexion"]),
    text("sessionId", &["sessionid", "iddesession", "iddesesión", "sitzungsid"]),
    text("ipAddressFromResourceProvider", &["ipaddressseenbyresource"]),
    Field { path: "isThroughGlobalSecureAccess", cell: Bool, names: &["throughglobalsecureaccess"] },
    text("globalSecureAccessIpAddress", &["globalsecureaccessipaddress"]),
    Field {
        path: "autonomousSystemNumber",
        cell: Number,
        names: &["autonomoussystemnumber", "numérodesystèmeautonome"],
    },
    Field { path: "flaggedForReview", cell: Bool, names: &["flaggedforreview"] },
    text("tokenIssuerType", &["tokenissuertype"]),
    text("tokenIssuerName", &["tokenissuername"]),
    Field { path: "processingTimeInMilliseconds", cell: Number, names: &["latency", "latence", "latencia"] },
    Field {
        path: "conditionalAccessStatus",
        cell: Word(ACCESS),
        names: &["conditionalaccess", "accèsconditionnel", "accesocondicional", "bedingterzugriff"],
    },
    Field {
        path: "managedServiceIdentity.msiType",
        cell: Made(managed_identity),
        names: &["managedidentitytype"],
    },
    text("managedServiceIdentity.associatedResourceId", &["associatedresourceid"]),
    text("managedServiceIdentity.federatedTokenId", &["federatedtokenid"]),
    text("managedServiceIdentity.federatedTokenIssuer", &["federatedtokenissuer"]),
];

/// A dated list with a request id and an address.
pub fn sniff(columns: &[String]) -> bool {
    let paths: Vec<String> = tabular::map(columns, FIELDS).into_iter().map(|m| m.path).collect();
    ["createdDateTime", "id", "ipAddress"].iter().all(|path| paths.iter().any(|p| p == path))
}

/// What had to be decided by the file's name.
pub fn note(header: &Header) -> Option<&'static str> {
    if !header.mapped.iter().any(|m| m.path.starts_with('#')) {
        return Some(
            "its header is in a language that auk does not know: time, ids, user, address and place are told by \
             their values, and the results are left out",
        );
    }
    let users = header.mapped.iter().any(|m| m.path == "userPrincipalName");
    match (users, told_kind(header)) {
        (false, _) => None,
        (true, Some("nonInteractiveUser")) => Some("taken for non-interactive sign-ins by the file's name"),
        (true, Some(_)) => Some("taken for interactive sign-ins by the file's name"),
        (true, None) => {
            Some("nothing in it tells interactive from non-interactive sign-ins; taken for interactive ones")
        }
    }
}

/// The kind that the portal writes into the file's name.
fn told_kind(header: &Header) -> Option<&'static str> {
    const KINDS: &[(&str, &str)] = &[
        ("noninteractivesignins", "nonInteractiveUser"),
        ("interactivesignins", "interactiveUser"),
        ("applicationsignins", "servicePrincipal"),
        ("msisignins", "managedIdentity"),
    ];
    let name = tabular::normal(&header.name);
    KINDS.iter().find(|(part, _)| name.contains(part)).map(|(_, kind)| *kind)
}

pub fn read_row(worker: &mut Worker, header: &Header, cells: &[Cow<'_, str>], place: Place) {
    let (mut root, mut flags) = tabular::record(header, cells, &mut worker.rest);
    flags |= set_status(&mut root);
    if let Some(mut mfa) = root.take("#mfa")
        && let Some(result) = mfa.take_text("result")
    {
        *root.at("status.additionalDetails") = Node::text(&result);
    }
    let user = !root.at("userId").is_empty() || !root.at("userPrincipalName").is_empty();
    let kind = match told_kind(header) {
        Some(kind @ ("nonInteractiveUser" | "interactiveUser")) if user => Some(kind),
        Some(kind @ ("servicePrincipal" | "managedIdentity")) if !user => Some(kind),
        _ => None,
    };
    if let Some(kind) = kind {
        *root.at("signInEventTypes") = Node::Leaf(format!("[\"{kind}\"]"));
    }
    if let Some(steps) = header.steps.as_ref().and_then(|steps| steps.of(&root.at("id").to_json())) {
        *root.at("authenticationDetails") = Node::Leaf(steps);
    }
    let place = Place { flags: place.flags | flags, ..place };
    super::with_record(worker, &root.to_json(), &place, |worker, tape| {
        sign_ins::read(worker, tape, 0, place);
    });
}

/// The status: its code, or 0 for a success without one.
fn set_status(root: &mut Node) -> u16 {
    let (status, code) = (root.take_text("#status"), root.take("#code"));
    let reason = root.take("#reason").unwrap_or_default();
    let failed = status.as_ref().is_some_and(|s| FAILED.contains(&s.to_lowercase().as_str()));
    let mut flags = 0;
    match (code, status) {
        (Some(code), _) => *root.at("status.errorCode") = code,
        (None, Some(_)) if failed => flags = UNREADABLE,
        (None, Some(_)) => *root.at("status.errorCode") = Node::Leaf("0".into()),
        (None, None) => {}
    }
    *root.at("status.failureReason") = reason;
    flags
}

/// `City, State, CC`, told from the right.
fn location(text: &str) -> Option<String> {
    let mut parts = text.rsplitn(3, ',').map(str::trim);
    let (country, state, city) = (parts.next(), parts.next(), parts.next());
    let mut node = Node::default();
    for (name, part) in [("city", city), ("state", state), ("countryOrRegion", country)] {
        if let Some(part) = part.filter(|part| !part.is_empty()) {
            *node.at(name) = Node::text(part);
        }
    }
    (!node.is_empty()).then(|| node.to_json())
}

/// Of which kind a managed identity is; `None` is none.
fn managed_identity(text: &str) -> Option<String> {
    let mut out = String::new();
    let word = if text.eq_ignore_ascii_case("none") { "none" } else { text };
    json::write_string(word, &mut out);
    Some(out)
}
