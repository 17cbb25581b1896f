//! Short ways to write a row of the table.

use super::{Body, Function, Kernel, Naming};

/// A row with a kernel whose value depends on its arguments alone.
pub const fn kernel(
    name: &'static str,
    signatures: &'static [&'static str],
    doc: &'static str,
    naming: Naming,
    kernel: Kernel,
) -> Function {
    Function { name, aliases: &[], signatures, doc, naming, body: Body::Kernel(kernel), volatile: false }
}

/// A row of something that auk does not do, and why.
pub const fn refused(
    name: &'static str,
    signatures: &'static [&'static str],
    doc: &'static str,
    reason: &'static str,
) -> Function {
    Function {
        name,
        aliases: &[],
        signatures,
        doc,
        naming: Naming::None,
        body: Body::Refused(reason),
        volatile: false,
    }
}

/// The row with other spellings beside its name.
pub const fn also(row: Function, aliases: &'static [&'static str]) -> Function {
    Function { aliases, ..row }
}
