//! Why a plan could not be run.

use polars::prelude as pl;

use crate::diagnostic::Kind;

/// `Runtime` (the data made it fail), `Unsupported`, or `Internal` (a defect of auk's).
#[derive(Clone, Debug)]
pub struct Error {
    pub kind: Kind,
    pub message: String,
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub fn internal(message: impl Into<String>) -> Error {
        Error { kind: Kind::Internal, message: message.into() }
    }

    pub fn runtime(message: impl Into<String>) -> Error {
        Error { kind: Kind::Runtime, message: message.into() }
    }

    pub fn unsupported(message: impl Into<String>) -> Error {
        Error { kind: Kind::Unsupported, message: message.into() }
    }
}

impl From<pl::PolarsError> for Error {
    fn from(error: pl::PolarsError) -> Error {
        match &error {
            pl::PolarsError::IO { .. } => Error::runtime(error.to_string()),
            _ => Error::internal(error.to_string()),
        }
    }
}

/// A failure inside a Polars callback.
pub fn compute(message: impl Into<String>) -> pl::PolarsError {
    pl::PolarsError::ComputeError(message.into().into())
}
