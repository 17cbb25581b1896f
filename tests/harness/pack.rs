//! Bytes as they lie on disk: compressed, in an archive, in UTF-16. For the ingest pages and the fuzz target `ingest`.
//!
//! Trap: archives are written without compression of their own, by rules that the reader does not share.

use std::io::Write;

use flate2::write::GzEncoder;
use flate2::{Compression, Crc};

/// In UTF-16 with its mark.
pub fn utf16le(text: &str) -> Vec<u8> {
    [0xfeff_u16].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// Compressed; a vector takes all that is written to it.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// A zip archive of stored entries, encrypted if there is a password.
pub fn zip(entries: &[(impl AsRef<str>, Vec<u8>)], password: Option<&str>) -> Vec<u8> {
    let (mut out, mut directory, count) = (Vec::new(), Vec::new(), entries.len() as u16);
    for (name, plain) in entries {
        let name = name.as_ref();
        let mut crc = Crc::new();
        crc.update(plain);
        let data = password.map_or_else(|| plain.clone(), |word| encrypt(word, plain, crc.sum()));
        let mut fields = Vec::new();
        for number in [20, 0x800 | u16::from(password.is_some()), 0, 0, 0] {
            fields.extend(u16::to_le_bytes(number));
        }
        for number in [crc.sum(), data.len() as u32, plain.len() as u32] {
            fields.extend(u32::to_le_bytes(number));
        }
        fields.extend(u16::to_le_bytes(name.len() as u16));
        fields.extend([0, 0]);
        directory.extend([b"PK\x01\x02\x14\x00".as_slice(), &fields, &[0; 10]].concat());
        directory.extend(u32::to_le_bytes(out.len() as u32));
        directory.extend(name.as_bytes());
        out.extend([b"PK\x03\x04".as_slice(), &fields, name.as_bytes(), &data].concat());
    }
    let at = out.len() as u32;
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    out.extend([(directory.len() as u32).to_le_bytes(), at.to_le_bytes()].concat());
    out.extend([0, 0]);
    out
}

/// PKZIP's cipher, a bit at a time.
fn encrypt(password: &str, plain: &[u8], crc: u32) -> Vec<u8> {
    fn step(crc: u32, byte: u8) -> u32 {
        (0..8).fold(crc ^ u32::from(byte), |c, _| if c & 1 == 1 { c >> 1 ^ 0xedb8_8320 } else { c >> 1 })
    }
    fn stir(keys: &mut [u32; 3], byte: u8) {
        keys[0] = step(keys[0], byte);
        keys[1] = keys[1].wrapping_add(keys[0] & 0xff).wrapping_mul(134_775_813).wrapping_add(1);
        keys[2] = step(keys[2], (keys[1] >> 24) as u8);
    }
    let mut keys = [0x1234_5678, 0x2345_6789, 0x3456_7890];
    password.bytes().for_each(|b| stir(&mut keys, b));
    let head = [[7; 11].as_slice(), &[(crc >> 24) as u8]].concat();
    let cipher = head.iter().chain(plain).map(|b| {
        let word = (keys[2] | 2) & 0xffff;
        stir(&mut keys, *b);
        b ^ (word.wrapping_mul(word ^ 1) >> 8) as u8
    });
    cipher.collect()
}
