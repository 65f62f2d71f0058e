//! Tables of arguments: a column of names, one of descriptions, and some of flags.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    parts::{Part, Rich, Style},
    title::{name_path, regex},
};

static NAMES: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)^\W*(name|argument|attribute|parameter|field|property|option|key|setting|input|output|block)(s|\s+name)?\W*$",
    )
});
static TEXTS: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?i)\b(description|details?|notes?|meaning|purpose|documentation|summary)\b"));
static REQUIRED: LazyLock<Regex> = LazyLock::new(|| regex(r"(?i)^\W*(required|mandatory)\W*$"));
static YES: LazyLock<Regex> = LazyLock::new(|| regex(r"(?i)^\W*(yes|true|required|x|✓|✔|✅|y)\W*$|[✓✔✅]"));
static NOTHING: LazyLock<Regex> = LazyLock::new(|| regex(r"(?i)^\W*(none|n/?a|null|nil)?\W*$"));

/// The rows as bullets of a list of arguments; `None` where the table is of something else.
pub fn arguments(rows: &[Vec<Rich>]) -> Option<Vec<Vec<Part>>> {
    let (header, rows) = rows.split_first()?;
    let column = |pattern: &Regex| header.iter().position(|cell| pattern.is_match(&cell.plain()));
    let name = column(&NAMES)?;
    let text = column(&TEXTS).filter(|text| *text != name)?;
    let named = |row: &&Vec<Rich>| row.get(name).is_some_and(|cell| name_path(&cell.plain()).is_some());
    if rows.is_empty() || !rows.iter().all(|row| named(&row)) {
        return None;
    }
    let (required, ty, default) =
        (column(&REQUIRED), column_of(header, "type"), column_of(header, "default"));
    Some(
        rows.iter()
            .map(|row| {
                let cell =
                    |at: Option<usize>| at.and_then(|at| row.get(at)).map(Rich::plain).unwrap_or_default();
                let mut flags = Vec::new();
                if required.is_some() {
                    flags
                        .push(if YES.is_match(&cell(required)) { "Required" } else { "Optional" }.to_owned());
                }
                flags.push(cell(ty).trim().to_owned());
                flags.retain(|flag| !flag.is_empty() && !flag.contains(['(', ')']));
                let mut bullet = Rich::default();
                bullet.push(Style::Code, cell(Some(name)).trim(), "");
                let flags = if flags.is_empty() { String::new() } else { format!("({}) ", flags.join(", ")) };
                bullet.text(&format!(" - {flags}"));
                bullet.append(row.get(text).cloned().unwrap_or_default());
                let default = cell(default);
                if !NOTHING.is_match(&default) {
                    bullet.text(" Defaults to ");
                    bullet.push(Style::Code, default.trim().trim_matches('"'), "");
                    bullet.text(".");
                }
                vec![Part::Paragraph(bullet)]
            })
            .collect(),
    )
}

fn column_of(header: &[Rich], name: &str) -> Option<usize> {
    header.iter().position(|cell| cell.plain().trim().to_lowercase().starts_with(name))
}
