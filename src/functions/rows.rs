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

/// A function with a kernel.
pub const fn row(
    name: &'static str,
    aliases: &'static [&'static str],
    signatures: &'static [&'static str],
    doc: &'static str,
    naming: Naming,
    kernel: Kernel,
) -> Function {
    Function { name, aliases, signatures, doc, naming, body: Body::Kernel(kernel), volatile: false }
}

/// A function whose columns get no name of their own: the usual case.
pub const fn plain(
    name: &'static str,
    signatures: &'static [&'static str],
    doc: &'static str,
    kernel: Kernel,
) -> Function {
    row(name, &[], signatures, doc, Naming::None, kernel)
}

/// A function that is bound by rules of its own.
pub const fn special(
    name: &'static str,
    aliases: &'static [&'static str],
    signatures: &'static [&'static str],
    doc: &'static str,
    naming: Naming,
) -> Function {
    Function { name, aliases, signatures, doc, naming, body: Body::Special, volatile: false }
}

/// A function that is valid KQL and is not done, with the reason; its arguments are not looked at.
pub const fn not_done(name: &'static str, reason: &'static str) -> Function {
    refused(name, &["([arguments: scalar...]) -> dynamic"], reason, reason)
}

/// The row with other spellings beside its name.
pub const fn also(row: Function, aliases: &'static [&'static str]) -> Function {
    Function { aliases, ..row }
}
