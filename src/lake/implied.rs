//! Columns that a part does not store, since the manifest can say what they hold: one value in every row, or the same as
//! another column. Exports have many of both: `Resource` is always "Microsoft.aadiam", `OperationName` repeats
//! `ActivityDisplayName`.
//!
//! The file says it, too (`KEY` of its metadata), for those who read it without the lake.
//!
//! Trap: only columns named here are looked at. Any column of a small part may happen to hold one value, and parts that
//! store different columns are not read as one scan.

use parquet::file::metadata::{KeyValue, ParquetMetaData};

use super::rows::{Cells, Rows};
use crate::json;
use crate::types::Type;
use crate::value::Value;

/// What the manifest says of the columns that a part does not store.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Implied {
    /// The value in every row.
    pub constants: Vec<(String, Value)>,
    /// A column, and the one that it is the same as.
    pub same: Vec<(String, String)>,
}

/// The key of the file's metadata.
pub const KEY: &str = "auk.implied";

/// Columns of one value in most exports.
const CONSTANTS: &[&str] = &[
    "AADTenantId",
    "DurationMs",
    "Level",
    "OperationVersion",
    "Resource",
    "ResourceGroup",
    "ResourceId",
    "ResultSignature",
    "SourceSystem",
    "TenantId",
    "Type",
];

/// A longer text is stored: what a file says of itself is read by whoever is given the file.
const LONGEST: usize = 1024;

/// Columns that repeat another one of the same table, which is none of the above.
const SAME: &[(&str, &str)] = &[
    ("ActivityDateTime", "TimeGenerated"),
    ("ActivityDisplayName", "OperationName"),
    ("AppliedConditionalAccessPolicies", "ConditionalAccessPolicies"),
    ("CreatedDateTime", "TimeGenerated"),
    ("ResultReason", "ResultDescription"),
    ("SignInIdentifier", "UserPrincipalName"),
];

impl Implied {
    /// The column that says what `name` holds, if it is another one's copy.
    pub fn source(&self, name: &str) -> Option<&str> {
        self.same.iter().find(|(copy, _)| copy == name).map(|(_, source)| source.as_str())
    }

    pub fn constant(&self, name: &str) -> Option<&Value> {
        self.constants.iter().find(|(constant, _)| constant == name).map(|(_, value)| value)
    }

    /// As the member values `constants` and `same` of a bag.
    pub fn members(&self) -> [(&'static str, Value); 2] {
        let same = self.same.iter().map(|(copy, source)| (copy.clone(), Value::string(source)));
        [("constants", Value::Bag(self.constants.clone())), ("same", Value::Bag(same.collect()))]
    }

    /// Out of such a bag; lakes of before have every column in the file.
    pub fn of_members(bag: &Value) -> Option<Implied> {
        let members = |key: &str| bag.member(key).as_bag().map(<[_]>::to_vec).unwrap_or_default();
        let text = |(name, of): (String, Value)| Some((name, of.as_str()?.to_string()));
        let same = members("same").into_iter().map(text).collect::<Option<_>>()?;
        Some(Implied { constants: members("constants"), same })
    }

    /// What a file says of itself, as far as it is what is written here: the file may be anybody's.
    pub fn of_file(metadata: &ParquetMetaData) -> Implied {
        let pairs = metadata.file_metadata().key_value_metadata();
        let found = pairs.and_then(|pairs| pairs.iter().find(|pair| pair.key == KEY));
        let bag = found.and_then(|pair| json::parse(pair.value.as_deref()?));
        let mut implied = bag.and_then(|bag| Implied::of_members(&bag)).unwrap_or_default();
        implied.constants.truncate(CONSTANTS.len());
        implied.constants.retain(|(name, value)| {
            let short = value.as_str().is_some_and(|text| text.len() <= LONGEST);
            CONSTANTS.contains(&name.as_str()) && (short || matches!(value, Value::Long(_)))
        });
        implied.same.truncate(SAME.len());
        implied.same.retain(|(copy, source)| SAME.contains(&(copy.as_str(), source.as_str())));
        implied
    }

    /// What a file is to say of itself; nothing where it has all columns.
    pub fn for_file(&self) -> Option<Vec<KeyValue>> {
        let bag = self.members().map(|(name, value)| (name.to_string(), value));
        let text = json::to_text(&Value::Bag(bag.into()));
        (*self != Implied::default()).then(|| vec![KeyValue::new(KEY.to_string(), text)])
    }

    /// Notes column `at` if it need not be stored; else `false`.
    pub fn note(&mut self, at: usize, chunks: &[Rows]) -> bool {
        let Some(layout) = chunks.first().map(|rows| &rows.layout) else { return false };
        let field = &layout.fields[at];
        if CONSTANTS.contains(&field.name.as_str())
            && let Some(value) = constant(at, field.ty, chunks)
        {
            self.constants.push((field.name.clone(), value));
            return true;
        }
        let source = SAME.iter().find(|(copy, _)| *copy == field.name).map(|(_, source)| *source);
        let is_same = |of: usize| {
            let ty = layout.fields[of].ty;
            (ty == field.ty || (ty, field.ty) == (Type::Dynamic, Type::String)) && are_same(at, of, chunks)
        };
        let Some(source) = source.filter(|name| layout.index(name).is_some_and(is_same)) else {
            return false;
        };
        self.same.push((field.name.clone(), source.to_string()));
        true
    }

    /// Fills the cells of what is not stored.
    pub fn restore(&self, rows: &mut Rows) {
        let layout = rows.layout.clone();
        let count = rows.len();
        for (name, value) in &self.constants {
            let Some(at) = layout.index(name) else { continue };
            match value {
                Value::String(text) => (0..count).for_each(|row| rows.cells[at].set_text(row, text)),
                value => {
                    let long = value.as_i64().unwrap_or_default();
                    (0..count).for_each(|row| rows.cells[at].set_long(row, long));
                }
            }
        }
        for (name, source) in &self.same {
            let (Some(at), Some(of)) = (layout.index(name), layout.index(source)) else { continue };
            let mut copy = std::mem::replace(&mut rows.cells[at], Cells::of(layout.fields[at].ty));
            for row in 0..count {
                match &rows.cells[of] {
                    Cells::Text(texts) if !texts.get(row).is_empty() => copy.set_text(row, texts.get(row)),
                    Cells::Long(longs) => {
                        if let Some(long) = longs.get(row).copied().flatten() {
                            copy.set_long(row, long);
                        }
                    }
                    _ => {}
                }
            }
            rows.cells[at] = copy;
        }
    }
}

/// The value that a column has in every row.
fn constant(at: usize, ty: Type, chunks: &[Rows]) -> Option<Value> {
    let first = chunks.first()?;
    match ty {
        Type::String => {
            let text = first.cells[at].text(0);
            let repeats = |rows: &Rows| match &rows.cells[at] {
                Cells::Text(texts) => texts.repeats(text, rows.len()),
                _ => false,
            };
            let all = (1..=LONGEST).contains(&text.len()) && chunks.iter().all(repeats);
            all.then(|| Value::string(text))
        }
        Type::Long => {
            let long = first.cells[at].long(0)?;
            let same = |rows: &Rows| (0..rows.len()).all(|row| rows.cells[at].long(row) == Some(long));
            chunks.iter().all(same).then_some(Value::Long(long))
        }
        _ => None,
    }
}

/// Do two columns hold the same in every row?
fn are_same(a: usize, b: usize, chunks: &[Rows]) -> bool {
    let same = |rows: &Rows| match (&rows.cells[a], &rows.cells[b]) {
        (Cells::Text(a), Cells::Text(b)) => a.is_same(b),
        (Cells::Long(_), Cells::Long(_)) => {
            (0..rows.len()).all(|row| rows.cells[a].long(row) == rows.cells[b].long(row))
        }
        _ => false,
    };
    chunks.iter().all(same)
}
