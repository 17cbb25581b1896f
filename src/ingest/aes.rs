//! The encryption of WinZip (AE-1 and AE-2), which 7-Zip and others write, too: AES in counter mode under a key that
//! is derived from a password, and a code over what is encrypted.
//!
//! ```text
//! salt (8, 12, 16 bytes)   check of the password (2)   encrypted bytes   first 10 bytes of HMAC-SHA1
//! ```
//!
//! Traps: the check lets one wrong password in 65,536 pass, so the code decides; it is compared before a byte is
//! believed. The counter is little-endian and begins at 1.

use std::io::{self, Read};

use aes::cipher::consts::U16;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use aes::{Aes128Enc, Aes192Enc, Aes256Enc};
use sha1::{Digest, Sha1};

/// Rounds of the derivation of keys.
const ROUNDS: usize = 1000;
/// The length of the password's check, and of the code at the end.
pub const CHECK: u64 = 2;
pub const CODE: u64 = 10;

/// How strong an entry is encrypted: 1, 2, 3 for keys of 128, 192 and 256 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strength(pub u8);

impl Strength {
    fn key(self) -> usize {
        8 + 8 * usize::from(self.0.min(3))
    }

    pub fn salt(self) -> u64 {
        self.key() as u64 / 2
    }
}

/// What a password opens.
pub struct Keys {
    cipher: Cipher,
    code: Hmac,
}

type Block = [u8; 16];
type Cipher = Box<dyn Fn(Block) -> Block + Send>;

impl Keys {
    /// The keys of a password, if it passes the check. `head` is the salt and the check.
    pub fn new(password: &str, head: &[u8], strength: Strength) -> Option<Keys> {
        let (salt, check) = head.split_at_checked(strength.salt() as usize)?;
        let key = strength.key();
        let derived = derive(password.as_bytes(), salt, 2 * key + CHECK as usize);
        if derived.get(2 * key..) != Some(check) {
            return None;
        }
        Some(Keys { cipher: cipher(&derived[..key])?, code: Hmac::new(&derived[key..2 * key]) })
    }

    /// Is `code` that of the encrypted bytes?
    pub fn vouches(&self, encrypted: &mut dyn Read, code: &[u8]) -> io::Result<bool> {
        let mut hmac = self.code.clone();
        let mut buffer = vec![0; 64 << 10];
        loop {
            match encrypted.read(&mut buffer)? {
                0 => return Ok(hmac.code().get(..CODE as usize) == Some(code)),
                count => hmac.inner.update(&buffer[..count]),
            }
        }
    }

    pub fn decrypt<R: Read>(self, encrypted: R) -> Decrypt<R> {
        Decrypt { inner: encrypted, cipher: self.cipher, counter: 0, pad: [0; 16], used: 16 }
    }
}

fn cipher(key: &[u8]) -> Option<Cipher> {
    fn of<C: KeyInit + BlockCipherEncrypt<BlockSize = U16> + Send + 'static>(key: &[u8]) -> Option<Cipher> {
        let cipher = C::new_from_slice(key).ok()?;
        Some(Box::new(move |block| {
            let mut block = block.into();
            cipher.encrypt_block(&mut block);
            block.into()
        }))
    }
    match key.len() {
        16 => of::<Aes128Enc>(key),
        24 => of::<Aes192Enc>(key),
        _ => of::<Aes256Enc>(key),
    }
}

/// PBKDF2 with HMAC-SHA1 (RFC 8018).
fn derive(password: &[u8], salt: &[u8], length: usize) -> Vec<u8> {
    let key = Hmac::new(password);
    let code = |parts: &[&[u8]]| {
        let mut hmac = key.clone();
        parts.iter().for_each(|part| hmac.inner.update(part));
        hmac.code()
    };
    let mut out = Vec::new();
    for number in 1..=length.div_ceil(20) as u32 {
        let mut last = code(&[salt, &number.to_be_bytes()]);
        let mut sum = last;
        for _ in 1..ROUNDS {
            last = code(&[&last]);
            sum.iter_mut().zip(last).for_each(|(sum, byte)| *sum ^= byte);
        }
        out.extend(sum);
    }
    out.truncate(length);
    out
}

/// HMAC-SHA1 (RFC 2104) at some point of a text.
#[derive(Clone)]
struct Hmac {
    inner: Sha1,
    outer: Sha1,
}

impl Hmac {
    fn new(key: &[u8]) -> Hmac {
        let mut block = [0; 64];
        if key.len() > block.len() {
            block[..20].copy_from_slice(&Sha1::digest(key));
        } else {
            block[..key.len()].copy_from_slice(key);
        }
        let padded = |byte: u8| Sha1::new_with_prefix(block.map(|b: u8| b ^ byte));
        Hmac { inner: padded(0x36), outer: padded(0x5c) }
    }

    fn code(mut self) -> [u8; 20] {
        self.outer.update(self.inner.finalize());
        self.outer.finalize().into()
    }
}

/// Encrypted bytes as they were before.
pub struct Decrypt<R> {
    inner: R,
    cipher: Cipher,
    counter: u128,
    pad: Block,
    used: usize,
}

impl<R: Read> Read for Decrypt<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        for byte in &mut buffer[..count] {
            if self.used == self.pad.len() {
                self.counter = self.counter.wrapping_add(1);
                self.pad = (self.cipher)(self.counter.to_le_bytes());
                self.used = 0;
            }
            *byte ^= self.pad[self.used];
            self.used += 1;
        }
        Ok(count)
    }
}
