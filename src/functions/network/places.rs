//! `geo_info_from_ip_address(ip)`: country, state, city, latitude and longitude of an address.
//!
//! The database is the caller's to give (`Cx::place`). Trap: the query fails for want of one only when there
//! is an address to look up, so that it binds, and answers over no rows, everywhere.

use std::net::IpAddr;

use crate::functions::Function;
use crate::functions::convert::text;
use crate::functions::rows::plain;
use crate::value::Value;

pub const ROWS: &[Function] = &[plain(
    "geo_info_from_ip_address",
    &["(ip: string) -> dynamic"],
    "Where an IPv4 or IPv6 address is: country, state, city, latitude, longitude; null where it is not known. Needs --mmdb.",
    |a, cx| match text(&a[0]).trim().parse::<IpAddr>() {
        Ok(address) => cx.place(address),
        Err(_) => Value::Null,
    },
)];
