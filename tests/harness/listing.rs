//! The page of all functions and operators is what the tables say.
//!
//! Trap: the page is written by the binary that the test builds, not by the one in the path.

use std::process::Command;

use super::page;

/// The page, from the root of the package.
const PAGE: &str = "src/functions/FUNCTIONS.md";

pub fn check_page() -> Result<(), String> {
    let output = Command::new(env!("CARGO_BIN_EXE_auk"))
        .args(["functions", "--page"])
        .output()
        .map_err(|e| format!("auk functions --page: {e}"))?;
    let said = String::from_utf8(output.stdout).map_err(|e| format!("auk functions --page: {e}"))?;
    if !output.status.success() {
        return Err(format!("auk functions --page: {}", output.status));
    }
    page::held(PAGE, &said)
}
