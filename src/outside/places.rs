//! Where addresses are: a database in MaxMind's format, GeoLite2-City or one with the same fields.
//!
//! Trap: the file is read, not mapped: it may be replaced while a query runs. English names are given, as
//! the service does.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use maxminddb::{Reader, geoip2};

use crate::functions::Places;
use crate::lake::Error;
use crate::value::Value;

const REMEDY: &str = "--mmdb names a database of cities in MaxMind's format, such as GeoLite2-City.mmdb";

pub fn open(path: &Path) -> Result<Places, Error> {
    let bytes = std::fs::read(path).map_err(|e| Error::io(path, &e))?;
    let reader = Reader::from_source(bytes);
    let reader = reader.map_err(|e| Error::new(path, e.to_string()).with_remedy(REMEDY))?;
    if !reader.metadata().database_type.contains("City")
        && !reader.metadata().database_type.contains("Enterprise")
    {
        let message = format!(
            "a database of the kind {} is not one of cities",
            reader.metadata().database_type
        );
        return Err(Error::new(path, message).with_remedy(REMEDY));
    }
    let name = path.display().to_string();
    Ok(Arc::new(move |address| place(&reader, address).map_err(|e| format!("{name}: {e}"))))
}

/// The place of an address as a bag; null where the database has none.
fn place(reader: &Reader<Vec<u8>>, address: IpAddr) -> Result<Value, maxminddb::MaxMindDbError> {
    if address.is_ipv6() && reader.metadata().ip_version == 4 {
        return Ok(Value::Null);
    }
    let Some(city) = reader.lookup(address)?.decode::<geoip2::City>()? else { return Ok(Value::Null) };
    let text = |name: Option<&str>| Value::string(name.unwrap_or_default());
    let number = |x: Option<f64>| x.map_or(Value::Null, Value::Real);
    let state = city.subdivisions.first().and_then(|state| state.names.english);
    Ok(Value::Bag(
        [
            ("country", text(city.country.names.english)),
            ("state", text(state)),
            ("city", text(city.city.names.english)),
            ("latitude", number(city.location.latitude)),
            ("longitude", number(city.location.longitude)),
        ]
        .map(|(key, value)| (key.to_string(), value))
        .to_vec(),
    ))
}
