//! How a row of the function table is written down in a line or two.
//!
//! Trap: these are `const fn`s, so that the tables are constants and cost nothing at start.

use super::{Body, Function, Kernel, Naming};

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

/// A function that is valid KQL and is not done, with the reason.
pub const fn refused(name: &'static str, reason: &'static str) -> Function {
    Function {
        name,
        aliases: &[],
        signatures: &["([arguments: scalar...]) -> dynamic"],
        doc: reason,
        naming: Naming::None,
        body: Body::Refused(reason),
        volatile: false,
    }
}
