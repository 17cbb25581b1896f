//! Mutations of a query token by token: what a fuzzer does to bytes rarely gets past a parser.
//!
//! Tokens are deleted, repeated, exchanged and replaced by names of the language, by numbers and texts at
//! the ends of their ranges; parts between pipes are left out, repeated, and taken from other queries.
//!
//! Trap: it must draw from the seed alone, or a run cannot be repeated. The test `mutants` uses this file, too.

/// Numbers at the ends of their ranges, and times beyond them.
const NUMBERS: &[&str] = &[
    "0",
    "1",
    "-1",
    "2",
    "3",
    "10",
    "64",
    "100",
    "2147483647",
    "-2147483648",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "1e308",
    "-1e308",
    "1e-320",
    "0.1",
    "real(nan)",
    "real(+inf)",
    "real(null)",
    "long(null)",
    "int(null)",
    "0x7fffffffffffffff",
    "1d",
    "-1tick",
    "10675199d",
    "timespan(null)",
    "datetime(0001-01-01)",
    "datetime(9999-12-31 23:59:59.9999999)",
    "datetime(null)",
    "decimal(1e28)",
    "decimal(null)",
    "true",
    "bool(null)",
    "guid(null)",
];

const TEXTS: &[&str] = &[
    "''",
    "'a'",
    "\"\"",
    "@'\\'",
    "'\\u0000'",
    "'\u{1F600}'",
    "'e\\u0301'",
    "'İ'",
    "'('",
    "'[a-'",
    "'(a*)*b'",
    "'%'",
    "'$.a[0]'",
    "'{\"a\":[1,{\"b\":null}]}'",
    "'<a><b/></a>'",
    "'1.2.3.4/33'",
    "'::ffff:1.2.3.4'",
    "'P1D'",
    "'2024-02-30'",
    "'0001-01-01'",
    "'yyyy-MM-dd HH:mm:ss.fffffff'",
    "'US/Pacific'",
    "'AAAA'",
    "dynamic(null)",
    "dynamic([])",
    "dynamic({})",
    "dynamic([1,\"a\",null,[2],{\"b\":3}])",
    "dynamic(\"a\")",
    "dynamic({\"a\":{\"a\":{\"a\":1}}})",
    "h'secret'",
    "```a```",
];

const WORDS: &[&str] = &[
    "where",
    "extend",
    "project",
    "project-away",
    "project-keep",
    "project-rename",
    "project-reorder",
    "summarize",
    "by",
    "on",
    "join",
    "kind=inner",
    "kind=leftouter",
    "kind=fullouter",
    "kind=leftanti",
    "kind=rightsemi",
    "lookup",
    "union",
    "withsource=w",
    "mv-expand",
    "mv-apply",
    "to typeof(long)",
    "to typeof(string)",
    "parse",
    "parse-where",
    "parse-kv",
    "sort",
    "order",
    "top",
    "take",
    "limit",
    "count",
    "distinct",
    "sample",
    "getschema",
    "print",
    "range",
    "datatable(a: long, b: string)",
    "let",
    "as",
    "invoke",
    "evaluate",
    "bag_unpack",
    "pivot",
    "make-series",
    "default=0",
    "from",
    "step",
    "serialize",
    "search",
    "find",
    "render",
    "facet",
    "fork",
    "partition",
    "scan",
    "externaldata",
    "top-nested",
    "consume",
    "materialize",
    "toscalar",
    "asc",
    "desc",
    "nulls",
    "first",
    "last",
    "and",
    "or",
    "not",
    "in",
    "!in",
    "in~",
    "has",
    "!has",
    "has_any",
    "has_all",
    "contains",
    "startswith",
    "endswith",
    "matches regex",
    "between",
    "!between",
    "==",
    "!=",
    "=~",
    "!~",
    "<",
    "<=",
    ">",
    ">=",
    "+",
    "-",
    "*",
    "/",
    "%",
    "..",
    "=",
    ",",
    ";",
    "|",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ".",
    ":",
    "=>",
    "$left",
    "$right",
    "typeof",
    "int",
    "long",
    "string",
    "dynamic",
    "datetime",
    "timespan",
    "real",
    "decimal",
    "bool",
    "guid",
    "T",
    "x",
    "a",
    "b",
    "n",
    "s",
    "d",
    "t",
    "['a b']",
    "*",
    "_auk_source",
    "Type",
    "TimeGenerated",
];

/// A stream of numbers from a seed (SplitMix64).
pub struct Draw(u64);

impl Draw {
    pub fn new(seed: u64) -> Draw {
        Draw(seed)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) % bound.max(1) as u64) as usize
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

/// The text as words, numbers, quoted texts, spaces and single signs.
fn tokens(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let while_in = |is: fn(char) -> bool| rest.find(|c| !is(c)).unwrap_or(rest.len());
        let length = match first {
            '"' | '\'' => rest[1..].find([first, '\n']).map_or(rest.len(), |at| at + 2),
            c if c.is_alphanumeric() || c == '_' => while_in(|c| c.is_alphanumeric() || c == '_'),
            c if c.is_whitespace() => while_in(char::is_whitespace),
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        out.push(token);
        rest = after;
    }
    out
}

/// A query with a change or a few; `names` are those of functions (`strcat(`), tables and columns.
pub fn mutated(text: &str, names: &[String], draw: &mut Draw) -> String {
    let mut text = text.to_string();
    for _ in 0..1 + draw.below(2) * draw.below(4) {
        text = match draw.below(6) {
            0 => piped(&text, draw),
            1 => changed(&text, names, draw),
            _ => exchanged(&text, names, draw),
        };
    }
    text
}

/// One token in place of another of its kind, so that the query may still be one.
fn exchanged(text: &str, names: &[String], draw: &mut Draw) -> String {
    let tokens = tokens(text);
    let starts = |at: usize, is: fn(char) -> bool| tokens[at].chars().next().is_some_and(is);
    let is_name = |at: usize| starts(at, |c| c.is_alphabetic() || c == '_');
    let may = |at: &usize| is_name(*at) || starts(*at, |c| c.is_ascii_digit() || c == '\'' || c == '"');
    let choices: Vec<usize> = (0..tokens.len()).filter(may).collect();
    let Some(at) = choices.get(draw.below(choices.len())).copied() else { return text.to_string() };
    let is_call = tokens.get(at + 1) == Some(&"(");
    let new = match tokens[at].chars().next() {
        Some('\'' | '"') => draw.of(TEXTS).to_string(),
        Some(c) if c.is_ascii_digit() => draw.of(NUMBERS).to_string(),
        _ => {
            let of_kind: Vec<&str> = match is_call {
                true => names.iter().filter_map(|n| n.strip_suffix('(')).collect(),
                // Names that the query itself uses are more likely to be there.
                false => (0..tokens.len()).filter(|i| is_name(*i)).map(|i| tokens[i]).collect(),
            };
            draw.of(&of_kind).to_string()
        }
    };
    let mut out: Vec<&str> = tokens.clone();
    out[at] = &new;
    out.concat()
}

/// One change to the tokens.
fn changed(text: &str, names: &[String], draw: &mut Draw) -> String {
    let mut tokens: Vec<String> = tokens(text).into_iter().map(str::to_string).collect();
    let at = draw.below(tokens.len());
    let length = (1 + draw.below(4)).min(tokens.len().saturating_sub(at));
    match draw.below(8) {
        0 => _ = tokens.drain(at..at + length),
        1 => {
            let copy = tokens[at..at + length].to_vec();
            let to = draw.below(tokens.len() + 1);
            tokens.splice(to..to, copy);
        }
        2 if !tokens.is_empty() => {
            let other = draw.below(tokens.len());
            tokens.swap(at, other);
        }
        3 => tokens.insert(at, format!(" {} ", draw.of(WORDS))),
        4 if !tokens.is_empty() => tokens[at] = another(&tokens[at], names, draw),
        5 => {
            let calls = 1 + draw.below(3);
            let name = names.get(draw.below(names.len())).cloned().unwrap_or_default();
            let open = name.repeat(calls);
            let close = if name.ends_with('(') { ")".repeat(calls) } else { String::new() };
            tokens.splice(at..at, [open]);
            let end = (at + 1 + length).min(tokens.len());
            tokens.splice(end..end, [close]);
        }
        _ => {
            let choices: Vec<usize> = (0..tokens.len()).filter(|i| !tokens[*i].trim().is_empty()).collect();
            if let Some(at) = choices.get(draw.below(choices.len())) {
                tokens[*at] = another(&tokens[*at], names, draw);
            }
        }
    }
    tokens.concat()
}

/// What may stand in place of a token.
fn another(token: &str, names: &[String], draw: &mut Draw) -> String {
    let literal = |draw: &mut Draw| {
        let choices = if draw.below(2) == 0 { NUMBERS } else { TEXTS };
        draw.of(choices).to_string()
    };
    match token.chars().next() {
        Some(c) if c.is_ascii_digit() && draw.below(4) > 0 => draw.of(NUMBERS).to_string(),
        Some('"' | '\'') if draw.below(4) > 0 => draw.of(TEXTS).to_string(),
        Some(c) if c.is_alphabetic() => match draw.below(4) {
            0 => literal(draw),
            1 => draw.of(WORDS).to_string(),
            _ => names.get(draw.below(names.len())).map_or("x", |n| n.trim_end_matches('(')).to_string(),
        },
        _ if draw.below(3) == 0 => literal(draw),
        _ => draw.of(WORDS).to_string(),
    }
}

/// One change to the parts between pipes.
fn piped(text: &str, draw: &mut Draw) -> String {
    let mut parts: Vec<&str> = text.split('|').collect();
    let (at, other) = (draw.below(parts.len()), draw.below(parts.len()));
    match draw.below(3) {
        0 if parts.len() > 1 => _ = parts.remove(at),
        1 => parts.insert(at + 1, parts[other]),
        _ => parts.swap(at, other),
    }
    parts.join("|")
}

/// The beginning of one query and the end of another.
pub fn crossed(a: &str, b: &str, draw: &mut Draw) -> String {
    let (first, second): (Vec<&str>, Vec<&str>) = (a.split('|').collect(), b.split('|').collect());
    let (to, from) = (1 + draw.below(first.len()), draw.below(second.len()));
    let parts: Vec<&str> = first.into_iter().take(to).chain(second.into_iter().skip(from)).collect();
    parts.join("|")
}

/// The longest beginning of a text that has room in `size` bytes.
pub fn cut(text: &str, size: usize) -> &str {
    text.get(..text.floor_char_boundary(size)).unwrap_or(text)
}
