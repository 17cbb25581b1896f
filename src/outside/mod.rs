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
pub use unplaced::Unplaced;

/// What queries may read beside the lake.
#[derive(Clone, Default)]
pub struct Outside {
    folders: Folders,
    places: Option<Places>,
    /// Without a database no address has a place, and that is said, not refused.
    without_places: bool,
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
        Outside { without_places: true, ..self }
    }

    /// Where addresses are; one that is asked for in vain is counted, where that is no error.
    pub fn places(&self, unplaced: &Unplaced) -> Option<Places> {
        self.places.clone().or_else(|| self.without_places.then(|| unplaced.places()))
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
