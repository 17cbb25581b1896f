//! The people of the planted incidents: name and account, by their index among the users.
//!
//! Trap: a person's index decides what is drawn for them; whoever is new stands at the end of their group, and
//! groups have a fixed size.

pub const OUTLIER: usize = 0;
pub const FREQUENT: usize = 1;
pub const SPIKE: usize = 2;
pub const NEAR_SPIKE: usize = 3;
pub const ABROAD: usize = 4;
pub const IMPOSSIBLE: usize = 5;
pub const NEAR_IMPOSSIBLE: usize = 6;
pub const OUTSIDE_PIM: usize = 7;
pub const UAL_ONLY: usize = 8;
pub const GRANTOR: usize = 9;
pub const APPROVER: usize = 10;
pub const FAILING: usize = 11;
pub const BREAK_GLASS: usize = 12;
pub const SECOND_APPROVER: usize = 13;

const FIRST: [(&str, &str); 14] = [
    ("Marit de Boer", "marit.deboer"),
    ("Daan Verhulst", "daan.verhulst"),
    ("Ilse Kuiper", "ilse.kuiper"),
    ("Tom Hendrickx", "tom.hendrickx"),
    ("Noor Jansen", "noor.jansen"),
    ("Lucas Peeters", "lucas.peeters"),
    ("Fleur Mertens", "fleur.mertens"),
    ("Ruben Claes", "ruben.claes"),
    ("Sanne Willems", "sanne.willems"),
    ("Marek Nowak", "marek.nowak"),
    ("Eva Lindqvist", "eva.lindqvist"),
    ("Koen Maes", "koen.maes"),
    ("Break Glass 1", "breakglass1"),
    ("Joris van Dam", "joris.vandam"),
];

/// Where the people of privileged access begin.
pub const PRIVILEGED: usize = FIRST.len();
const PRIVILEGED_ACCESS: [(&str, &str); 20] = [
    ("Anouk Smit", "anouk.smit"),
    ("Bram Visser", "bram.visser"),
    ("Chiara Romano", "chiara.romano"),
    ("Dries Wouters", "dries.wouters"),
    ("Elif Yilmaz", "elif.yilmaz"),
    ("Floris Bakker", "floris.bakker"),
    ("Greta Olsson", "greta.olsson"),
    ("Hugo Lambert", "hugo.lambert"),
    ("Ines Carvalho", "ines.carvalho"),
    ("Jasper Mulder", "jasper.mulder"),
    ("Katja Vogel", "katja.vogel"),
    ("Levi Segal", "levi.segal"),
    ("Mila Horvat", "mila.horvat"),
    ("Niels Postma", "niels.postma"),
    ("Oona Virtanen", "oona.virtanen"),
    ("Pieter Aerts", "pieter.aerts"),
    ("Quinten Bos", "quinten.bos"),
    ("Roos Dekker", "roos.dekker"),
    ("Stijn Goossens", "stijn.goossens"),
    ("Tessa Brouwer", "tessa.brouwer"),
];

/// Where the people of the sign-ins begin.
pub const SIGNING_IN: usize = PRIVILEGED + PRIVILEGED_ACCESS.len();
const SIGN_INS: [(&str, &str); 24] = [
    ("Ugo Ferrari", "ugo.ferrari"),
    ("Vera Kowalska", "vera.kowalska"),
    ("Wim Jacobs", "wim.jacobs"),
    ("Xander Prins", "xander.prins"),
    ("Yara Haddad", "yara.haddad"),
    ("Zoe Martens", "zoe.martens"),
    ("Arne Nilsen", "arne.nilsen"),
    ("Bente Larsen", "bente.larsen"),
    ("Cas Hoekstra", "cas.hoekstra"),
    ("Dounia Amrani", "dounia.amrani"),
    ("Emiel Baert", "emiel.baert"),
    ("Femke Vos", "femke.vos"),
    ("Gijs Kramer", "gijs.kramer"),
    ("Hanna Lehtonen", "hanna.lehtonen"),
    ("Ivo Petrov", "ivo.petrov"),
    ("Jonna Berg", "jonna.berg"),
    ("Kasper Thijs", "kasper.thijs"),
    ("Lotte Simons", "lotte.simons"),
    ("Mats Eriksen", "mats.eriksen"),
    ("Nadia Benali", "nadia.benali"),
    ("Otis Meijer", "otis.meijer"),
    ("Pleun Schouten", "pleun.schouten"),
    ("Rik Adriaens", "rik.adriaens"),
    ("Sofie De Clercq", "sofie.declercq"),
];

/// Where the people of directory, mail and files begin.
pub const AT_WORK: usize = SIGNING_IN + SIGN_INS.len();
const WORKLOADS: [(&str, &str); 20] = [
    ("Thijs Verbeek", "thijs.verbeek"),
    ("Umit Kaya", "umit.kaya"),
    ("Veerle Nijs", "veerle.nijs"),
    ("Wout Peters", "wout.peters"),
    ("Ylva Holm", "ylva.holm"),
    ("Zeger Pauwels", "zeger.pauwels"),
    ("Alma Lindberg", "alma.lindberg"),
    ("Boris Todorov", "boris.todorov"),
    ("Cato Blom", "cato.blom"),
    ("David Roos", "david.roos"),
    ("Esmee Kok", "esmee.kok"),
    ("Filip Novotny", "filip.novotny"),
    ("Gonda Evers", "gonda.evers"),
    ("Henk Dijkstra", "henk.dijkstra"),
    ("Iris Maas", "iris.maas"),
    ("Jelle Huisman", "jelle.huisman"),
    ("Kim Nguyen", "kim.nguyen"),
    ("Luuk Peeters", "luuk.peeters"),
    ("Maud Gerritsen", "maud.gerritsen"),
    ("Noah Timmer", "noah.timmer"),
];

/// How many there are.
pub const LEN: usize = AT_WORK + WORKLOADS.len();

/// Name and account of the one at an index.
pub fn person(index: usize) -> Option<(&'static str, &'static str)> {
    FIRST.iter().chain(&PRIVILEGED_ACCESS).chain(&SIGN_INS).chain(&WORKLOADS).nth(index).copied()
}
