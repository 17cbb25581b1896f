//! What a kernel may ask of the running query: its clock, its regex cache, where addresses are, a way to fail.
//!
//! Trap: a `Cx` belongs to one thread; every batch of rows makes its own.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use regex::{Regex, RegexBuilder};

use crate::types::Type;
use crate::value::Value;

/// Bound on the compiled size of one pattern: patterns come from data too.
const REGEX_SIZE_LIMIT: usize = 10 << 20;
const NO_PLACES: &str = "geo_info_from_ip_address() looks addresses up in a database that is not part of auk; give one in \
                         MaxMind's format (GeoLite2-City.mmdb): --mmdb FILE";
/// Bound on the number of compiled patterns kept.
const REGEX_CACHE: usize = 256;

/// What is known of where an address is: the bag of `geo_info_from_ip_address`, or null.
pub type Places = Arc<dyn Fn(IpAddr) -> Result<Value, String> + Send + Sync>;

/// The context of kernel calls.
pub struct Cx {
    /// `now()` in ticks.
    pub now: i64,
    /// The type the call returns, as its signature settled it.
    pub returns: Type,
    /// The types of the arguments as they are declared; a dynamic string and a string differ here alone.
    pub args: Vec<Type>,
    /// The database of the places of addresses, if one was given.
    places: Option<Places>,
    failure: RefCell<Option<String>>,
    regexes: RefCell<HashMap<String, Option<Rc<Regex>>>>,
}

impl Cx {
    pub fn new(now: i64, returns: Type) -> Cx {
        Cx {
            now,
            returns,
            args: Vec::new(),
            places: None,
            failure: RefCell::default(),
            regexes: RefCell::default(),
        }
    }

    /// With the declared types of the arguments.
    pub fn with_args(self, args: Vec<Type>) -> Cx {
        Cx { args, ..self }
    }

    /// With the database of the places of addresses.
    pub fn with_places(self, places: Option<Places>) -> Cx {
        Cx { places, ..self }
    }

    /// Where an address is; without a database the query fails.
    pub fn place(&self, address: IpAddr) -> Value {
        let Some(places) = &self.places else {
            self.fail(NO_PLACES);
            return Value::Null;
        };
        places(address).unwrap_or_else(|message| {
            self.fail(message);
            Value::Null
        })
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
