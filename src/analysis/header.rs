//! The header of an analysis: `// field: value` lines at the top of its file.
//!
//! A value may go on over lines that stand further in (`//   and so on`). The header ends with `//` alone or
//! with the first line that is no comment; what comments follow before the first statement are notes.
//!
//! Trap: any text can be read as an analysis (`auk query -f`), so nothing here fails. A line that is no field, or a
//! severity that is none, is a fault of the file, and a test asks the collection for its faults.

use std::fmt;

/// How bad a finding is, in Sentinel's words, and `critical`.
///
/// What is informational is an overview or a ledger: it has rows, not findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    #[default]
    Informational,
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    /// From bad to worse.
    pub const ALL: [Severity; 5] =
        [Severity::Informational, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

    pub fn name(self) -> &'static str {
        match self {
            Severity::Informational => "informational",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }

    pub fn of(name: &str) -> Option<Severity> {
        Severity::ALL.into_iter().find(|severity| severity.name() == name)
    }

    /// Does it find, rather than show?
    pub fn finds(self) -> bool {
        self > Severity::Informational
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The words that `tags:` takes; the folder of a file is a tag by itself.
pub const TAGS: &[&str] = &[
    "application",
    "baseline",
    "compliance",
    "geo",
    "guest",
    "hunting",
    "monthly",
    "reference",
    "token",
    "ual",
];

/// What the header of a file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    pub title: String,
    /// One sentence: what and why.
    pub description: String,
    /// What a finding means, and what to look at next.
    pub hit: String,
    /// The usual innocent reasons of a finding.
    pub false_positives: String,
    /// The tables that it needs, or of which it needs one.
    pub tables: Vec<String>,
    /// The same, as they are needed: rows in one of each set are enough (`A or B, C`).
    pub needs: Vec<Vec<String>>,
    /// The tables that it reads where they have rows.
    pub optional: Vec<String>,
    pub severity: Severity,
    /// MITRE ATT&CK technique ids.
    pub techniques: Vec<String>,
    pub tags: Vec<String>,
    /// What the file says further, a line each.
    pub notes: Vec<String>,
    /// What is wrong with the header, a sentence each.
    pub faults: Vec<String>,
}

/// The names of fields.
const FIELDS: &[&str] = &[
    "title",
    "description",
    "hit",
    "false positives",
    "tables",
    "optional",
    "severity",
    "techniques",
    "tags",
];

/// Fields that every analysis must have.
const NEEDED: &[&str] = &["title", "description", "hit", "false positives", "tables", "severity"];

impl Header {
    /// The tables that it needs: `A or B, C`.
    pub fn needs_text(&self) -> String {
        self.needs.iter().map(|set| set.join(" or ")).collect::<Vec<_>>().join(", ")
    }

    /// The sets of tables of which it needs one, and all are lacking.
    pub fn missing(&self, lacks: impl Fn(&str) -> bool) -> Vec<&[String]> {
        self.needs.iter().map(Vec::as_slice).filter(|set| set.iter().all(|table| lacks(table))).collect()
    }

    /// Tables that are lacking though it runs without them: optional ones, and those of a set of several.
    pub fn lacking(&self, lacks: impl Fn(&str) -> bool) -> Vec<String> {
        let several = self.needs.iter().filter(|set| set.len() > 1).flatten();
        several.chain(&self.optional).filter(|table| lacks(table)).cloned().collect()
    }

    pub fn read(text: &str) -> Header {
        let mut header = Header::default();
        let mut values: Vec<(String, String)> = Vec::new();
        let mut comments = text.lines().map_while(|line| line.trim().strip_prefix("//")).fuse();
        for comment in comments.by_ref().take_while(|comment| !comment.trim().is_empty()) {
            if let Some((_, value)) = values.last_mut().filter(|_| comment.starts_with("  ")) {
                value.push(' ');
                value.push_str(comment.trim());
                continue;
            }
            match field(comment) {
                None => header.faults.push(format!("`{}` is no field", comment.trim())),
                Some((name, _)) if values.iter().any(|(n, _)| n == name) => {
                    header.faults.push(format!("`{name}` stands twice"));
                }
                Some((name, value)) => values.push((name.to_string(), value.to_string())),
            }
        }
        header.notes = comments
            .map(|comment| comment.trim().to_string())
            .take_while(|comment| !comment.starts_with("param "))
            .collect();
        values.into_iter().for_each(|(name, value)| header.set(&name, value));
        header
    }

    fn set(&mut self, name: &str, value: String) {
        match name {
            "title" => self.title = value,
            "description" => self.description = value,
            "hit" => self.hit = value,
            "false positives" => self.false_positives = value,
            "tables" => {
                let names = |set: &String| set.split(" or ").map(|name| name.trim().to_string()).collect();
                self.needs = words(&value).iter().map(names).collect();
                self.tables = self.needs.concat();
            }
            "optional" => self.optional = words(&value),
            "severity" => match Severity::of(&value) {
                Some(severity) => self.severity = severity,
                None => self.faults.push(format!("`{value}` is no severity")),
            },
            "techniques" => self.techniques = words(&value),
            "tags" => self.tags = words(&value),
            _ => self.faults.push(format!("`{name}` is no field; there are {}", FIELDS.join(", "))),
        }
    }

    /// What is wrong with it as the header of an analysis: what was read amiss, what is missing, and words that are
    /// none of their list.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = self.faults.clone();
        let given = |name: &str| match name {
            "title" => !self.title.is_empty(),
            "description" => !self.description.is_empty(),
            "hit" => !self.hit.is_empty(),
            "false positives" => !self.false_positives.is_empty(),
            "tables" => !self.tables.is_empty(),
            _ => true,
        };
        faults.extend(NEEDED.iter().filter(|n| !given(n)).map(|n| format!("it has no `{n}`")));
        let odd = self.techniques.iter().filter(|id| !is_technique(id));
        faults.extend(odd.map(|id| format!("`{id}` is no ATT&CK technique (T1078, T1078.004)")));
        let odd = self.tags.iter().filter(|tag| !TAGS.contains(&tag.as_str()));
        faults.extend(odd.map(|tag| format!("`{tag}` is no tag; there are {}", TAGS.join(", "))));
        faults
    }
}

/// `name: value` at the beginning of a comment: the name in small letters, perhaps two words.
fn field(comment: &str) -> Option<(&str, &str)> {
    let (name, value) = comment.strip_prefix(' ').unwrap_or(comment).split_once(':')?;
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == ' ');
    let short = name.split(' ').count() <= 2 && !name.starts_with(' ');
    (plain && short).then_some((name, value.trim()))
}

/// `T1078` or `T1078.004`.
fn is_technique(id: &str) -> bool {
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    let Some(id) = id.strip_prefix('T') else { return false };
    match id.split_once('.') {
        Some((technique, sub)) => digits(technique, 4) && digits(sub, 3),
        None => digits(id, 4),
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(',').map(|word| word.trim().to_string()).filter(|word| !word.is_empty()).collect()
}
