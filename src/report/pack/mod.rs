//! A report (`monthly::pack::Pack`) as one file for people (HTML, XLSX, Markdown), or as a folder of files for
//! programs (CSV, JSON).
//!
//! The writers only show what the pack holds, so the numbers of all forms are the same. Forms for people show times
//! in the report's time zone; CSV and JSON are exact, in UTC.
//!
//! Trap: every text may be an attacker's. Each form escapes all of them: markup, formulas, control and invisible
//! characters.

mod cells;
mod charts;
mod files;
mod html;
mod markdown;
mod parts;
mod sheet;
mod xlsx;

use std::io;

use crate::monthly::pack::Pack;

/// The forms of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Html,
    Xlsx,
    Markdown,
}

/// The forms of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folder {
    Csv,
    Json,
}

/// The bytes of the report as one file.
pub fn file(pack: &Pack, form: Form) -> io::Result<Vec<u8>> {
    Ok(match form {
        Form::Html => html::text(pack).into_bytes(),
        Form::Xlsx => xlsx::bytes(pack)?,
        Form::Markdown => markdown::text(pack).into_bytes(),
    })
}

/// The files of the report as a folder, by name.
pub fn folder(pack: &Pack, form: Folder) -> io::Result<Vec<(String, Vec<u8>)>> {
    match form {
        Folder::Csv => files::csv(pack),
        Folder::Json => files::json(pack),
    }
}
