//! What a kernel may ask of the running query: its clock, its regex cache, a way to fail.
//!
//! Trap: a `Cx` belongs to one thread; every batch of rows makes its own.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use regex::{Regex, RegexBuilder};

use crate::types::Type;

/// Bound on the compiled size of one pattern: patterns come from data too.
const REGEX_SIZE_LIMIT: usize = 10 << 20;
/// Bound on the number of compiled patterns kept.
const REGEX_CACHE: usize = 256;

/// The context of kernel calls.
pub struct Cx {
    /// `now()` in ticks.
    pub now: i64,
    /// The type the call returns, as its signature settled it.
    pub returns: Type,
    /// The types of the arguments as they are declared; a dynamic string and a string differ here alone.
    pub args: Vec<Type>,
    failure: RefCell<Option<String>>,
    regexes: RefCell<HashMap<String, Option<Rc<Regex>>>>,
}

impl Cx {
    pub fn new(now: i64, returns: Type) -> Cx {
        Cx { now, returns, args: Vec::new(), failure: RefCell::default(), regexes: RefCell::default() }
    }

    /// With the declared types of the arguments.
    pub fn with_args(self, args: Vec<Type>) -> Cx {
        Cx { args, ..self }
    }

    /// Ends the query with a runtime error; the first one counts. The kernel still returns a value.
    pub fn fail(&self, message: impl Into<String>) {
        self.failure.borrow_mut().get_or_insert_with(|| message.into());
    }

    /// The first failure, if there was one.
    pub fn failure(&self) -> Option<String> {
        self.failure.borrow().clone()
    }

    /// The compiled pattern. One that is not valid fails the query.
    pub fn regex(&self, pattern: &str) -> Option<Rc<Regex>> {
        if let Some(known) = self.regexes.borrow().get(pattern) {
            return known.clone();
        }
        let compiled = RegexBuilder::new(&super::re2::to_crate(pattern)).size_limit(REGEX_SIZE_LIMIT).build();
        let compiled = match compiled {
            Ok(regex) => Some(Rc::new(regex)),
            Err(error) => {
                // The reason is the last line; the others draw the pattern.
                let text = error.to_string();
                let reason = text.rsplit("error: ").next().unwrap_or(&text);
                self.fail(format!("the regular expression '{pattern}' is not valid: {reason}"));
                None
            }
        };
        let mut cache = self.regexes.borrow_mut();
        if cache.len() >= REGEX_CACHE {
            cache.clear();
        }
        cache.insert(pattern.to_string(), compiled.clone());
        compiled
    }
}
