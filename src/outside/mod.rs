//! What the user lets queries read beside the lake: files of named folders, a database of places.
//!
//! ```text
//! --allow DIR      externaldata may read the files of this folder     folders.rs finds them, records.rs reads them
//! --mmdb FILE      where addresses are                                places.rs
//!                  without it analyses count what they ask for        unplaced.rs
//! ```
//!
//! Trap: nothing here opens a network connection, whatever a query asks for, and no path leads out of the
//! folders.

mod folders;
mod places;
mod records;
mod unplaced;

use std::path::{Path, PathBuf};

use crate::functions::Places;
use crate::kql::{Absent, External, Given};
use crate::lake::Error;
use folders::Folders;
use unplaced::Unplaced;

/// What queries may read beside the lake.
#[derive(Clone, Default)]
pub struct Outside {
    folders: Folders,
    pub places: Option<Places>,
    /// The addresses that were asked for in vain, where that is no error.
    unplaced: Option<Unplaced>,
    /// There is no data at all, and a file that is missing is an empty one, as every table is.
    without_data: bool,
}

impl Outside {
    /// The folders that `externaldata` may read, and the database of places.
    pub fn open(folders: &[PathBuf], database: Option<&Path>) -> Result<Outside, Error> {
        let places = database.map(places::open).transpose()?;
        Ok(Outside { folders: Folders::open(folders)?, places, ..Outside::default() })
    }

    /// The same, where no address has a place if there is no database, and that is said, not refused.
    pub fn places_optional(self) -> Outside {
        if self.places.is_some() {
            return self;
        }
        let unplaced = Unplaced::default();
        Outside { places: Some(unplaced.places()), unplaced: Some(unplaced), ..self }
    }

    /// What is to be said of the addresses that were asked for in vain since this was asked last.
    pub fn said_of_places(&self) -> Option<String> {
        self.unplaced.as_ref()?.said()
    }

    /// The same, where a file that is missing counts as an empty one.
    pub fn without_data(self) -> Outside {
        Outside { without_data: true, ..self }
    }

    /// The rows of a file.
    pub fn external(&self, file: &External<'_>) -> Result<Given, Absent> {
        let found = match self.folders.find(file.uri) {
            Err(absent) if self.without_data => {
                let note = format!("{}: taken as empty, as all tables are without a lake", absent.message);
                return Ok(Given { rows: Vec::new(), note: Some(note) });
            }
            found => found?,
        };
        let rows = records::read(&found, file)?;
        let note = found.stands_for.map(|url| format!("{} stands for {url}", found.shown));
        Ok(Given { rows, note })
    }
}
