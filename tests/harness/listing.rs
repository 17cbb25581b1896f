//! The page of all functions and operators is what the tables say.
//!
//! Trap: the page is written by the binary that the test builds, not by the one in the path.

use std::path::Path;
use std::process::Command;

/// The page, from the root of the package.
const PAGE: &str = "src/functions/FUNCTIONS.md";

pub fn check_page() -> Result<(), String> {
    let output = Command::new(env!("CARGO_BIN_EXE_auk"))
        .args(["functions", "--page"])
        .output()
        .map_err(|e| format!("auk functions --page: {e}"))?;
    let said = String::from_utf8(output.stdout).map_err(|e| format!("auk functions --page: {e}"))?;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let written = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    if !output.status.success() || said == written {
        return if output.status.success() {
            Ok(())
        } else {
            Err(format!("auk functions --page: {}", output.status))
        };
    }
    if std::env::var("UPDATE_EXPECT").is_ok_and(|v| v == "1") {
        return std::fs::write(&path, said).map_err(|e| format!("{PAGE}: {e}"));
    }
    let first = said.lines().zip(written.lines()).find(|(a, b)| a != b);
    let (now, then) = first.unwrap_or(("more or fewer lines", ""));
    Err(format!(
        "{PAGE} is stale; UPDATE_EXPECT=1 writes it anew\n  the tables say: {now}\n  the page says: {then}"
    ))
}
