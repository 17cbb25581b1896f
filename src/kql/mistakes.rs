//! What people write who come from another language, or in a hurry, and what they may have meant.
//!
//! Tables of foreign words, and the help that goes with "expected …, found …".
//!
//! Trap: a hint is looked up when something is wrong already; it never decides whether a query is valid.

use super::lexer::TokenKind;
use super::parser::Parser;

const SEPARATORS: &str = "items are separated by `,`, operators by `|`, statements by `;`";
const LENGTH: &str = "a length of time is one word: `1d`, `12h`, `30m`, `15s`";
const NOTHING_AFTER: &str = "the `,` before it has nothing after it";

/// Operators of other languages, and what does the same here.
const OPERATORS: &[(&str, &str)] = &[
    ("dedup", "`distinct`, or `summarize arg_max(TimeGenerated, *) by …` for the latest row of each"),
    ("drop", "`project-away` leaves columns out"),
    ("eval", "`extend` adds columns"),
    ("fields", "`project` chooses columns"),
    ("from", "the table comes first: `Table | …`"),
    ("grep", "`where Column has \"word\"`, or `search \"word\"`"),
    ("group", "`summarize … by …` makes groups"),
    ("groupby", "`summarize … by …` makes groups"),
    ("having", "`where` after `summarize`"),
    ("head", "`take n`, or `top n by …`"),
    ("keep", "`project-keep` chooses columns"),
    ("offset", "`serialize n = row_number() | where n > …` leaves rows out"),
    ("orderby", "write `order by`"),
    ("rename", "`project-rename new = old`"),
    ("rex", "`parse`, or `extend … = extract(…)`"),
    ("select", "`project` chooses columns"),
    ("skip", "`serialize n = row_number() | where n > …` leaves rows out"),
    ("sortby", "write `sort by`"),
    ("stats", "`summarize` computes aggregates"),
    ("table", "`project` chooses columns"),
    ("tail", "`top n by … asc`"),
    ("uniq", "`distinct`"),
];

/// Functions of other languages, and what does the same here.
const FUNCTIONS: &[(&str, &str)] = &[
    ("approx_distinct", "dcount"),
    ("array_agg", "make_list"),
    ("concat", "strcat"),
    ("date_diff", "datetime_diff"),
    ("date_trunc", "bin"),
    ("dateadd", "datetime_add"),
    ("datediff", "datetime_diff"),
    ("day", "dayofmonth"),
    ("dc", "dcount"),
    ("earliest", "arg_min"),
    ("first", "arg_min"),
    ("getdate", "now"),
    ("hour", "hourofday"),
    ("if", "iff"),
    ("ifelse", "iff"),
    ("ifnull", "coalesce"),
    ("instr", "indexof"),
    ("isblank", "isempty"),
    ("last", "arg_max"),
    ("latest", "arg_max"),
    ("len", "strlen"),
    ("length", "strlen"),
    ("lower", "tolower"),
    ("mean", "avg"),
    ("month", "monthofyear"),
    ("nvl", "coalesce"),
    ("regexp_extract", "extract"),
    ("str", "tostring"),
    ("strpos", "indexof"),
    ("substr", "substring"),
    ("to_date", "todatetime"),
    ("upper", "toupper"),
    ("values", "make_set"),
    ("year", "getyear"),
];

/// Columns by the names that other products and other tables give them.
const COLUMNS: &[(&str, &str)] = &[
    ("_time", "TimeGenerated"),
    ("clientip", "IPAddress"),
    ("creationtime", "TimeGenerated"),
    ("ip", "IPAddress"),
    ("time", "TimeGenerated"),
    ("timestamp", "TimeGenerated"),
    ("upn", "UserPrincipalName"),
    ("user", "UserPrincipalName"),
];

/// Words of KQL that people write in upper case.
const WORDS: &[&str] = &[
    "and",
    "as",
    "asc",
    "between",
    "by",
    "contains",
    "desc",
    "endswith",
    "has",
    "in",
    "like",
    "matches",
    "not",
    "nulls",
    "on",
    "or",
    "startswith",
];

const UNITS: &[&str] =
    &["d", "day", "h", "hour", "m", "min", "minute", "month", "s", "sec", "second", "week", "year"];

/// What to write for an operator of another language.
pub fn operator(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    OPERATORS.iter().find(|(foreign, _)| *foreign == name).map(|(_, here)| *here)
}

/// The function that does what a function of another language does.
pub fn function(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    FUNCTIONS.iter().find(|(foreign, _)| *foreign == name).map(|(_, here)| *here)
}

/// The column that a name of another product may mean, if it is one of those here.
pub fn column(name: &str, columns: &[&str]) -> Option<&'static str> {
    let name = name.to_lowercase();
    let found = COLUMNS.iter().filter(|(foreign, _)| *foreign == name).map(|(_, here)| *here);
    found.into_iter().find(|here| columns.contains(here))
}

impl Parser<'_> {
    /// What people mean who write the token here, where `what` is expected.
    pub(super) fn usual_mistake(&self, what: &str) -> Option<String> {
        // After something that is complete.
        let after = what.starts_with("`|`");
        let operator = what == "the name of an operator";
        let help = match self.peek() {
            TokenKind::Symbol("=") => "equality is `==`; a column is named by `name = …`, with a plain name",
            TokenKind::Symbol("==") if what == "`=`" => "one `=` defines, two compare",
            TokenKind::Symbol("|") | TokenKind::End if operator => "an operator is missing after the `|`",
            TokenKind::Symbol("|") | TokenKind::End if self.previous() == "," => NOTHING_AFTER,
            TokenKind::Symbol("|") => "a pipeline begins with a table: `Table | …`",
            TokenKind::Symbol("&&") => "write `and`",
            TokenKind::Symbol("||") if self.operator_named(1).is_some() => "one `|` stands between operators",
            TokenKind::Symbol("||") => "write `or`",
            TokenKind::Symbol("!") => "negation is `not(…)`",
            TokenKind::Symbol("#") => "a comment is `// …`",
            TokenKind::Symbol("[") => {
                "a list of values is `(a, b)` after `in`, elsewhere `dynamic([a, b])` or `pack_array(a, b)`"
            }
            TokenKind::Symbol(")" | "]" | "}") if after => "it closes nothing: there is no bracket before it",
            TokenKind::Symbol(",") if after => {
                "a list of values stands in brackets: `in (a, b)`; conditions are joined by `and`"
            }
            TokenKind::Text(_) | TokenKind::Literal(..) if what == "the name of a member" => {
                "an address or a version is a text: it stands in quotes"
            }
            TokenKind::Text(_) | TokenKind::Literal(..) if after => SEPARATORS,
            TokenKind::Word => return self.mistaken_word(what, after),
            _ => return None,
        };
        Some(help.into())
    }

    fn mistaken_word(&self, what: &str, after: bool) -> Option<String> {
        let word = self.word_at(0)?;
        let lower = word.to_lowercase();
        let statement = what.ends_with("or `;`");
        let help = match lower.as_str() {
            "let" | "set" | "declare" => "a statement before it ends with `;`",
            _ if self.follows_number() && UNITS.contains(&lower.trim_end_matches('s')) => LENGTH,
            _ if word != lower && WORDS.contains(&lower.as_str()) => {
                return Some(format!("words are lower case: `{lower}`"));
            }
            _ if after && self.previous().eq_ignore_ascii_case("select") => {
                "this is no SQL: the table comes first, `Table | where … | project …`"
            }
            "is" if after => "write `isnull(…)` or `isnotnull(…)`; for texts `isempty(…)` or `isnotempty(…)`",
            "as" if after && !statement => "a column is named by `name = …`",
            _ if self.operator_named(0).is_some() => return Some(format!("a `|` stands before `{word}`")),
            "matches" => "the operator is `matches regex`",
            "not" if after => "write `!in`, `!has`, `!contains` …, or `not(…)` around the condition",
            _ if after && self.previous() == "not" => "write `not(…)`",
            _ if word.starts_with('!') => "negation is `not(…)`",
            _ if after => SEPARATORS,
            _ => return None,
        };
        Some(help.into())
    }
}
