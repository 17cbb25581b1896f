//! The audit log as the Entra admin center writes it to CSV → AuditLogs (route C1).
//!
//! Traps: a row has at most three targets of five changed properties and six details, so an activation of
//! a role may have lost its expiry, ticket and address. It has no id: two copies are one by time,
//! correlation, activity, result, targets and actor. Headers follow the language of the portal.

use std::borrow::Cow;

use super::directory_audits;
use crate::ingest::cells::Header;
use crate::ingest::plan::Place;
use crate::ingest::tabular::Cell::{Text, Time, Word};
use crate::ingest::tabular::{self, Field, Node};
use crate::ingest::worker::Worker;
use crate::lake::ids;
use crate::lake::rows::LOSSY;

const RESULTS: &[(&str, &str)] = &[
    ("success", "success"),
    ("failure", "failure"),
    ("timeout", "timeout"),
    ("correcto", "success"),
    ("éxito", "success"),
    ("error", "failure"),
    ("réussite", "success"),
    ("succès", "success"),
    ("échec", "failure"),
    ("erfolg", "success"),
    ("erfolgreich", "success"),
    ("fehler", "failure"),
    ("fehlgeschlagen", "failure"),
];

pub const FIELDS: &[Field] = &[
    Field { path: "activityDateTime", cell: Time, names: &["dateutc", "date", "fechautc", "datumutc"] },
    Field {
        path: "correlationId",
        cell: Text,
        names: &["correlationid", "iddecorrelación", "iddecorrélation", "korrelationsid"],
    },
    Field { path: "loggedByService", cell: Text, names: &["service", "servicio", "dienst"] },
    Field { path: "category", cell: Text, names: &["category", "categoría", "catégorie", "kategorie"] },
    Field {
        path: "activityDisplayName",
        cell: Text,
        names: &["activity", "actividad", "activité", "aktivität"],
    },
    Field { path: "result", cell: Word(RESULTS), names: &["result", "resultado", "résultat", "ergebnis"] },
    Field {
        path: "resultReason",
        cell: Text,
        names: &[
            "resultreason",
            "motivodelresultado",
            "motifdurésultat",
            "raisondurésultat",
            "ergebnisgrund",
        ],
    },
    Field { path: "userAgent", cell: Text, names: &["useragent", "agentedeusuario", "agentutilisateur"] },
    Field {
        path: "#actor.type",
        cell: Text,
        names: &["actortype", "tipodeactor", "typedacteur", "akteurtyp"],
    },
    Field {
        path: "#actor.displayName",
        cell: Text,
        names: &[
            "actordisplayname",
            "nombreparamostrardelactor",
            "actornombreparamostrar",
            "akteuranzeigename",
        ],
    },
    Field {
        path: "#actor.id",
        cell: Text,
        names: &["actorobjectid", "actoriddeobjeto", "iddeobjetodelactor", "akteurobjektid"],
    },
    Field {
        path: "#actor.userPrincipalName",
        cell: Text,
        names: &[
            "actoruserprincipalname",
            "actornombreprincipaldeusuario",
            "nombreprincipaldeusuariodelactor",
            "akteurbenutzerprinzipalname",
        ],
    },
    Field {
        path: "#actor.ipAddress",
        cell: Text,
        names: &["ipaddress", "direcciónip", "adresseip", "ipadresse"],
    },
    Field { path: "#actor.homeTenantId", cell: Text, names: &["actorhometenantid"] },
    Field { path: "#actor.homeTenantName", cell: Text, names: &["actorhometenantname"] },
    Field { path: "#actor.servicePrincipalId", cell: Text, names: &["actorserviceprincipalid"] },
    Field { path: "#actor.servicePrincipalName", cell: Text, names: &["actorserviceprincipalname"] },
    Field {
        path: "targetResources[#].type",
        cell: Text,
        names: &["target#type", "objetivo#tipo", "cible#type", "ziel#typ"],
    },
    Field {
        path: "targetResources[#].displayName",
        cell: Text,
        names: &[
            "target#displayname",
            "objetivo#nombreparamostrar",
            "cible#nomdaffichage",
            "ziel#anzeigename",
        ],
    },
    Field {
        path: "targetResources[#].id",
        cell: Text,
        names: &["target#objectid", "objetivo#iddeobjeto", "cible#iddobjet", "ziel#objektid"],
    },
    Field {
        path: "targetResources[#].userPrincipalName",
        cell: Text,
        names: &[
            "target#userprincipalname",
            "objetivo#nombreprincipaldeusuario",
            "cible#nomdutilisateurprincipal",
            "ziel#benutzerprinzipalname",
        ],
    },
    Field {
        path: "targetResources[#].modifiedProperties[#].displayName",
        cell: Text,
        names: &["target#modifiedproperty#name", "objetivo#propiedadmodificada#nombre"],
    },
    Field {
        path: "targetResources[#].modifiedProperties[#].oldValue",
        cell: Text,
        names: &["target#modifiedproperty#oldvalue", "objetivo#propiedadmodificada#valoranterior"],
    },
    Field {
        path: "targetResources[#].modifiedProperties[#].newValue",
        cell: Text,
        names: &["target#modifiedproperty#newvalue", "objetivo#propiedadmodificada#valornuevo"],
    },
    Field {
        path: "additionalDetails[#].key",
        cell: Text,
        names: &["additionaldetail#key", "detalleadicional#clave"],
    },
    Field {
        path: "additionalDetails[#].value",
        cell: Text,
        names: &["additionaldetail#value", "detalleadicional#valor"],
    },
];

/// A dated list of activities with numbered targets or details.
pub fn sniff(columns: &[String]) -> bool {
    let paths: Vec<String> = tabular::map(columns, FIELDS).into_iter().map(|m| m.path).collect();
    let has = |path: &str| paths.iter().any(|p| p == path);
    let numbered = paths.iter().filter(|p| p.contains('[')).count();
    has("activityDateTime") && has("activityDisplayName") && numbered >= 3
}

pub fn read_row(worker: &mut Worker, header: &Header, cells: &[Cow<'_, str>], place: Place) {
    let (mut root, flags) = tabular::record(header, cells, &mut worker.rest);
    let full = |root: &mut Node, path: &str| !root.at(path).is_empty();
    let cut = full(&mut root, "targetResources[2]") || full(&mut root, "additionalDetails[5]");
    let place = Place { flags: place.flags | flags | if cut { LOSSY } else { 0 }, ..place };
    if let Some(actor) = root.take("#actor") {
        set_actor(&mut root, actor);
    }
    for list in ["targetResources", "additionalDetails"] {
        if root.at(list).is_empty() {
            *root.at(list) = Node::Leaf("[]".into());
        }
    }
    super::with_record(worker, &root.to_json(), &place, |worker, tape| {
        let text = |path: &[&str]| {
            let node = path.iter().try_fold(0, |node, step| match step.parse() {
                Ok(index) => tape.children(node).nth(index),
                Err(_) => tape.member(node, step),
            });
            node.map_or(Cow::Borrowed(""), |node| tape.string(node))
        };
        let key: Vec<Cow<'_, str>> = [
            &["activityDateTime"][..],
            &["correlationId"],
            &["activityDisplayName"],
            &["result"],
            &["targetResources", "0", "id"],
            &["targetResources", "1", "id"],
            &["initiatedBy", "user", "id"],
            &["initiatedBy", "app", "servicePrincipalId"],
        ]
        .iter()
        .map(|path| text(path))
        .collect();
        let id = ids::identity("directoryAudit of the portal", &key.join("\n"));
        directory_audits::write(worker, tape, 0, &place, id, &[]);
    });
}

/// Who did it, as Graph says it: a user, or else an application.
fn set_actor(root: &mut Node, mut actor: Node) {
    let kind = actor.take_text("type").unwrap_or_default().to_lowercase();
    let name = |actor: &mut Node| actor.take("displayName").unwrap_or_default();
    let is_app = ["application", "service principal", "serviceprincipal", "aplicación", "anwendung"]
        .contains(&kind.as_str())
        || kind.is_empty() && !actor.at("servicePrincipalId").is_empty();
    if is_app {
        let id = [actor.take("servicePrincipalId"), actor.take("id")].into_iter().flatten();
        let id = id.reduce(|first, other| if first.is_empty() { other } else { first });
        *root.at("initiatedBy.app.displayName") = name(&mut actor);
        *root.at("initiatedBy.app.servicePrincipalId") = id.unwrap_or_default();
        *root.at("initiatedBy.app.servicePrincipalName") =
            actor.take("servicePrincipalName").unwrap_or_default();
    } else {
        for member in
            ["id", "displayName", "userPrincipalName", "ipAddress", "homeTenantId", "homeTenantName"]
        {
            *root.at(&format!("initiatedBy.user.{member}")) = actor.take(member).unwrap_or_default();
        }
    }
    if root.at("initiatedBy").is_empty() {
        *root.at("initiatedBy") = Node::Leaf("{}".into());
    }
}
