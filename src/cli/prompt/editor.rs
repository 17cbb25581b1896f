//! Typing at the prompt: history, completion, highlighting, several lines.
//!
//! Trap: the history holds queries, and queries hold names of people: its file is the user's alone, and
//! `--no-history` keeps none.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Context, Editor, Helper};

use super::super::failure::Failure;
use super::super::terminal::Terminal;
use super::commands::Next;
use super::whole::is_whole;
use super::{Session, words};
use crate::engine::{Engine, QueryOptions};
use crate::kql::{TokenKind, operators, tokens};

/// Queries that the history remembers.
const REMEMBERED: usize = 5_000;

const PROMPT: &str = "auk> ";

/// Reads and runs until the end.
pub fn converse(session: &mut Session<'_>, forget: bool) -> Result<(), Failure> {
    let failed = |error: ReadlineError| Failure::usage(format!("the terminal cannot be read: {error}"));
    let config = Config::builder()
        .max_history_size(REMEMBERED)
        .and_then(|config| config.history_ignore_dups(true))
        .map_err(failed)?
        .history_ignore_space(true)
        .completion_type(CompletionType::List)
        .bracketed_paste(true)
        .build();
    let mut editor: Editor<Typing<'_>, DefaultHistory> = Editor::with_config(config).map_err(failed)?;
    let (now, _) = session.tuning.now(session.engine.now())?;
    let options = session.tuning.options(now);
    let colour = session.terminal.colour;
    editor.set_helper(Some(Typing { engine: session.engine, options, colour }));
    let mut history = if forget { None } else { history_file() };
    if let Some(file) = &history {
        _ = editor.load_history(file);
    }
    loop {
        match editor.readline(PROMPT) {
            Ok(text) => {
                _ = editor.add_history_entry(text.trim_end());
                if let Some(file) = history.take()
                    && remember(&mut editor, &file, &session.terminal)
                {
                    history = Some(file);
                }
                match session.take(&text) {
                    Ok(Next::Go) => {}
                    Ok(Next::Quit) => break,
                    Err(failure) => _ = failure.report(&session.terminal),
                }
            }
            // What was typed is given up.
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(())
}

/// Writes what has been typed since the last time; whether there is a next time.
fn remember(editor: &mut Editor<Typing<'_>, DefaultHistory>, file: &Path, terminal: &Terminal) -> bool {
    let kept = editor.append_history(file);
    if let Err(error) = &kept {
        terminal.warn(&format!("the history is not kept: {error}"));
    }
    kept.is_ok()
}

/// Where the history lies, by the custom of the system; its folder is made.
fn history_file() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let base = variable("XDG_STATE_HOME")
        .or_else(|| variable("LOCALAPPDATA"))
        .or_else(|| variable("HOME").map(|home| home.join(".local/state")))?;
    let folder = base.join("auk");
    fs::create_dir_all(&folder).ok()?;
    Some(folder.join("history"))
}

/// What helps while typing.
struct Typing<'a> {
    engine: &'a Engine,
    options: QueryOptions,
    colour: bool,
}

impl Helper for Typing<'_> {}

impl Hinter for Typing<'_> {
    type Hint = String;
}

impl Validator for Typing<'_> {
    fn validate(&self, typed: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let whole = is_whole(typed.input());
        Ok(if whole { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

impl Completer for Typing<'_> {
    type Candidate = Pair;

    fn complete(&self, text: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let (start, words) = words::complete(self.engine, &self.options, text, at);
        let widest = words.iter().map(|w| w.name.chars().count()).max().unwrap_or(0);
        let alone = words.len() == 1;
        let pair = |word: words::Word| Pair {
            display: if alone { word.name.clone() } else { format!("{:widest$}  {}", word.name, word.doc) },
            replacement: word.name,
        };
        Ok((start, words.into_iter().map(pair).collect()))
    }
}

impl Highlighter for Typing<'_> {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        if self.colour { Cow::Owned(coloured(line)) } else { Cow::Borrowed(line) }
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        if self.colour { Cow::Owned(format!("\x1b[1m{prompt}\x1b[0m")) } else { Cow::Borrowed(prompt) }
    }

    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        self.colour
    }
}

/// Texts, literals, operators and comments in colours of their own.
fn coloured(text: &str) -> String {
    const DIM: &str = "2";
    let (mut out, mut done) = (String::with_capacity(text.len() * 2), 0);
    let mut paint = |upto: usize, end: usize, colour: Option<&str>| {
        let between = text.get(done..upto).unwrap_or_default();
        // Between tokens there is only space, and comments.
        out.push_str(&if between.trim().is_empty() { between.to_string() } else { styled(between, DIM) });
        let token = text.get(upto..end).unwrap_or_default();
        out.push_str(&colour.map_or(token.to_string(), |colour| styled(token, colour)));
        done = end;
    };
    let mut after_pipe = false;
    for token in tokens(text, &mut Vec::new()) {
        let word = text.get(token.span.start..token.span.end).unwrap_or_default();
        let colour = match &token.kind {
            TokenKind::Text(_) => Some("32"),
            TokenKind::Literal(..) => Some("33"),
            TokenKind::Word if after_pipe || operators::LEADING.contains(&word) => Some("1;36"),
            TokenKind::Bad => Some("31"),
            _ => None,
        };
        after_pipe = token.kind == TokenKind::Symbol("|") || after_pipe && word == "-";
        paint(token.span.start, token.span.end, colour);
    }
    out
}

fn styled(text: &str, colour: &str) -> String {
    format!("\x1b[{colour}m{text}\x1b[0m")
}
