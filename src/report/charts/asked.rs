//! What a `render` asks for: the kind of chart, and its properties, checked by name.
//!
//! The kinds and properties are those of the documentation's `render` page. What is not drawn is refused with
//! what exists instead.
//!
//! Trap: a property that a chart does not know must not be passed over in silence: a chart on another scale
//! than the one asked for misleads.

use crate::report::escape::visible;

/// A `render` as a query wrote it.
#[derive(Clone, Copy, Debug)]
pub struct Visual<'a> {
    pub chart: &'a str,
    pub properties: &'a [(String, String)],
    /// Its times are days of a calendar, in no zone of their own.
    pub calendar: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Line,
    Time,
    Anomaly,
    Area,
    Bar,
    Column,
    Pie,
    Scatter,
    Card,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stack {
    #[default]
    No,
    Sum,
    Share,
}

/// The kinds that are drawn.
const KINDS: &[(&str, Kind, Stack)] = &[
    ("anomalychart", Kind::Anomaly, Stack::No),
    ("areachart", Kind::Area, Stack::No),
    ("barchart", Kind::Bar, Stack::No),
    ("card", Kind::Card, Stack::No),
    ("columnchart", Kind::Column, Stack::No),
    ("linechart", Kind::Line, Stack::No),
    ("piechart", Kind::Pie, Stack::No),
    ("scatterchart", Kind::Scatter, Stack::No),
    ("stackedareachart", Kind::Area, Stack::Sum),
    ("timechart", Kind::Time, Stack::No),
];

/// The kinds that are not drawn, and what shows such data.
const REFUSED: &[(&str, &str)] = &[
    ("ladderchart", "barchart draws one number a row, timechart numbers over time"),
    ("pivotchart", "`evaluate pivot()` makes the table, columnchart with kind=stacked draws it"),
    ("plotly", "no drawing code is run; the other kinds draw the table"),
    ("timepivot", "it is an interactive view; timechart draws counts over time"),
    ("treemap", "barchart or piechart draws one level of a hierarchy"),
];

/// Checked properties of a chart.
#[derive(Clone, Debug)]
pub struct Asked {
    pub kind: Kind,
    /// The kind's name in KQL.
    pub name: String,
    pub stack: Stack,
    pub title: Option<String>,
    pub x_title: Option<String>,
    pub y_title: Option<String>,
    pub x_column: Option<String>,
    pub y_columns: Vec<String>,
    pub series: Vec<String>,
    pub anomalies: Vec<String>,
    pub legend: bool,
    pub x_log: bool,
    pub y_log: bool,
    pub y_min: Option<f64>,
    pub y_max: Option<f64>,
    pub panels: bool,
    pub accumulate: bool,
    pub calendar: bool,
}

/// Reads what a `render` asks for.
pub fn read(visual: &Visual<'_>) -> Result<Asked, String> {
    let name = visual.chart.to_ascii_lowercase();
    if name == "table" {
        return Err("`render table` asks for the table itself, there is nothing to draw".into());
    }
    if let Some((name, instead)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
        return Err(format!("`render {name}` is not drawn: {instead}"));
    }
    let Some((_, kind, stack)) = KINDS.iter().find(|(known, ..)| *known == name) else {
        let known: Vec<&str> = KINDS.iter().map(|(name, ..)| *name).collect();
        return Err(format!("there is no chart `{}`: there are {}", visible(&name), known.join(", ")));
    };
    let mut asked = Asked {
        kind: *kind,
        name,
        stack: *stack,
        title: None,
        x_title: None,
        y_title: None,
        x_column: None,
        y_columns: Vec::new(),
        series: Vec::new(),
        anomalies: Vec::new(),
        legend: true,
        x_log: false,
        y_log: false,
        y_min: None,
        y_max: None,
        panels: false,
        accumulate: false,
        calendar: visual.calendar,
    };
    visual.properties.iter().try_for_each(|(name, value)| set(&mut asked, name, value))?;
    let axes = asked.panels || asked.x_log || asked.y_log || asked.accumulate;
    let axes = axes || asked.y_min.is_some() || asked.y_max.is_some();
    match (asked.y_min, asked.y_max) {
        _ if asked.kind == Kind::Pie && (asked.y_columns.len() > 1 || !asked.series.is_empty()) => {
            Err("piechart draws one column: name it in ycolumns, and leave out series".into())
        }
        _ if matches!(asked.kind, Kind::Pie | Kind::Card) && axes => Err(format!(
            "{} has no axes: leave out ysplit, xaxis, yaxis, ymin, ymax and accumulate",
            asked.name
        )),
        (Some(least), Some(most)) if least >= most => Err("ymin must be below ymax".into()),
        _ if asked.y_log && asked.stack != Stack::No => {
            Err("stacked values have no meaning on a log axis: leave out kind or yaxis=log".into())
        }
        _ => Ok(asked),
    }
}

fn set(asked: &mut Asked, name: &str, value: &str) -> Result<(), String> {
    let text = || Some(value.to_string());
    let list = || value.split(',').map(|s| s.trim().to_string()).filter(|s| !s.is_empty()).collect();
    match name.to_ascii_lowercase().as_str() {
        "title" => asked.title = text(),
        "xtitle" => asked.x_title = text(),
        "ytitle" => asked.y_title = text(),
        "xcolumn" => asked.x_column = text(),
        "ycolumns" => asked.y_columns = list(),
        "series" | "by" => asked.series = list(),
        "anomalycolumns" if asked.kind == Kind::Anomaly => asked.anomalies = list(),
        "legend" => asked.legend = choice(name, value, &[("visible", true), ("hidden", false)])?,
        "xaxis" => asked.x_log = choice(name, value, &[("linear", false), ("log", true)])?,
        "yaxis" => asked.y_log = choice(name, value, &[("linear", false), ("log", true)])?,
        "accumulate" => asked.accumulate = choice(name, value, &[("true", true), ("false", false)])?,
        "ymin" => asked.y_min = number(name, value)?,
        "ymax" => asked.y_max = number(name, value)?,
        "ysplit" if value.eq_ignore_ascii_case("axes") => {
            return Err("ysplit=axes is not drawn: ysplit=panels gives each its own scale".into());
        }
        "ysplit" => asked.panels = choice(name, value, &[("none", false), ("panels", true)])?,
        "kind" if value.eq_ignore_ascii_case("map") => {
            return Err("kind=map is not drawn: there are no maps; `render table` shows the places".into());
        }
        "kind" if matches!(asked.kind, Kind::Area | Kind::Bar | Kind::Column) => {
            let default = asked.stack;
            let kinds = [
                ("default", default),
                ("unstacked", Stack::No),
                ("stacked", Stack::Sum),
                ("stacked100", Stack::Share),
            ];
            asked.stack = choice(name, value, &kinds)?;
        }
        "kind" => choice(name, value, &[("default", ())])?,
        _ => return Err(format!("{} has no property `{}`", asked.name, visible(name))),
    }
    Ok(())
}

fn choice<T: Copy>(name: &str, value: &str, among: &[(&str, T)]) -> Result<T, String> {
    let found = among.iter().find(|(word, _)| word.eq_ignore_ascii_case(value));
    found.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let words: Vec<&str> = among.iter().map(|(word, _)| *word).collect();
        format!("{name}={} is not known: it is {}", visible(value), words.join(" or "))
    })
}

fn number(name: &str, value: &str) -> Result<Option<f64>, String> {
    if value.eq_ignore_ascii_case("nan") {
        return Ok(None);
    }
    let number = value.parse().ok().filter(|x: &f64| x.is_finite());
    number.map(Some).ok_or(format!("{name} is a number, not `{}`", visible(value)))
}
