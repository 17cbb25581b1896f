//! The `auk` command: everything is in `auk::cli`.
//!
//! Trap: the allocator gives idle memory back to the system, which clears it page by page when it is
//! taken anew. An ingest reuses buffers of the same sizes to its end, so it keeps what it has; a query
//! has steps of some tenths of a second, and keeps what one left for the next.

use std::ffi::{c_int, c_long};
use std::process::ExitCode;

use auk::cli::memory::small_pages;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// `mi_option_purge_delay` of mimalloc's `mi_option_t`, whose numbers are stable.
const PURGE_DELAY: c_int = 15;
/// The delay that means never.
const NEVER: c_long = -1;
/// Milliseconds, in place of mimalloc's 10.
const WITHIN_A_QUERY: c_long = 1000;

unsafe extern "C" {
    /// Part of mimalloc, which is linked as the allocator above.
    fn mi_option_set(option: c_int, value: c_long);
}

fn main() -> ExitCode {
    let command = std::env::args_os().nth(1).unwrap_or_default();
    let ingests = command == "ingest";
    // SAFETY: the declaration is that of mimalloc.h; it stores a number in a table, and no other
    // thread runs yet.
    unsafe { mi_option_set(PURGE_DELAY, if ingests { NEVER } else { WITHIN_A_QUERY }) };
    if ingests || command == "run" {
        small_pages();
    }
    auk::cli::main()
}
