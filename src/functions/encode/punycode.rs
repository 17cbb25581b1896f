//! Punycode (RFC 3492): `punycode_from_string`, `punycode_to_string` and the two over domain names.
//!
//! Traps: only labels that start with `xn--` are encoded in a domain name; text that is not valid gives `""`.
//! The full stops of other scripts part labels too.

use crate::functions::Function;
use crate::functions::convert::text;
use crate::functions::rows::plain;
use crate::value::Value;

pub const ROWS: &[Function] = &[
    plain("punycode_from_string", &["(text: string) -> string"], "The text in Punycode.", |a, _| {
        Value::String(encode(&text(&a[0])).unwrap_or_default())
    }),
    plain(
        "punycode_to_string",
        &["(text: string) -> string"],
        "The text that Punycode stands for.",
        |a, _| Value::String(decode(&text(&a[0])).unwrap_or_default()),
    ),
    plain(
        "punycode_domain_from_string",
        &["(domain: string) -> string"],
        "The domain name with its `xn--` labels decoded.",
        |a, _| Value::String(labels(&text(&a[0]), |l| l.strip_prefix("xn--").map_or(Some(l.into()), decode))),
    ),
    plain(
        "punycode_domain_to_string",
        &["(domain: string) -> string"],
        "The domain name with its labels that are not ASCII encoded as `xn--`.",
        |a, _| {
            let encoded =
                |l: &str| if l.is_ascii() { Some(l.into()) } else { Some(format!("xn--{}", encode(l)?)) };
            Value::String(labels(&text(&a[0]), encoded))
        },
    ),
];

/// What parts labels (RFC 3490): the ideographic, the fullwidth and the halfwidth full stop beside the dot.
const FULL_STOPS: [char; 4] = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];

fn labels(domain: &str, change: impl Fn(&str) -> Option<String>) -> String {
    let labels: Option<Vec<String>> = domain.split(FULL_STOPS).map(change).collect();
    labels.map(|l| l.join(".")).unwrap_or_default()
}

const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;
/// Longer labels are refused: the algorithm takes quadratic time.
const MAX_LENGTH: usize = 4096;

fn adapt(delta: u32, count: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / count;
    let mut k = 0;
    while delta > (BASE - T_MIN) * T_MAX / 2 {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    k + (BASE - T_MIN + 1) * delta / (delta + 38)
}

fn threshold(k: u32, bias: u32) -> u32 {
    k.saturating_sub(bias).clamp(T_MIN, T_MAX)
}

fn encode(text: &str) -> Option<String> {
    if text.len() > MAX_LENGTH {
        return None;
    }
    let chars: Vec<u32> = text.chars().map(u32::from).collect();
    let mut out: String = text.chars().filter(char::is_ascii).collect();
    let basic = out.len() as u32;
    let mut handled = basic;
    if basic > 0 {
        out.push('-');
    }
    let (mut n, mut delta, mut bias) = (128, 0_u32, 72);
    while (handled as usize) < chars.len() {
        let next = *chars.iter().filter(|c| **c >= n).min()?;
        delta = delta.checked_add((next - n).checked_mul(handled + 1)?)?;
        n = next;
        for &c in &chars {
            if c < n {
                delta = delta.checked_add(1)?;
            } else if c == n {
                push_number(delta, bias, &mut out);
                bias = adapt(delta, handled + 1, handled == basic);
                (delta, handled) = (0, handled + 1);
            }
        }
        (delta, n) = (delta + 1, n + 1);
    }
    Some(out)
}

/// A number in digits of varying weight.
fn push_number(number: u32, bias: u32, out: &mut String) {
    let letter = |d: u32| char::from(b"abcdefghijklmnopqrstuvwxyz0123456789"[d as usize % 36]);
    let (mut q, mut k) = (number, BASE);
    while q >= threshold(k, bias) {
        let t = threshold(k, bias);
        out.push(letter(t + (q - t) % (BASE - t)));
        q = (q - t) / (BASE - t);
        k += BASE;
    }
    out.push(letter(q));
}

fn decode(text: &str) -> Option<String> {
    if !text.is_ascii() || text.len() > MAX_LENGTH {
        return None;
    }
    let (basic, rest) = text.rsplit_once('-').unwrap_or(("", text));
    let mut out: Vec<char> = basic.chars().collect();
    let (mut n, mut i, mut bias) = (128_u32, 0_u32, 72);
    let mut digits = rest.bytes();
    while digits.len() > 0 {
        let (start, mut weight, mut k) = (i, 1_u32, BASE);
        loop {
            let digit = match digits.next()? {
                b @ b'a'..=b'z' => u32::from(b - b'a'),
                b @ b'A'..=b'Z' => u32::from(b - b'A'),
                b @ b'0'..=b'9' => u32::from(b - b'0') + 26,
                _ => return None,
            };
            i = i.checked_add(digit.checked_mul(weight)?)?;
            let t = threshold(k, bias);
            if digit < t {
                break;
            }
            weight = weight.checked_mul(BASE - t)?;
            k += BASE;
        }
        let count = out.len() as u32 + 1;
        bias = adapt(i - start, count, start == 0);
        n = n.checked_add(i / count)?;
        i %= count;
        out.insert(i as usize, char::from_u32(n)?);
        i += 1;
    }
    Some(out.into_iter().collect())
}
