//! Ingest and compaction that end where they stand, find the disk full, or a file that cannot be read.
//!
//! A crash is set at a step (a file made, written, made durable, renamed or removed; `src/lake/disk.rs`), or is
//! a SIGKILL at some time. After each the lake opens and is as it was before or after the run, and doing it
//! again comes to what an undisturbed run came to: all rows, with their provenance.
//!
//! `AUK_CRASHES` says how many rounds there are (25), `AUK_SEED` which.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::console::copy;
use super::lakes::{Contents, auk, command, files, said, text, well};
use super::mutate::Draw;

/// Exports that are in the lake before, and those that come; each of the latter holds records of the former.
const BEFORE: &[&str] =
    &["graph/directoryAudits-002.json", "ual/search-002.csv", "graph/signIns-array-bom.json"];
const AFTER: &[&str] = &["graph/directoryAudits.ndjson", "ual/audit-data.ndjson", "graph/signIns-002.json"];

/// A lake before and after a run.
struct Scene {
    folder: PathBuf,
    exports: PathBuf,
    before: PathBuf,
    old: Contents,
    new: Contents,
    steps: u64,
    time: Duration,
}

impl Scene {
    fn new(name: &str) -> Result<Scene, String> {
        let folder = super::scratch(name)?;
        let (exports, before, after) = (folder.join("exports"), folder.join("before"), folder.join("after"));
        fs::create_dir_all(&exports).map_err(|e| e.to_string())?;
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
        let mut first = vec!["ingest", "--lake", text(&before)];
        let paths: Vec<PathBuf> = BEFORE.iter().map(|name| sample.join(name)).collect();
        first.extend(paths.iter().map(|path| text(path)));
        well(&first)?;
        for name in AFTER {
            let target = exports.join(name.replace('/', "-"));
            fs::copy(sample.join(name), target).map_err(|e| format!("{name}: {e}"))?;
        }
        // A second run, so that there are parts to put together and rows that are superseded.
        well(&["ingest", "--lake", text(&before), text(&sample.join("ual/search-utf16.csv"))])?;
        copy(&before, &after).map_err(|e| e.to_string())?;
        let started = Instant::now();
        let run = auk(&["ingest", "--lake", text(&after), text(&exports)], "count")?;
        let time = started.elapsed();
        let steps = steps(&said(&run))?;
        let (old, new) = (Contents::of(&before)?, Contents::of(&after)?);
        if old.difference(&new).is_none() {
            return Err("the run changes nothing".into());
        }
        Ok(Scene { folder, exports, before, old, new, steps, time })
    }

    /// A copy of the lake before the run.
    fn lake(&self) -> Result<PathBuf, String> {
        let lake = self.folder.join("lake");
        _ = fs::remove_dir_all(&lake);
        copy(&self.before, &lake).map_err(|e| e.to_string())?;
        Ok(lake)
    }

    fn ingest(&self, lake: &Path, faults: &str) -> Result<std::process::Output, String> {
        auk(&["ingest", "--lake", text(lake), text(&self.exports)], faults)
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.folder);
    }
}

/// `note: 57 steps`.
fn steps(said: &str) -> Result<u64, String> {
    let line = said.lines().find_map(|line| line.strip_prefix("note: ")?.strip_suffix(" steps"));
    line.and_then(|number| number.parse().ok()).ok_or_else(|| format!("no steps were counted: {said}"))
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

pub fn crashes() -> Result<(), String> {
    let scene = Scene::new("crash")?;
    let rounds = number("AUK_CRASHES", 25);
    let mut draw = Draw::new(number("AUK_SEED", 1));
    let mut seen = [0_u64; 2];
    for round in 0..rounds {
        let lake = scene.lake()?;
        let what = if round % 5 == 4 {
            let wait = scene.time.mul_f64(draw.below(100) as f64 / 100.0);
            let command = &mut command(&["ingest", "--lake", text(&lake), text(&scene.exports)], "");
            let quiet = command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
            let mut child = quiet.spawn().map_err(|e| e.to_string())?;
            sleep(wait);
            _ = child.kill();
            _ = child.wait();
            format!("killed after {wait:?}")
        } else {
            // Every step in turn when there are enough rounds; spread over all of them when there are few.
            let spread = round * scene.steps / rounds.min(scene.steps);
            let step = 1 + (spread + draw.below(3) as u64) % scene.steps;
            scene.ingest(&lake, &format!("crash={step}"))?;
            format!("ended at step {step} of {}", scene.steps)
        };
        let found = Contents::of(&lake).map_err(|e| format!("{what}: {e}"))?;
        match (found.difference(&scene.old), found.difference(&scene.new)) {
            (None, _) => seen[0] += 1,
            (_, None) => seen[1] += 1,
            (Some(old), _) => return Err(format!("{what}, and the lake is not as it was: {old}")),
        }
        let again = scene.ingest(&lake, "")?;
        let found =
            Contents::of(&lake).map_err(|e| format!("{what}, then finished: {e}: {}", said(&again)))?;
        found.must_be(&scene.new, &format!("{what}, then finished"))?;
        well(&["verify", "--lake", text(&lake)])?;
        let left = Contents::of(&lake).map(|_| files(&lake).len())?;
        if left != files(&scene.folder.join("after")).len() {
            return Err(format!("{what}: files are left over: {:?}", files(&lake)));
        }
    }
    if seen[0] == 0 { Err(format!("no round was broken off before its end: {seen:?}")) } else { Ok(()) }
}

/// The same for compaction, which changes no row at all: at every step that it takes.
pub fn compactions() -> Result<(), String> {
    let scene = Scene::new("crash-compact")?;
    let whole = scene.folder.join("after");
    let counted = scene.folder.join("counted");
    copy(&whole, &counted).map_err(|e| e.to_string())?;
    let steps = steps(&said(&auk(&["compact", "--lake", text(&counted)], "count")?))?;
    Contents::of(&counted)?.must_be(&scene.new, "compacted")?;
    let fewer = files(&counted).len();
    if fewer >= files(&whole).len() {
        return Err("nothing was put together".into());
    }
    for step in 1..=steps {
        let lake = scene.folder.join("lake");
        _ = fs::remove_dir_all(&lake);
        copy(&whole, &lake).map_err(|e| e.to_string())?;
        let what = format!("ended at step {step} of {steps}");
        auk(&["compact", "--lake", text(&lake)], &format!("crash={step}"))?;
        Contents::of(&lake).and_then(|c| c.must_be(&scene.new, &what))?;
        well(&["compact", "--lake", text(&lake)])?;
        Contents::of(&lake).and_then(|c| c.must_be(&scene.new, &format!("{what}, then finished")))?;
        well(&["verify", "--lake", text(&lake)])?;
        if files(&lake).len() != fewer {
            return Err(format!("{what}: files are left over: {:?}", files(&lake)));
        }
    }
    Ok(())
}

/// A full disk: the lake is as it was, nothing is left behind, and what to do is said.
pub fn full() -> Result<(), String> {
    let scene = Scene::new("full")?;
    let mut failed = 0;
    for room in [0, 1_000, 20_000, 50_000, 90_000, 120_000, 200_000] {
        let lake = scene.lake()?;
        let run = scene.ingest(&lake, &format!("room={room}"))?;
        let what = format!("room for {room} bytes");
        let found = Contents::of(&lake).map_err(|e| format!("{what}: {e}"))?;
        if run.status.success() {
            found.must_be(&scene.new, &what)?;
            continue;
        }
        failed += 1;
        found.must_be(&scene.old, &what)?;
        if !said(&run).contains("free some space") || run.status.code() != Some(3) {
            return Err(format!("{what}: {:?}: {}", run.status.code(), said(&run)));
        }
        if files(&lake) != files(&scene.before) {
            return Err(format!("{what}: files are left over: {:?}", files(&lake)));
        }
        scene.ingest(&lake, "")?;
        Contents::of(&lake)?.must_be(&scene.new, &format!("{what}, then finished"))?;
    }
    if failed < 3 { Err(format!("only {failed} runs found the disk full")) } else { Ok(()) }
}

/// A file that breaks in the middle: nothing of it is taken, the others are, and the exit code says so.
pub fn unreadable() -> Result<(), String> {
    let scene = Scene::new("unreadable")?;
    for name in AFTER {
        let name = name.replace('/', "-");
        let packed = scene.exports.join(format!("{name}.gz"));
        let plain = scene.exports.join(&name);
        for (broken, byte) in [(&plain, 0), (&plain, 40_000), (&packed, 5_000)] {
            let lake = scene.lake()?;
            if broken == &packed {
                pack(&plain, &packed)?;
            }
            let fault = format!("read={}@{byte}", text(broken));
            let run = scene.ingest(&lake, &fault)?;
            let what = format!("{fault}: {}", said(&run));
            let short = broken.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if run.status.code() != Some(3) || !said(&run).contains(&format!("{short}: it cannot be read")) {
                return Err(format!("{:?}: {what}", run.status.code()));
            }
            let found = Contents::of(&lake).map_err(|e| format!("{what}: {e}"))?;
            if found.shown.iter().any(|row| row.contains(&format!("{short}|")) || row.ends_with(&short)) {
                return Err(format!("rows of a broken source were taken: {what}"));
            }
            let whole = scene.ingest(&lake, "")?;
            if !whole.status.success() {
                return Err(format!("{what}, then: {}", said(&whole)));
            }
            let (shown, all) = (Contents::placeless(&lake)?.shown, scene.folder.join("after"));
            if shown != Contents::placeless(&all)?.shown {
                return Err(format!("finished, but other rows: {what}"));
            }
            _ = fs::remove_file(&packed);
            if broken == &packed {
                // The plain file comes back for the next one.
                copy_back(&plain)?;
            }
        }
    }
    Ok(())
}

/// Puts a compressed copy in the place of a file.
fn pack(plain: &Path, packed: &Path) -> Result<(), String> {
    use std::io::Write;
    let bytes = fs::read(plain).map_err(|e| e.to_string())?;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let packed_bytes =
        encoder.write_all(&bytes).and_then(|()| encoder.finish()).map_err(|e| e.to_string())?;
    fs::write(packed, packed_bytes).and_then(|()| fs::remove_file(plain)).map_err(|e| e.to_string())
}

fn copy_back(plain: &Path) -> Result<(), String> {
    let name = plain.file_name().unwrap_or_default().to_string_lossy().replacen('-', "/", 1);
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data").join(name);
    fs::copy(sample, plain).map(|_| ()).map_err(|e| e.to_string())
}
