//! Generated data under many queries: nulls, empty strings, duplicates, letters of all kinds, extreme
//! numbers and dates; every way to run a query must give the oracle's answer.
//!
//! The data is drawn by a generator with a stated seed, written as `datatable` literals, and run through
//! every template until the time is over. `AUK_SEED` begins elsewhere.
//!
//! Trap: a failure names its seed and query, so that it can be repeated; do not draw from a clock.

use std::time::{Duration, Instant};

use super::differential::difference;
use super::engine::World;

/// How many seconds to go on drawing, if `AUK_SECONDS` says nothing else; the first round is always
/// finished.
const SECONDS: u64 = 15;
const ROWS: usize = 40;

/// The queries: `T` has a key, numbers, text, times and dynamic values; `U` another key and a number.
const TEMPLATES: &[&str] = &[
    "T",
    "T | where n > 0 and s != ''",
    "T | where s contains 'a' or s has 'ann' or s startswith 'A' or s endswith 'e'",
    "T | where s == k or s =~ k or s in ('ann', 'Bob', '') or k in~ ('ANN', 'ß')",
    "T | where isempty(s) or isnull(n) or isnull(t) or isnull(d)",
    "T | where not(b) or n between (-5 .. 5)",
    "T | extend x = n + 1, y = n * n, z = -n, w = n / 3, m = n % 3",
    "T | extend x = r + 1.5, y = r * n, z = r / n, a = abs(r), f = floor(r, 1), c = round(r, 1)",
    "T | extend x = i + n, y = i * 2, z = i / 2, l = tolong(i), q = todouble(n)",
    "T | extend x = t + 1h, day = startofday(t), h = bin(t, 1h), w = bin(t, 7d), p = t - datetime(2020-01-01)",
    "T | extend x = u * 2, y = u / 2, z = u / 1h, v = -u, w = bin(u, 1m), tt = tostring(u)",
    "T | extend x = toupper(s), y = strlen(s), z = strcat(s, '-', k), q = substring(s, 1, 2), v = reverse(s)",
    "T | extend x = tostring(n), y = tostring(r), z = tostring(t), w = tostring(b), v = tostring(d), g = tostring(i)",
    "T | extend x = tolong(s), y = todouble(s), z = todatetime(s), w = tobool(s), v = parse_json(s)",
    "T | extend x = d.a, y = d['b'], z = d.c[0], w = tostring(d.a), v = tolong(d.a), q = d.c[-1], l = array_length(d.c)",
    "T | where tostring(d.a) == 'x' or tolong(d.a) > 0 or d has 'x'",
    "T | extend x = iff(n > 0, s, k), y = case(isnull(n), 'none', n > 0, 'up', 'down'), z = coalesce(n, 7)",
    "T | summarize count(), sum(n), min(n), max(n), avg(r), dcount(s) by k",
    "T | summarize count(), countif(n > 0), sumif(n, b), min(s), max(s), min(t), max(t), max(r), min(r)",
    "T | summarize make_list(n), make_set(s), make_list(t), make_set(i) by k",
    "T | summarize arg_max(t, *) by k",
    "T | summarize arg_min(n, s, r), take_any(s), count() by b",
    "T | summarize n = count() by s, b",
    "T | summarize n = count() by bin(t, 1d), i",
    "T | summarize stdev(r), variance(n), percentile(n, 50), make_bag(d)",
    "T | summarize n = dcount(k) by d = tostring(d.a) | sort by n desc, d asc",
    "T | summarize c = count(), x = countif(b), y = min(t), z = max(n), w = min(u) by k, bin(t, 1d)",
    "T | summarize z = max(t) by s, k, n | summarize c = count(), z = min(z) by k",
    "union T, T, T | summarize c = count(), y = max(n), x = countif(n > 0) by s, n",
    "union T, T | extend x = tolower(s), y = strlen(k), z = extract('([a-z]+)', 1, s), w = s has 'ann', v = tolong(k) | project x, y, z, w, v",
    "union T, T, T | mv-expand e = d.c | summarize c = count() by k, e = tostring(e)",
    "union T, T, T | mv-expand with_itemindex=ix e = d.c, f = d.a limit 2 | project k, n, e, f, ix",
    "T | distinct k, b",
    "T | sort by n desc, s asc, r asc, t asc, i asc | project n, s, r, t, i",
    "T | sort by s asc nulls last, n asc nulls first | project s, n",
    "T | sort by k asc, t desc nulls last, s asc | project k, t, s, r",
    "T | sort by k desc nulls last, b asc, i asc nulls first, u desc | extend p = prev(k), q = next(n, 2) | project k, b, i, u, p, q",
    "T | sort by s asc, k asc, n asc | where n != 1 | top 6 by s asc, n desc | project s, k, n",
    "T | sort by k asc, t asc | take 5 | project k, t",
    "T | top 5 by n desc nulls last | project n",
    "T | top 7 by r asc | project r",
    "T | take 3 | count",
    "T | where n > 0 | sort by n asc, s asc | take 4 | project n, s",
    "T | join kind=inner U on k",
    "T | join U on k | summarize count() by k",
    "T | join kind=leftouter U on k",
    "T | join kind=rightouter U on k",
    "T | join kind=fullouter U on k",
    "T | join kind=leftsemi U on k",
    "T | join kind=leftanti U on k",
    "T | join kind=rightsemi U on k",
    "T | join kind=rightanti U on k",
    "T | join kind=inner U on $left.n == $right.m, k",
    "T | join kind=leftouter (U | summarize c = count() by k) on k | project k, n, c",
    "T | join kind=fullouter U on $left.n == $right.m | project n, m, s, v",
    "T | lookup (U | summarize m = max(m) by k) on k",
    "T | where k in ((U | project k)) or n !in ((U | project m))",
    "T | where n > toscalar(U | summarize max(m))",
    "union T, U",
    "union kind=inner withsource=src T, U",
    "union (T | project k, x = n), (U | project k, x = tostring(m))",
    "T | mv-expand e = d.c",
    "T | mv-expand e = d.c to typeof(long), f = d.c to typeof(string)",
    "T | mv-expand with_itemindex=ix d limit 2",
    "T | mv-expand bagexpansion=array d",
    "T | mv-apply e = d.c on (where e != 'x' | summarize c = count(), l = make_list(e))",
    "T | mv-apply e = d.c to typeof(long) on (top 1 by e) | project k, n, e",
    "T | mv-apply e = d.c to typeof(string) on (where e has 'a') | project k, e",
    "T | sort by n asc, s asc, k asc | extend p = prev(n), q = next(s), x = row_number() | project n, p, q, x",
    "T | sort by k asc, n asc | extend c = row_cumsum(n, k != prev(k)), x = row_number(1, k != prev(k)) | project k, n, c, x",
    "T | where isnotnull(t) | sort by t asc | extend s0 = row_window_session(t, 1d, 1h) | project t, s0",
    "T | make-series c = count() default = 0, x = sum(n) default = 0 on i from -3 to 4 step 1 by k",
    "T | where t between (datetime(2024-01-01) .. datetime(2024-02-01)) | make-series c = count() on t from datetime(2024-01-01) to datetime(2024-02-01) step 1d by b",
    "T | parse s with a 'n' b | project s, a, b",
    "T | parse s with * '=' v: long * | project s, v",
    "T | project-away s, d | project-rename key = k | project-reorder t, *",
    "T | extend x = extract('([a-z]+)', 1, s), y = replace_string(s, 'a', 'ä'), z = split(s, 'n'), w = s matches regex '^[A-Z]'",
    "T | extend x = bag_pack('k', k, 'n', n, 't', t), y = pack_array(n, s, r), z = bag_keys(d)",
    "T | extend y = set_union(d.c, dynamic([1])), z = array_concat(d.c, d.c)",
    "T | serialize | extend x = row_number() | where x % 2 == 0 | summarize make_list(x) by b",
    "let X = materialize(T | where n > 0); union X, (X | summarize n = sum(n) by k)",
    "T | as Y | join kind=inner (Y | summarize top = max(n) by k) on k | where n == top | project k, n",
    "T | evaluate bag_unpack(d, 'd_')",
    "T | where isnotempty(k) | project k, b, n | evaluate pivot(k, sum(n))",
    "T | where isnotempty(k) | evaluate pivot(k, make_list(s), b)",
    "T | project k, n, t, u, b, r, d | evaluate narrow()",
    "T | evaluate rows_near(n > 0, 1, 2) | project k, n",
    "T | evaluate sliding_window_counts(k, n, -10, 10, 4, 2, b)",
    "T | evaluate activity_metrics(k, n, -10, 10, 3, b)",
    "T | evaluate new_activity_metrics(k, n, -10, 10, 5, b, (U | project k))",
    "T | evaluate session_count(k, n, -10, 10, 5, 2)",
    "T | evaluate sequence_detect(n, 3, 5, x=(b == true), y=(n > 0), k)",
    "T | project k, b, n | evaluate basket(0.1)",
    "T | reduce kind=source by strcat(k, ' ', b) with threshold=0.2 | project k, Pattern",
    "T | reduce by strcat(k, '-', s)",
    "T | extend ip = strcat(abs(i) % 250, '.1.2.3') | evaluate ipv4_lookup((U | extend net = strcat(abs(m) % 250, '.0.0.0/', 4 + abs(m) % 8)), ip, net, k, true)",
    "T | partition by k (top 2 by n, s | extend x = row_number(), p = prev(n))",
    "T | partition by n (where s has 'a' | summarize c = count(), x = max(t) | extend y = c + 1)",
    "T | partition by k (partition by b (summarize c = count(), x = max(n)) | where c > 1 | count)",
    "T | partition by r {U | where k != '' | extend z = toscalar(r) | summarize c = count() by k}",
    "T | sort by n asc, s asc | scan with_match_id=id declare (c: long = 0, p: string) with (step s1: true => c = s1.c + 1, p = s1.s; step s2 output=last: n > s1.n => c = s1.c;)",
    "T | sort by t asc, n asc | partition by k (scan with_match_id=id declare (x: datetime) with (step a: isnotnull(t) => x = t; step c: t - a.t < 30d and s has 'a' => x = a.x; step z output=none: n > c.n))",
    "T | sort by s asc | scan declare (l: dynamic = dynamic([])) with (step a: array_length(a.l) < 3 => l = array_concat(a.l, pack_array(n, d)), n = coalesce(n, a.n);) | project n, l",
    "T | top-nested 2 of k with others='rest' by sum(n), top-nested 1 of b by c = count() asc, top-nested of n by max(t)",
    "T | top-nested of n by count(), top-nested 2 of s with others='rest' by dcount(k) desc",
    "T | partition by b (top-nested 1 of k with others='rest' by avg(r))",
    "T | top-hitters 2 of k by n",
    "T | parse-kv s as (a: long, n: string, c: datetime) with (pair_delimiter=' ', kv_delimiter='n', quote='a', greedy=true)",
    "find in (T, U) where k has 'a' or n > 3 or m < 2",
    "find withsource=x in (T, U) where 'a*' project k, n: string, pack_all()",
    "search in (T, U) 'a*' or '*b*' or 'a*b'",
    "T | make-series x = sum(n) * 2 + count() default = -1, y = max(r) on i from -3 to 4 step 2 by k",
    "T | take toscalar(U | count) | top toscalar(U | summarize min(m) | project 2) by n",
];

pub fn run() -> Result<(), String> {
    let world = World::empty();
    let first = number("AUK_SEED").unwrap_or(1);
    let time = Duration::from_secs(number("AUK_SECONDS").unwrap_or(SECONDS));
    let begin = Instant::now();
    let mut failures: Vec<String> = Vec::new();
    let mut failed = vec![false; TEMPLATES.len()];
    let mut answered = vec![false; TEMPLATES.len()];
    let mut seed = first;
    while seed == first || begin.elapsed() < time {
        let data = data(seed);
        for (at, template) in TEMPLATES.iter().enumerate() {
            if seed > first && begin.elapsed() >= time {
                break;
            }
            if failed[at] {
                continue;
            }
            match difference(&format!("{data}\n{template}"), &world) {
                Ok(answers) => answered[at] |= answers,
                Err(difference) => {
                    failed[at] = true;
                    failures.push(format!("seed {seed}: {template}\n{difference}"));
                }
            }
        }
        seed += 1;
    }
    eprintln!(
        "property: seeds {first} to {}, {} of {} templates fail",
        seed - 1,
        failures.len(),
        TEMPLATES.len()
    );
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

/// A number in the environment.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// A stream of numbers from a seed (SplitMix64).
pub struct Draw(u64);

impl Draw {
    pub fn new(seed: u64) -> Draw {
        Draw(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    /// A number below a bound.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    pub fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[(self.next() % choices.len() as u64) as usize]
    }

    pub fn pair<'a>(&mut self, choices: &[(&'a str, &'a str)]) -> (&'a str, &'a str) {
        choices[(self.next() % choices.len() as u64) as usize]
    }
}

const KEYS: &[&str] = &[
    "''",
    "'ann'",
    "'Ann'",
    "'bob'",
    "'ß'",
    "'SS'",
    "'日本'",
    "'ann '",
    "'long.name.one@contoso.example'",
    "'long.name.two@contoso.example'",
];
const TEXTS: &[&str] = &[
    "''",
    "'ann'",
    "'Ann Lee'",
    "'bob=12;x'",
    "'a|b'",
    "'İstanbul'",
    "'ﬁne'",
    "'e\\u0301'",
    "'12'",
    "'-3.5'",
    "'true'",
    "'2024-01-05T10:00:00Z'",
    "'{\"a\":1}'",
    "'[1,2]'",
    "'line\\nbreak'",
    "'\\U0001F600 smile'",
    "' '",
    "'null'",
];
const LONGS: &[&str] = &[
    "long(null)",
    "0",
    "1",
    "-1",
    "2",
    "3",
    "-7",
    "5",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775807",
];
const INTS: &[&str] = &["int(null)", "0", "1", "-1", "2", "-3", "2147483647", "-2147483647"];
const REALS: &[&str] = &[
    "real(null)",
    "0.0",
    "-0.0",
    "0.1",
    "-2.5",
    "1e300",
    "1e-300",
    "real(nan)",
    "real(+inf)",
    "3.0",
    "real(-inf)",
];
const BOOLS: &[&str] = &["bool(null)", "true", "false"];
const TIMES: &[&str] = &[
    "datetime(null)",
    "datetime(0001-01-01)",
    "datetime(9999-12-31 23:59:59.9999999)",
    "datetime(2024-01-05 10:00:00.0000001)",
    "datetime(2024-01-05 10:00)",
    "datetime(2024-01-05 10:40)",
    "datetime(2024-01-06)",
    "datetime(1969-12-31 23:59:59.5)",
    "datetime(2024-02-29)",
];
const SPANS: &[&str] = &["timespan(null)", "0s", "1tick", "-90m", "1.5d", "10675199d", "36h"];
const DYNAMICS: &[&str] = &[
    "dynamic(null)",
    "dynamic({})",
    "dynamic([])",
    "dynamic({\"a\":\"x\",\"c\":[1,\"x\",null]})",
    "dynamic({\"a\":1,\"b\":{\"a\":2},\"c\":[]})",
    "dynamic({\"a\":\"1\",\"c\":[[1],{\"k\":\"v\"}]})",
    "dynamic({\"A\":\"x\",\"c\":\"no array\"})",
    "dynamic([1,2.5,\"ann\",true])",
    "dynamic(\"text\")",
    "dynamic(7)",
    "dynamic({\"a\":9007199254740993,\"b\":\"ü|\\\"q\",\"c\":[\"ann\",\"a b\"]})",
];

/// Two tables drawn from a seed, as KQL.
fn data(seed: u64) -> String {
    let mut draw = Draw::new(seed);
    let columns = [KEYS, LONGS, INTS, REALS, TEXTS, BOOLS, TIMES, SPANS, DYNAMICS];
    let row = |draw: &mut Draw| columns.map(|choices| draw.of(choices)).join(", ");
    let count = (draw.next() % ROWS as u64) as usize;
    let rows: Vec<String> = (0..count).map(|_| row(&mut draw)).collect();
    let count = (draw.next() % 12) as usize;
    let others: Vec<String> =
        (0..count).map(|_| [draw.of(KEYS), draw.of(LONGS), draw.of(TEXTS)].join(", ")).collect();
    let schema =
        "k: string, n: long, i: int, r: real, s: string, b: bool, t: datetime, u: timespan, d: dynamic";
    format!(
        "let T = datatable({schema})[\n{}];\nlet U = datatable(k: string, m: long, v: string)[\n{}];",
        rows.join(",\n"),
        others.join(",\n")
    )
}
