//! Generated exports of one invented tenant: as many rows as asked for, in Microsoft's formats.
//!
//! `auk generate --rows N --seed S --out DIR` writes Graph pages, NDJSON and unified audit log CSV that hold a
//! quarter (2025-01-01 to 2025-03-31) of directory changes, PIM life cycles, sign-ins and mail, file and Teams
//! activity, with incidents planted among them. The text depends on rows, shares and seed alone: the quarter is cut
//! into slices, every record is drawn from (seed, stream, slice, index), and a file is a range of slices. That
//! also lets two streams tell of the same event, as real exports do: the unified audit log repeats the
//! activations' companions and the logons that Graph has.

mod audit;
mod cast;
mod changes;
mod chunk;
mod compromise;
mod factors;
mod files;
mod grants;
mod guessers;
mod incidents;
mod names;
mod pim;
mod privileged;
mod reference;
mod rng;
mod roles;
mod sessions;
mod signin;
mod tenant;
mod travellers;
mod ual;
mod workloads;
mod write;

use std::path::PathBuf;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use chunk::Chunk;
pub use incidents::Incident;
use incidents::Planted;
use rng::Rng;
use tenant::{END, Tenant};

pub struct Options {
    pub rows: u64,
    pub seed: u64,
    /// Of a hundred rows: directory audits, sign-ins, unified audit log.
    pub shares: [u64; 3],
    pub out: PathBuf,
    pub threads: Option<usize>,
}

/// What was written.
pub struct Report {
    pub files: Vec<FileCount>,
    pub rows: u64,
    pub bytes: u64,
    /// Rows among them that repeat another one.
    pub duplicates: u64,
    pub incidents: Vec<Incident>,
}

pub struct FileCount {
    pub name: String,
    pub kind: &'static str,
    pub rows: u64,
    pub bytes: u64,
}

/// The kinds of record that are drawn apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Audits,
    Interactive,
    /// The sign-ins that are not interactive.
    Other,
    Unified,
}

/// Rows of all streams a slice holds, about.
const SLICE_ROWS: u64 = 16_384;
/// What a tenant's own logs look like, about, as `Options::shares`.
pub const SHARES: [u64; 3] = [35, 42, 23];
/// How many of 42 sign-ins are interactive.
const INTERACTIVE: u64 = 20;

/// Writes `rows` rows as numbered files into one folder.
pub fn run(options: &Options) -> std::io::Result<Report> {
    let slices = options.rows.div_ceil(SLICE_ROWS).max(1);
    write(options, slices, &files::plain(slices))
}

/// Writes `rows` rows as an evidence folder in many containers and encodings: what `sample-data/` holds.
pub fn sample(options: &Options) -> std::io::Result<Report> {
    let mut report = write(options, files::EVIDENCE_SLICES, &files::evidence())?;
    for file in reference::write(&Tenant::new(options.rows, options.seed), &options.out)? {
        (report.rows, report.bytes) = (report.rows + file.rows, report.bytes + file.bytes);
        report.files.push(file);
    }
    Ok(report)
}

fn write(options: &Options, slices: u64, specs: &[files::FileSpec]) -> std::io::Result<Report> {
    let plan = Plan::new(options, slices);
    std::fs::create_dir_all(&options.out)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads.unwrap_or(0))
        .build()
        .map_err(std::io::Error::other)?;
    let files: Vec<FileCount> = pool.install(|| {
        specs.par_iter().map(|spec| files::write(&plan, spec, &options.out)).collect::<Result<_, _>>()
    })?;
    let rows = files.iter().map(|file| file.rows).sum();
    let distinct = plan.rows() - plan.planted.duplicates;
    Ok(Report {
        rows,
        bytes: files.iter().map(|file| file.bytes).sum(),
        duplicates: rows - distinct,
        incidents: plan.planted.incidents,
        files,
    })
}

/// All that a slice is drawn from.
pub struct Plan {
    tenant: Tenant,
    planted: Planted,
    noise: audit::Noise,
    sign_ins: signin::SignIns,
    operations: ual::Operations,
    slices: u64,
    /// Rows of the background per stream, beside what is planted.
    background: [u64; 4],
}

impl Plan {
    fn new(options: &Options, slices: u64) -> Self {
        let rows = options.rows;
        let tenant = Tenant::new(rows, options.seed);
        let planted = incidents::plant(&tenant);
        let free = rows.saturating_sub(planted.rows());
        let mut background = [0; 4];
        let [audits, sign_ins, _] = options.shares;
        let interactive = sign_ins * INTERACTIVE / SHARES[1];
        let percents = [
            (Stream::Audits, audits),
            (Stream::Interactive, interactive),
            (Stream::Other, sign_ins - interactive),
        ];
        for (stream, percent) in percents {
            background[stream as usize] = free * percent / 100;
        }
        background[Stream::Unified as usize] = free - background.iter().sum::<u64>();
        Plan {
            tenant,
            planted,
            noise: audit::Noise::new(),
            sign_ins: signin::SignIns::new(),
            operations: ual::Operations::new(),
            slices,
            background,
        }
    }

    fn rows(&self) -> u64 {
        self.planted.rows() + self.background.iter().sum::<u64>()
    }

    /// The part of `total` that falls to a slice.
    fn part(&self, total: u64, slice: u64) -> u64 {
        let upto = |slice: u64| (u128::from(total) * u128::from(slice) / u128::from(self.slices)) as u64;
        upto(slice + 1) - upto(slice)
    }

    /// A generator for one record, and the record's time within the slice.
    fn draw(&self, purpose: u64, slice: u64, index: u64) -> (Rng, u64) {
        let mut rng = Rng::new(self.tenant.seed, &[100 + purpose, slice, index]);
        let share = (slice as f64 + rng.unit()) / self.slices as f64;
        let at = self.tenant.time_at(share);
        (rng, at)
    }

    /// The activations that begin in a slice. An administrator makes about one a week: more, and one person's
    /// activations of a role would overlap, which PIM refuses. Both streams that tell of them must have room.
    fn episodes(&self, slice: u64) -> impl Iterator<Item = pim::Episode> {
        let audits = self.background[Stream::Audits as usize];
        let total = (audits / 12).min(self.tenant.administrators * 12);
        let room = self.part(audits, slice) / 7;
        let unified = self.part(self.background[Stream::Unified as usize], slice) / 4;
        (0..self.part(total, slice).min(room).min(unified)).map(move |index| {
            let (mut rng, at) = self.draw(4, slice, index);
            pim::Episode::draw(&self.tenant, &mut rng, at)
        })
    }

    fn interactive(&self, slice: u64, index: u64) -> signin::SignIn {
        let (mut rng, at) = self.draw(Stream::Interactive as u64, slice, index);
        self.sign_ins.interactive(&self.tenant, &mut rng, at)
    }

    /// The records of one stream in one slice of the quarter.
    pub fn chunk(&self, stream: Stream, slice: u64) -> Chunk {
        let count = self.part(self.background[stream as usize], slice);
        let mut chunk = Chunk::default();
        match stream {
            Stream::Audits => {
                self.episodes(slice).for_each(|episode| episode.tell(&self.tenant, &mut chunk));
                for index in chunk.len()..count {
                    let (mut rng, at) = self.draw(stream as u64, slice, index);
                    self.noise.tell(&self.tenant, &mut rng, at, &mut chunk);
                }
            }
            Stream::Interactive => {
                for index in 0..count {
                    self.interactive(slice, index).tell(&self.tenant, &mut chunk);
                }
            }
            Stream::Other => {
                for index in 0..count {
                    let (mut rng, at) = self.draw(stream as u64, slice, index);
                    self.sign_ins.other(&self.tenant, &mut rng, at).tell(&self.tenant, &mut chunk);
                }
            }
            Stream::Unified => self.unified(slice, count, &mut chunk),
        }
        let from = self.tenant.time_at(slice as f64 / self.slices as f64);
        let to = if slice + 1 == self.slices {
            END + 1
        } else {
            self.tenant.time_at((slice + 1) as f64 / self.slices as f64)
        };
        chunk.take(self.planted.of(stream), from, to);
        if stream != Stream::Unified {
            chunk.newest_first();
        }
        chunk
    }

    /// The activations' companions and a share of the logons, then other workloads' operations.
    fn unified(&self, slice: u64, count: u64, chunk: &mut Chunk) {
        self.episodes(slice).for_each(|episode| episode.tell_unified(&self.tenant, chunk));
        let logons = self.part(self.background[Stream::Interactive as usize], slice).min(count / 5);
        for index in 0..logons {
            ual::logon(&self.tenant, &self.interactive(slice, index), chunk);
        }
        for index in chunk.len()..count {
            let (mut rng, at) = self.draw(Stream::Unified as u64, slice, index);
            self.operations.tell(&self.tenant, &mut rng, at, chunk);
        }
    }
}
