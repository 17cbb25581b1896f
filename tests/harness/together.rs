//! Several processes on one lake: one writes, any number read, lists and functions change meanwhile.
//!
//! Trap: nothing here waits for a time to pass; a writer that is to be in the middle of its work is halted at a
//! step (`src/lake/disk.rs`), and is there once it has signed its lock.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread::{self, sleep};
use std::time::Duration;

use super::lakes::{Contents, auk, command, files, said, text, well};

fn sample(name: &str) -> String {
    format!("{}/sample-data/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A process that is ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// A writer in the middle of its work.
fn halted(lake: &Path, step: u64) -> Result<Running, String> {
    let mut command = command(
        &["ingest", "--lake", text(lake), &sample("graph/directoryAudits-003.json")],
        &format!("halt={step}"),
    );
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().map_err(|e| e.to_string())?;
    let child = Running(child);
    for _ in 0..1000 {
        let signed = fs::read_to_string(lake.join("lock")).unwrap_or_default();
        if signed.contains(&format!("\"pid\":{},", child.0.id())) {
            return Ok(child);
        }
        sleep(Duration::from_millis(10));
    }
    Err("the writer did not take its lock".into())
}

/// While one writes: readers read, a second writer is told who it is, lists and functions can be changed. When
/// it is killed, the next one takes over and says so.
pub fn writers() -> Result<(), String> {
    let folder = super::scratch("writers")?;
    let lake = folder.join("lake");
    well(&["ingest", "--lake", text(&lake), &sample("graph/signIns-002.json")])?;
    let before = Contents::of(&lake)?;
    let writer = halted(&lake, 2)?;
    let query = ["query", "SigninLogs | count", "--lake", text(&lake), "--format", "csv"];
    well(&query)?;
    Contents::of(&lake)?.must_be(&before, "while another writes")?;
    for second in
        [vec!["ingest", "--lake", text(&lake), text(&folder)], vec!["compact", "--lake", text(&lake)]]
    {
        let second = auk(&second, "")?;
        let told = said(&second);
        let pid = format!("is being written by process {}", writer.0.id());
        let words = [pid.as_str(), " on ", " since 20", "(auk ingest --lake", "help: wait until"];
        if second.status.code() != Some(3) || !words.iter().all(|word| told.contains(word)) {
            return Err(format!("a second writer: {:?}: {told}", second.status.code()));
        }
    }
    let list = folder.join("list.csv");
    fs::write(&list, "Name\nann\n").map_err(|e| e.to_string())?;
    well(&["watchlist", "add", "people", text(&list), "--key", "Name", "--lake", text(&lake)])?;
    well(&["query", "_GetWatchlist('people')", "--lake", text(&lake)])?;
    drop(writer);
    let next = well(&["ingest", "--lake", text(&lake), &sample("graph/directoryAudits-003.json")])?;
    if !next.contains("was broken off") {
        return Err(format!("the next writer says nothing of the one that was killed: {next}"));
    }
    let after = well(&["ingest", "--lake", text(&lake), &sample("graph/directoryAudits-003.json")])?;
    if after.contains("broken off") {
        return Err(format!("a run that ended well left its name: {after}"));
    }
    _ = fs::remove_dir_all(&folder);
    Ok(())
}

/// A reader that has a lake open answers from the state that it found, whatever is committed meanwhile; what was
/// replaced goes when no one reads it any more.
pub fn readers() -> Result<(), String> {
    let folder = super::scratch("readers")?;
    let lake = folder.join("lake");
    for name in ["graph/directoryAudits-001.json", "graph/directoryAudits-002.json", "graph/signIns-002.json"]
    {
        well(&["ingest", "--lake", text(&lake), &sample(name)])?;
    }
    let mut reader = command(&["batch", "--lake", text(&lake)], "");
    let reader = reader.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(|e| e.to_string())?;
    let mut reader = Running(reader);
    let mut input = reader.0.stdin.take().ok_or("no input")?;
    let mut output = BufReader::new(reader.0.stdout.take().ok_or("no output")?);
    let mut ask = |id: u32| {
        let query = "AuditLogs | summarize Rows=count(), Ids=dcount(Id), Last=max(TimeGenerated)";
        writeln!(input, r#"{{"id": "{id}", "kql": "{query}"}}"#).map_err(|e| e.to_string())?;
        let mut line = String::new();
        output.read_line(&mut line).map_err(|e| e.to_string())?;
        line.split_once("\"columns\"").map(|(_, answer)| answer.to_string()).ok_or(line)
    };
    let first = ask(1)?;
    let before = files(&lake);
    well(&["compact", "--lake", text(&lake)])?;
    well(&["ingest", "--lake", text(&lake), &sample("graph/directoryAudits-003.json")])?;
    let rows = |answer: &str| answer.split("\"rows\"").nth(1).map(|r| r.split("]]").next().map(String::from));
    let second = ask(2)?;
    if rows(&first) != rows(&second) {
        return Err(format!("the reader saw another state: {first}{second}"));
    }
    if !before.iter().all(|file| files(&lake).contains(file)) {
        return Err(format!("a file that is being read was removed: {before:?}, {:?}", files(&lake)));
    }
    drop(reader);
    well(&["ingest", "--lake", text(&lake), &sample("ual/search-002.csv")])?;
    if before.iter().any(|file| file.starts_with("AuditLogs") && files(&lake).contains(file)) {
        return Err(format!("old files stay for ever: {:?}", files(&lake)));
    }
    _ = fs::remove_dir_all(&folder);
    Ok(())
}

/// Readers that come while a writer commits again and again, and lists that are added at the same time.
pub fn busy() -> Result<(), String> {
    let folder = super::scratch("busy")?;
    let lake = folder.join("lake");
    well(&["ingest", "--lake", text(&lake), &sample("graph/directoryAudits-001.json")])?;
    let list = folder.join("list.csv");
    let rows: String = (0..20_000).map(|n| format!("{n},name {n}\n")).collect();
    fs::write(&list, format!("Id,Name\n{rows}")).map_err(|e| e.to_string())?;
    let write = || -> Result<(), String> {
        for name in ["directoryAudits-002.json", "directoryAudits-003.json", "directoryAudits-array.json"] {
            well(&["ingest", "--lake", text(&lake), &sample(&format!("graph/{name}"))])?;
            well(&["compact", "--lake", text(&lake)])?;
        }
        Ok(())
    };
    let read = || (0..6).try_for_each(|_| Contents::of(&lake).map(|_| ()));
    let query =
        || (0..3).try_for_each(|_| well(&["query", "AuditLogs | count", "--lake", text(&lake)]).map(|_| ()));
    let add =
        || well(&["watchlist", "add", "many", text(&list), "--key", "Id", "--lake", text(&lake)]).map(|_| ());
    let ended: Vec<Result<(), String>> = thread::scope(|scope| {
        let threads = [
            scope.spawn(write),
            scope.spawn(read),
            scope.spawn(query),
            scope.spawn(add),
            scope.spawn(add),
            scope.spawn(add),
        ];
        let join = |t: thread::ScopedJoinHandle<'_, _>| t.join().unwrap_or_else(|_| Err("panicked".into()));
        threads.into_iter().map(join).collect()
    });
    ended.into_iter().collect::<Result<(), String>>()?;
    let count =
        auk(&["query", "_GetWatchlist('many') | count", "--lake", text(&lake), "--format", "csv"], "")?;
    if !String::from_utf8_lossy(&count.stdout).contains("20000") {
        return Err(format!("a list is not whole: {}", said(&count)));
    }
    _ = fs::remove_dir_all(&folder);
    Ok(())
}
