//! The comparison with other engines runs at a small size: auk's answers are those of whichever peer is installed;
//! none is fetched here.
//!
//! Trap: without Python the test says nothing, and without peers it says only that the workloads run.

use std::path::Path;
use std::process::Command;

/// Whether there is a Python that can run it.
pub fn python() -> bool {
    let check = "import sys; sys.exit(sys.version_info < (3, 11))";
    Command::new("python3").args(["-c", check]).output().is_ok_and(|done| done.status.success())
}

pub fn smoke() -> Result<(), String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/compare.py");
    let done = Command::new("python3")
        .arg(script)
        .args(["--smoke", "--no-install"])
        .args(["--auk", env!("CARGO_BIN_EXE_auk")])
        .args(std::env::var_os("AUK_PEERS").map(|names| ["--peers".into(), names]).into_iter().flatten())
        .output()
        .map_err(|e| format!("python3: {e}"))?;
    if done.status.success() {
        return Ok(());
    }
    let [out, err] = [done.stdout, done.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    Err(format!("compare.py --smoke: {}\n{err}\n{out}", done.status))
}
