//! Hashes: `hash` (xxHash64), `hash_md5`, `hash_sha1`, `hash_sha256`, and `new_guid`.
//!
//! Text is hashed as UTF-8. xxHash64 takes longs, datetimes and timespans as 8 bytes and ints as 4, the
//! others their text; the cryptographic hashes take everything as text.
//!
//! Trap: how Kusto combines hashes (`hash_many`, `hash_combine`) is not published, so these are refused.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use twox_hash::XxHash64;

use crate::functions::convert::text;
use crate::functions::rows::{plain, row};
use crate::functions::{Body, Cx, Function, Naming};
use crate::value::Value;

pub const ROWS: &[Function] = &[
    row(
        "hash",
        &["hash_xxhash64"],
        &["(source: scalar, [mod: long]) -> long"],
        "The xxHash64 of a value, or its remainder by `mod`.",
        Naming::None,
        hash,
    ),
    plain("hash_md5", &["(source: scalar) -> string"], "The MD5 hash in hex digits.", |a, _| {
        digest::<Md5>(a)
    }),
    plain("hash_sha1", &["(source: scalar) -> string"], "The SHA-1 hash in hex digits.", |a, _| {
        digest::<Sha1>(a)
    }),
    plain("hash_sha256", &["(source: scalar) -> string"], "The SHA-256 hash in hex digits.", |a, _| {
        digest::<Sha256>(a)
    }),
    Function {
        name: "new_guid",
        aliases: &[],
        signatures: &["() -> guid"],
        doc: "A new random guid, another one for each row.",
        naming: Naming::None,
        body: Body::Kernel(new_guid),
        volatile: true,
    },
];

fn xxhash(value: &Value) -> i64 {
    let hash = match value {
        Value::Int(n) => XxHash64::oneshot(0, &n.to_le_bytes()),
        Value::Long(n) | Value::Datetime(n) | Value::Timespan(n) => XxHash64::oneshot(0, &n.to_le_bytes()),
        Value::Real(x) => XxHash64::oneshot(0, &x.to_le_bytes()),
        Value::Bool(b) => XxHash64::oneshot(0, &[u8::from(*b)]),
        other => XxHash64::oneshot(0, text(other).as_bytes()),
    };
    hash as i64
}

fn hash(args: &[Value], _: &Cx) -> Value {
    let hash = xxhash(&args[0]);
    match args.get(1) {
        None => Value::Long(hash),
        Some(modulus) => match modulus.as_i64() {
            Some(n) if n > 0 => Value::Long(hash.rem_euclid(n)),
            _ => Value::Null,
        },
    }
}

fn digest<D: Digest>(args: &[Value]) -> Value {
    let hash = D::digest(text(&args[0]).as_bytes());
    Value::String(hash.iter().map(|b| format!("{b:02x}")).collect())
}

/// A random guid of version 4.
fn new_guid(_: &[Value], cx: &Cx) -> Value {
    let mut bytes = [0; 16];
    if getrandom::fill(&mut bytes).is_err() {
        cx.fail("new_guid(): the system gives no random numbers");
    }
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    Value::Guid(u128::from_be_bytes(bytes))
}
