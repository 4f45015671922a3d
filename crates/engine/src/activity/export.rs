//! A folder's activity as a file, from the first record to the last.
//!
//! A cell of a CSV file that a spreadsheet would take for a formula begins with an apostrophe: names are chosen by others.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::NamedTempFile;

use valise_protocol::ids::FolderId;

use super::tell;
use crate::api::{Activity, ActivityFilter, ActivityFormat};
use crate::engine::blocking;
use crate::error::EngineError;
use crate::shared::Shared;

/// What the columns are called.
const COLUMNS: [&str; 15] = [
    "record",
    "change",
    "kind",
    "what",
    "by",
    "account",
    "device",
    "path",
    "before",
    "person",
    "personAccount",
    "role",
    "number",
    "entry",
    "hash",
];

/// Writes all of it that was asked for; answers the path. The file is there when it is whole, or not at all.
pub async fn export(
    shared: &Arc<Shared>,
    folder: FolderId,
    filter: ActivityFilter,
    format: ActivityFormat,
    to: PathBuf,
) -> Result<PathBuf, EngineError> {
    let worker = shared.clone();
    blocking(move || {
        let directory = to.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = NamedTempFile::new_in(directory)?;
        write(&worker, folder, &filter, format, file.as_file_mut())?;
        file.as_file().sync_all()?;
        file.persist(&to).map_err(|error| EngineError::from(error.error))?;
        Ok(to)
    })
    .await
}

fn write(
    shared: &Shared,
    folder: FolderId,
    filter: &ActivityFilter,
    format: ActivityFormat,
    file: &mut File,
) -> Result<(), EngineError> {
    let mut out = BufWriter::new(file);
    match format {
        ActivityFormat::Csv => {
            out.write_all(headline().as_bytes())?;
            tell(shared, folder, filter, None, |activity| Ok(out.write_all(line(&activity).as_bytes())?))?;
        }
        ActivityFormat::Json => {
            let mut between = "[\n";
            tell(shared, folder, filter, None, |activity| {
                let text = serde_json::to_string(&activity).map_err(|_| EngineError::Internal("an activity"))?;
                write!(out, "{between}{text}")?;
                between = ",\n";
                Ok(())
            })?;
            out.write_all(if between == "[\n" { b"[]\n" } else { b"\n]\n" })?;
        }
    }
    Ok(out.flush()?)
}

/// The first line of a CSV file.
pub fn headline() -> String {
    row(COLUMNS.map(str::to_owned))
}

/// A line of a CSV file (RFC 4180), with its end.
pub fn line(it: &Activity) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    row([
        it.at.record.to_string(),
        it.at.change.to_string(),
        word(&it.kind),
        word(&it.what),
        it.by.clone(),
        it.account.to_string(),
        it.device.to_string(),
        text(&it.path),
        text(&it.before),
        text(&it.person),
        it.person_account.map(|account| account.to_string()).unwrap_or_default(),
        it.role.as_ref().map(word).unwrap_or_default(),
        it.number.map(|number| number.to_string()).unwrap_or_default(),
        it.entry.map(|entry| entry.to_string()).unwrap_or_default(),
        it.record.clone(),
    ])
}

/// As it is called in JSON.
fn word<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

fn row(cells: [String; COLUMNS.len()]) -> String {
    let mut line = cells.map(|text| cell(&text)).join(",");
    line.push_str("\r\n");
    line
}

/// Always quoted; what could begin a formula, also after white space or in full width, is text. So is what follows a
/// semicolon: where that separates cells, quotes after the first of a line are letters.
fn cell(text: &str) -> String {
    let parts = text.split(';').map(|part| if begins_formula(part) { format!("'{part}") } else { part.to_owned() });
    format!("\"{}\"", parts.collect::<Vec<_>>().join(";").replace('"', "\"\""))
}

fn begins_formula(text: &str) -> bool {
    let begins = text.trim_start_matches(|char: char| char.is_whitespace() || char == '"').chars().next();
    let formula = matches!(begins, Some('=' | '+' | '-' | '@' | '|' | '%' | '＝' | '＋' | '－' | '＠'));
    formula || text.starts_with(['\t', '\r', '\n'])
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn what_a_spreadsheet_would_run_is_text() {
        for (text, expected) in [
            ("Leave forms.pdf", "\"Leave forms.pdf\""),
            ("a \"b\", c", "\"a \"\"b\"\", c\""),
            ("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\""),
            ("+1", "\"'+1\""),
            ("-1+cmd|' /C calc'!A0", "\"'-1+cmd|' /C calc'!A0\""),
            ("@SUM(1)", "\"'@SUM(1)\""),
            ("\t=1", "\"'\t=1\""),
            ("  =1", "\"'  =1\""),
            ("＝1", "\"'＝1\""),
            ("x;=cmd|' /C calc'!A0;.txt", "\"x;'=cmd|' /C calc'!A0;.txt\""),
            ("x; \"=1", "\"x;' \"\"=1\""),
            ("", "\"\""),
        ] {
            assert_eq!(cell(text), expected);
        }
    }
}
