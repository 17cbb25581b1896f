//! Addresses that were looked up while there is no database of places: none has a place, and they are counted.
//!
//! An analysis takes a place from the record where it has one, and asks for the others; it is right without
//! them, but sees less. Trap: who asks reads the count once, so that each answer tells of its own addresses.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::functions::Places;
use crate::value::Value;

/// No more are kept: the count says so then.
const MOST: usize = 1 << 20;

#[derive(Clone, Debug, Default)]
pub struct Unplaced {
    seen: Arc<Mutex<HashSet<IpAddr>>>,
}

impl Unplaced {
    /// A database that knows no address.
    pub fn places(&self) -> Places {
        let seen = Arc::clone(&self.seen);
        Arc::new(move |address| {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            if seen.len() < MOST {
                seen.insert(address);
            }
            Ok(Value::Null)
        })
    }

    /// How many addresses were asked for, if there were any; the count begins anew.
    pub fn said(&self) -> Option<String> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, more) = (seen.len(), if seen.len() < MOST { "" } else { " or more" });
        seen.clear();
        let stay = match count {
            0 => return None,
            1 => "1 address has no place in the records and stays".to_string(),
            _ => format!("{count}{more} addresses have no place in the records and stay"),
        };
        Some(format!("{stay} without one; --mmdb names a database that may know (GeoLite2-City.mmdb)"))
    }
}
