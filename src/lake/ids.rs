//! What a record is: a hash of its kind and its id. So the identities of a part's rows need not be stored where each is
//! made of what the column `Id` shows; the manifest says of which kind then (`PartEntry::ids`), and they are worked out.
//!
//! Trap: not every record has an id. A part with one row that is told by something else stores the identities of all.

use arrow::array::{Array, AsArray, FixedSizeBinaryArray, RecordBatch};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::manifest::PartEntry;
use super::rows::Rows;

/// The column of identities, where it is stored.
pub const COLUMN: &str = "_auk_id";
const ID: &str = "Id";

/// The kinds of the records that tables are made of, where those have ids.
const KINDS: &[(&str, &str)] = &[
    ("AADManagedIdentitySignInLogs", SIGN_IN),
    ("AADNonInteractiveUserSignInLogs", SIGN_IN),
    ("AADServicePrincipalSignInLogs", SIGN_IN),
    ("AuditLogs", DIRECTORY_AUDIT),
    ("SigninLogs", SIGN_IN),
    ("UnifiedAuditLog", UNIFIED_AUDIT),
];
pub const DIRECTORY_AUDIT: &str = "directoryAudit";
pub const SIGN_IN: &str = "signIn";
pub const UNIFIED_AUDIT: &str = "UnifiedAuditLog";

pub fn kind_of(table: &str) -> Option<&'static str> {
    KINDS.iter().find(|(name, _)| *name == table).map(|(_, kind)| *kind)
}

/// The identity of a record of a kind. Guids compare without case.
pub fn identity(kind: &str, id: &str) -> u128 {
    let mut hash = Sha256::new();
    hash.update(kind.as_bytes());
    hash.update([0]);
    if id.len() == 36 && id.bytes().any(|b| b.is_ascii_uppercase()) {
        hash.update(id.to_ascii_lowercase().as_bytes());
    } else {
        hash.update(id.as_bytes());
    }
    let digest = hash.finalize();
    let mut first = [0; 16];
    first.copy_from_slice(&digest[..16]);
    u128::from_be_bytes(first)
}

/// The kind of which all rows' identities are made of their `Id`.
pub fn made_of(chunks: &[Rows]) -> Option<&'static str> {
    let layout = &chunks.first()?.layout;
    let (kind, at) = (kind_of(&layout.table)?, layout.index(ID)?);
    let is_made = |rows: &Rows| {
        let mut metas = rows.meta.iter().enumerate();
        metas.all(|(row, meta)| meta.id == identity(kind, rows.cells[at].text(row)))
    };
    chunks.par_iter().all(is_made).then_some(kind)
}

/// The column that tells the identities of a part's rows.
pub fn column(part: &PartEntry) -> &'static str {
    if part.ids.is_some() { ID } else { COLUMN }
}

/// The identities of the rows of a batch, which has that column.
pub fn of(part: &PartEntry, batch: &RecordBatch) -> Option<Vec<u128>> {
    let column = batch.column_by_name(column(part))?;
    if let Some(kind) = &part.ids {
        let texts = column.as_string_opt::<i32>()?;
        return Some((0..texts.len()).map(|row| identity(kind, texts.value(row))).collect());
    }
    stored(column.as_fixed_size_binary_opt()?)
}

pub fn stored(column: &FixedSizeBinaryArray) -> Option<Vec<u128>> {
    let id = |bytes: Option<&[u8]>| Some(u128::from_be_bytes(<[u8; 16]>::try_from(bytes?).ok()?));
    column.iter().map(id).collect()
}
