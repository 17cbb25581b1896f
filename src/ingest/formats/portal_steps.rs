//! The steps of sign-ins as the Entra admin center writes them to a CSV file of their own (route C3,
//! `*_AuthDetails`) → SignInAuthenticationSteps, and `AuthenticationDetails` of the sign-ins of route C2
//! that are read in the same run.
//!
//! Trap: the file may come before or after that of the sign-ins; these wait until all others are read.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use crate::ingest::cells::Header;
use crate::ingest::plan::{self, Place, Plan, Record};
use crate::ingest::tabular::Cell::{Bool, Text, Time};
use crate::ingest::tabular::{self, Field, Node};
use crate::ingest::worker::Worker;
use crate::lake::ids;
use crate::lake::rows::layouts;
use crate::lake::tables::number;

const fn text(path: &'static str, names: &'static [&'static str]) -> Field {
    Field { path, cell: Text, names }
}

pub const FIELDS: &[Field] = &[
    Field {
        path: "TimeGenerated",
        cell: Time,
        names: &["dateutc", "date", "fechautc", "datumutc", "authenticationstepdatetime"],
    },
    text("RequestId", &["requestid", "idderequête", "iddesolicitud", "anforderungsid"]),
    text(
        "AuthenticationMethod",
        &[
            "authenticationmethod",
            "méthodedauthentification",
            "métododeautenticación",
            "authentifizierungsmethode",
        ],
    ),
    text(
        "AuthenticationMethodDetail",
        &[
            "authenticationmethoddetail",
            "authenticationmethoddetails",
            "methoddetail",
            "détaildelaméthodedauthentification",
            "detalledelmétododeautenticación",
        ],
    ),
    Field {
        path: "Succeeded",
        cell: Bool,
        names: &["succeeded", "success", "réussi", "correcto", "erfolgreich"],
    },
    text(
        "ResultDetail",
        &[
            "resultdetail",
            "resultdetails",
            "authenticationstepresultdetail",
            "détailsdurésultat",
            "detalledelresultado",
            "ergebnisdetail",
        ],
    ),
    text(
        "Requirement",
        &["requirement", "authenticationsteprequirement", "exigence", "requisito", "anforderung"],
    ),
];

/// A request id with a method, and no address.
pub fn sniff(columns: &[String]) -> bool {
    let paths: Vec<String> = tabular::map(columns, FIELDS).into_iter().map(|m| m.path).collect();
    let has = |path: &str| paths.iter().any(|p| p == path);
    has("RequestId") && has("AuthenticationMethod") && has("TimeGenerated")
}

pub fn read_row(worker: &mut Worker, header: &Header, cells: &[Cow<'_, str>], place: Place) {
    static PLAN: OnceLock<Option<Plan>> = OnceLock::new();
    let make = || Some(Plan::of_layout(&layouts()[number("SignInAuthenticationSteps")?], plan::same_name));
    let Some(plan) = PLAN.get_or_init(make) else { return };
    let (root, flags) = tabular::record(header, cells, &mut worker.rest);
    let place = Place { flags: place.flags | flags, ..place };
    super::with_record(worker, &root.to_json(), &place, |worker, tape| {
        let id = ids::identity("step of a sign-in", tape.text(0));
        worker.row(plan, &Record { tape, root: 0, place: &place, id, envelope: &[] });
    });
}

/// Bytes of steps that are held, at most.
const HELD: usize = 256 << 20;

/// The steps of the sign-ins, by request id.
#[derive(Default)]
pub struct Steps {
    by_request: HashMap<u128, String>,
    bytes: usize,
}

impl Steps {
    /// Takes in a row; `false` when there is no more room.
    pub fn add(&mut self, header: &Header, cells: &[Cow<'_, str>]) -> bool {
        const MEMBERS: &[(&str, &str)] = &[
            ("TimeGenerated", "authenticationStepDateTime"),
            ("AuthenticationMethod", "authenticationMethod"),
            ("AuthenticationMethodDetail", "authenticationMethodDetail"),
            ("Succeeded", "succeeded"),
            ("ResultDetail", "authenticationStepResultDetail"),
            ("Requirement", "authenticationStepRequirement"),
        ];
        let (mut root, _) = tabular::record(header, cells, &mut String::new());
        let Some(request) = root.take("RequestId").filter(|id| !id.is_empty()) else { return true };
        let mut step = Node::default();
        for (from, to) in MEMBERS {
            if let Some(value) = root.take(from) {
                *step.at(to) = value;
            }
        }
        let step = step.to_json();
        self.bytes += step.len() + 64;
        let known = self.by_request.entry(ids::identity("request", &request.to_json())).or_default();
        if !known.contains(&step) {
            known.push(if known.is_empty() { '[' } else { ',' });
            known.push_str(&step);
        }
        self.bytes < HELD
    }

    /// The steps of a request, whose id is JSON text, as a JSON array.
    pub fn of(&self, request: &str) -> Option<String> {
        self.by_request.get(&ids::identity("request", request)).map(|steps| format!("{steps}]"))
    }

    pub fn is_empty(&self) -> bool {
        self.by_request.is_empty()
    }
}
