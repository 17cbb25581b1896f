//! A table as what a chart draws: an x axis, and series of points.
//!
//! The columns that are not named are chosen as the documentation says: the first one that works is the x axis
//! (of `timechart` the first of time), all other numbers are measured, text splits into series. Where a column
//! holds arrays (`make-series`), the items are the values, those of one row beside each other.
//!
//! Trap: what is not drawn is counted in `notes`: nulls, what is no number, what is beyond a limit.

use std::collections::HashMap;

use super::asked::{Asked, Kind, Stack};
use crate::report::cell;
use crate::table::Table;
use crate::time;
use crate::types::Type;
use crate::value::Value;

/// Series drawn.
const SERIES: usize = 24;
/// Categories drawn.
pub const CATEGORIES: usize = 60;
/// Characters of a name.
const NAME: usize = 60;

/// What the places of an axis are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    Number,
    Datetime,
    Timespan,
    Category,
}

#[derive(Clone, Debug, Default)]
pub struct Series {
    pub name: String,
    /// The measured column, for panels.
    pub column: String,
    /// By x; `None` is a gap.
    pub points: Vec<(f64, Option<f64>)>,
    pub anomalies: Vec<(f64, f64)>,
}

#[derive(Clone, Debug)]
pub struct Points {
    pub x: Scale,
    pub x_name: String,
    pub y: Scale,
    pub y_name: String,
    pub categories: Vec<String>,
    pub series: Vec<Series>,
    pub notes: Vec<String>,
}

/// Of what has no axes.
pub fn none() -> Points {
    Points {
        x: Scale::Category,
        x_name: String::new(),
        y: Scale::Number,
        y_name: String::new(),
        categories: Vec::new(),
        series: Vec::new(),
        notes: Vec::new(),
    }
}

/// What a column can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Place(Scale),
    Places(Scale),
    Text,
    Other,
}

/// The columns of a chart.
struct Columns {
    x: Option<usize>,
    y: Vec<usize>,
    series: Vec<usize>,
    anomalies: Vec<usize>,
}

pub fn label(value: &Value, ty: Type) -> String {
    let mut text = String::new();
    cell::text(value, ty, &mut text);
    short(&text)
}

/// A bounded name; control characters visible.
pub fn short(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars();
    rest.by_ref().take(NAME).for_each(|c| crate::report::escape::push_visible(c, &mut out));
    if rest.next().is_some() {
        out.push('…');
    }
    out
}

pub fn read(table: &Table, asked: &Asked) -> Result<Points, String> {
    let roles: Vec<Role> = (0..table.schema.columns.len()).map(|at| role(table, at)).collect();
    let columns = columns(table, asked, &roles)?;
    let name = |at: usize| short(&table.schema.columns[at].name);
    let categories = matches!(asked.kind, Kind::Bar | Kind::Column | Kind::Pie);
    let x = match columns.x.map(|at| roles[at]) {
        Some(Role::Place(Scale::Datetime)) if asked.kind == Kind::Column => Scale::Datetime,
        Some(Role::Places(Scale::Datetime)) if asked.kind == Kind::Column => Scale::Datetime,
        _ if categories => Scale::Category,
        Some(Role::Place(scale) | Role::Places(scale)) => scale,
        None => Scale::Number,
        Some(_) => return Err(no_place(table, asked, columns.x)),
    };
    if asked.x_log && x == Scale::Category {
        return Err("xaxis=log needs numbers on the x axis, and here are names".into());
    }
    let timespans = columns.y.iter().filter(|at| scale_of(roles[**at]) == Some(Scale::Timespan)).count();
    let mut notes = Vec::new();
    let y = if timespans == columns.y.len() { Scale::Timespan } else { Scale::Number };
    let measured: Vec<usize> =
        columns.y.iter().copied().filter(|at| scale_of(roles[*at]) == Some(y)).collect();
    if measured.len() < columns.y.len() {
        notes.push("timespans are not drawn beside numbers: name one kind in ycolumns".to_string());
    }
    let mut reader =
        Reader { table, x, by_name: HashMap::new(), categories: HashMap::new(), lost: Lost::default() };
    let mut points = Points {
        x,
        x_name: columns.x.map_or("index".into(), name),
        y,
        y_name: measured.iter().map(|at| name(*at)).collect::<Vec<_>>().join(", "),
        categories: Vec::new(),
        series: Vec::new(),
        notes: Vec::new(),
    };
    let columns = Columns { y: measured, ..columns };
    table.rows.iter().for_each(|row| reader.row(row, &columns, &mut points));
    let Reader { mut lost, .. } = reader;
    finish(&mut points, asked, &mut lost);
    lost.say(x, &mut notes);
    points.notes = notes;
    Ok(points)
}

fn scale_of(role: Role) -> Option<Scale> {
    match role {
        Role::Place(scale) | Role::Places(scale) => Some(scale),
        _ => None,
    }
}

fn no_place(table: &Table, asked: &Asked, x: Option<usize>) -> String {
    let what =
        if matches!(asked.kind, Kind::Time | Kind::Anomaly) { "of time" } else { "of numbers or times" };
    let held = x.map_or(String::new(), |at| {
        let column = &table.schema.columns[at];
        format!("; {} is {}", short(&column.name), column.ty)
    });
    format!("{} needs a column {what} for its x axis{held}", asked.name)
}

fn role(table: &Table, at: usize) -> Role {
    match table.schema.columns[at].ty {
        ty if ty.is_number() => Role::Place(Scale::Number),
        Type::Datetime => Role::Place(Scale::Datetime),
        Type::Timespan => Role::Place(Scale::Timespan),
        Type::String | Type::Guid | Type::Bool => Role::Text,
        _ => {
            let items = table.rows.iter().filter_map(|row| row.get(at)?.as_array());
            match items.flatten().find(|item| !item.is_null()) {
                Some(Value::Datetime(_)) => Role::Places(Scale::Datetime),
                Some(Value::Timespan(_)) => Role::Places(Scale::Timespan),
                Some(Value::String(s)) if time::parse_datetime(s).is_some() => Role::Places(Scale::Datetime),
                Some(Value::String(s)) if time::parse_timespan(s).is_some() => Role::Places(Scale::Timespan),
                Some(item) if item.as_f64().is_some() => Role::Places(Scale::Number),
                _ => Role::Other,
            }
        }
    }
}

/// The columns by their names, else by the documentation's conventions.
fn columns(table: &Table, asked: &Asked, roles: &[Role]) -> Result<Columns, String> {
    let named = |name: &String| {
        let found = table.schema.columns.iter().position(|c| c.name == *name);
        found.ok_or_else(|| format!("{}: there is no column `{}` to draw", asked.name, short(name)))
    };
    let all = |names: &[String]| names.iter().map(named).collect::<Result<Vec<usize>, String>>();
    let (mut y, mut series, anomalies) =
        (all(&asked.y_columns)?, all(&asked.series)?, all(&asked.anomalies)?);
    let taken: Vec<usize> = y.iter().chain(&series).chain(&anomalies).copied().collect();
    let free = |at: &usize| !taken.contains(at);
    let first = |wanted: &dyn Fn(Role) -> bool| (0..roles.len()).filter(free).find(|at| wanted(roles[*at]));
    let of_time = |role: Role| scale_of(role) == Some(Scale::Datetime);
    let x = match (&asked.x_column, asked.kind) {
        (Some(name), _) => Some(named(name)?),
        (None, Kind::Time | Kind::Anomaly) => match first(&of_time) {
            Some(at) => Some(at),
            None => return Err(no_place(table, asked, None)),
        },
        (None, Kind::Bar | Kind::Column | Kind::Pie) => {
            let numbers = roles.iter().filter(|role| matches!(scale_of(**role), Some(Scale::Number))).count();
            let text = first(&|role| role == Role::Text || of_time(role));
            let leading = first(&|role| role != Role::Other);
            // The only number is what is measured, wherever it stands.
            let only = leading.is_some_and(|at| roles[at] == Role::Place(Scale::Number) && numbers == 1);
            if only { text } else { leading }
        }
        _ => {
            let arrays = roles.iter().filter(|role| matches!(role, Role::Places(_))).count();
            let time_array = first(&|role| matches!(role, Role::Places(Scale::Datetime | Scale::Timespan)));
            match time_array {
                Some(at) => Some(at),
                None if arrays == 1 => None,
                None if arrays > 1 => first(&|role| matches!(role, Role::Places(_))),
                None => first(&|role| matches!(role, Role::Place(_))),
            }
        }
    };
    if let Some(at) =
        y.iter().find(|at| !matches!(scale_of(roles[**at]), Some(Scale::Number | Scale::Timespan)))
    {
        let column = &table.schema.columns[*at];
        return Err(format!("{}: {} is {}, no number to draw", asked.name, short(&column.name), column.ty));
    }
    let rest = |at: &usize| Some(*at) != x && free(at);
    if y.is_empty() {
        let arrays = x.is_none() || matches!(x.map(|at| roles[at]), Some(Role::Places(_)));
        let measured = |scale: Scale| {
            let wanted = if arrays { Role::Places(scale) } else { Role::Place(scale) };
            (0..roles.len()).filter(rest).filter(|at| roles[*at] == wanted).collect::<Vec<usize>>()
        };
        y = measured(Scale::Number);
        if y.is_empty() {
            y = measured(Scale::Timespan);
        }
        if asked.kind == Kind::Pie {
            y.truncate(1);
        }
    }
    if y.is_empty() {
        return Err(format!("{} needs a column of numbers beside its x axis", asked.name));
    }
    if series.is_empty() && asked.kind != Kind::Pie {
        series = (0..roles.len()).filter(rest).filter(|at| roles[*at] == Role::Text).collect();
    }
    Ok(Columns { x, y, series, anomalies })
}

#[derive(Default)]
struct Lost {
    x: usize,
    y: usize,
    categories: usize,
    series: usize,
    repeated: usize,
}

impl Lost {
    fn say(&self, x: Scale, notes: &mut Vec<String>) {
        let mut note = |count: usize, what: &str| {
            if count > 0 {
                notes.push(format!("{what}: {count}"));
            }
        };
        note(self.y, "values that are null or not finite, not drawn");
        note(
            self.x,
            if x == Scale::Datetime {
                "rows without a time, not drawn"
            } else {
                "rows without a place on the x axis, not drawn"
            },
        );
        note(self.categories, "rows of further categories, not drawn");
        note(self.series, "values of further series, not drawn");
        note(self.repeated, "values where there is one already, not drawn");
    }
}

struct Reader<'a> {
    table: &'a Table,
    x: Scale,
    by_name: HashMap<u128, usize>,
    categories: HashMap<u128, usize>,
    lost: Lost,
}

impl Reader<'_> {
    fn row(&mut self, row: &[Value], columns: &Columns, points: &mut Points) {
        let schema = &self.table.schema.columns;
        let split: Vec<(&Value, Type)> =
            columns.series.iter().map(|at| (&row[*at], schema[*at].ty)).collect();
        let length = |at: usize| row[at].as_array().map(<[Value]>::len);
        let items = match columns.x.and_then(length) {
            Some(length) => length,
            None => columns.y.iter().filter_map(|at| length(*at)).max().unwrap_or(1),
        };
        for item in 0..items {
            let x = match columns.x {
                Some(at) => self.place(pick(&row[at], item), schema[at].ty, points),
                None if self.x == Scale::Category => {
                    self.place(&Value::string(&points.x_name), Type::String, points)
                }
                None => Some(item as f64),
            };
            let Some(x) = x else { continue };
            for at in &columns.y {
                let Some(series) = self.series(&split, *at, columns, points) else { continue };
                let value = real(pick(&row[*at], item), points.y);
                self.lost.y += usize::from(value.is_none());
                let series = &mut points.series[series];
                series.points.push((x, value));
                let odd = columns
                    .anomalies
                    .iter()
                    .any(|a| real(pick(&row[*a], item), Scale::Number).unwrap_or(0.0) != 0.0);
                if let (true, Some(y), true) = (odd, value, Some(at) == columns.y.first()) {
                    series.anomalies.push((x, y));
                }
            }
        }
    }

    fn place(&mut self, value: &Value, ty: Type, points: &mut Points) -> Option<f64> {
        if self.x != Scale::Category {
            let place = real(value, self.x);
            self.lost.x += usize::from(place.is_none());
            return place;
        }
        let (key, next) = (key([(value, ty)], 0), points.categories.len());
        if let Some(at) = self.categories.get(&key) {
            return Some(*at as f64);
        }
        if next == CATEGORIES {
            self.lost.categories += 1;
            return None;
        }
        self.categories.insert(key, next);
        points.categories.push(match label(value, ty) {
            name if name.is_empty() => "(empty)".to_string(),
            name => name,
        });
        Some(next as f64)
    }

    fn series(
        &mut self,
        split: &[(&Value, Type)],
        at: usize,
        columns: &Columns,
        points: &mut Points,
    ) -> Option<usize> {
        let key = key(split.iter().copied(), at);
        if let Some(found) = self.by_name.get(&key) {
            return Some(*found);
        }
        if points.series.len() == SERIES {
            self.lost.series += 1;
            return None;
        }
        let column = short(&self.table.schema.columns[at].name);
        let mut name: Vec<String> = split.iter().map(|(value, ty)| label(value, *ty)).collect();
        if columns.y.len() > 1 || split.is_empty() {
            name.push(column.clone());
        }
        let name = match short(&name.join(", ")) {
            name if name.is_empty() => "(empty)".to_string(),
            name => name,
        };
        self.by_name.insert(key, points.series.len());
        points.series.push(Series { name, column, ..Series::default() });
        Some(points.series.len() - 1)
    }
}

/// What tells names apart: the whole of them, not what is shown.
fn key<'a>(values: impl IntoIterator<Item = (&'a Value, Type)>, at: usize) -> u128 {
    let mut whole = at.to_string();
    for (value, ty) in values {
        whole.push('\u{0}');
        cell::text(value, ty, &mut whole);
    }
    xxhash_rust::xxh3::xxh3_128(whole.as_bytes())
}

/// The item of an array, or the value itself.
fn pick(value: &Value, item: usize) -> &Value {
    match value.as_array() {
        Some(items) => items.get(item).unwrap_or(&Value::Null),
        None => value,
    }
}

/// A value as a place on an axis.
fn real(value: &Value, scale: Scale) -> Option<f64> {
    let number = match (scale, value) {
        (Scale::Datetime, Value::String(s)) => time::parse_datetime(s).map(|t| t as f64),
        (Scale::Timespan, Value::String(s)) => time::parse_timespan(s).map(|t| t as f64),
        (Scale::Datetime, Value::Datetime(t)) | (Scale::Timespan, Value::Timespan(t)) => Some(*t as f64),
        (Scale::Number, value) => value.as_f64(),
        _ => None,
    };
    number.filter(|x| x.is_finite())
}

/// Sorts by place, keeps one value a place where there is room for one, accumulates.
fn finish(points: &mut Points, asked: &Asked, lost: &mut Lost) {
    let one = points.x == Scale::Category || asked.kind == Kind::Column || asked.stack != Stack::No;
    for series in &mut points.series {
        series.points.sort_by(|a, b| a.0.total_cmp(&b.0));
        if one {
            let before = series.points.len();
            series.points.dedup_by(|later, first| later.0 == first.0);
            lost.repeated += before - series.points.len();
        }
        if asked.accumulate {
            let mut sum = 0.0;
            for y in series.points.iter_mut().filter_map(|(_, y)| y.as_mut()) {
                sum += *y;
                *y = sum;
            }
            series.anomalies.clear();
        }
    }
}
