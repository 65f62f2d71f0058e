//! What a number counts.

use super::{
    literal::number,
    subject::{Shape, Subject},
    token::Token,
};

/// Words for units.
const UNITS: [&str; 52] = [
    "nanoseconds",
    "microseconds",
    "milliseconds",
    "millisecond",
    "ms",
    "seconds",
    "second",
    "sec",
    "secs",
    "minutes",
    "minute",
    "mins",
    "hours",
    "hour",
    "days",
    "day",
    "weeks",
    "week",
    "months",
    "month",
    "years",
    "year",
    "bytes",
    "byte",
    "b",
    "kb",
    "mb",
    "gb",
    "tb",
    "pb",
    "kib",
    "mib",
    "gib",
    "tib",
    "kilobytes",
    "megabytes",
    "gigabytes",
    "terabytes",
    "kbps",
    "mbps",
    "gbps",
    "mib/s",
    "mb/s",
    "percent",
    "bits",
    "gibibytes",
    "mebibytes",
    "tebibytes",
    "kibibytes",
    "gbs",
    "mbs",
    "percentage",
];

pub fn is_unit(word: &str) -> bool {
    UNITS.iter().any(|unit| word.eq_ignore_ascii_case(unit))
}

/// Whether two words mean units of the same size, but for the difference of GB and GiB.
pub fn is_same(a: &str, b: &str) -> bool {
    let short = |unit: &str| {
        let unit = unit.to_lowercase();
        let known =
            ["nano", "micro", "milli", "ms", "sec", "min", "hour", "day", "week", "month", "year", "percent"];
        let time = known.into_iter().find(|start| unit.starts_with(start)).map(str::to_owned);
        time.unwrap_or_else(|| unit.chars().take(1).collect())
    };
    short(a) == short(b) || [a, b].iter().any(|unit| ["%", "s", "m", "h", "d"].contains(unit))
}

/// `300s`, `5MB`, `50%`: the number and what follows it.
pub fn amount(text: &str) -> Option<(String, &str)> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        return None;
    }
    let split = text.find(|c: char| c.is_ascii_alphabetic() || c == '%')?;
    let (amount, unit) = text.split_at(split);
    let known = is_unit(unit.trim()) || ["s", "m", "h", "d", "%"].contains(&unit);
    known.then(|| Some((number(amount.trim())?, unit.trim()))).flatten()
}

/// The unit of a number, by what its text says ("in seconds", "number of days"), else by the end of its name
/// (`timeout_in_minutes`, `size_gb`).
pub fn read(tokens: &[Token], subject: &Subject) -> Option<String> {
    if subject.shape != Shape::Number {
        return None;
    }
    counted(tokens, subject.name)
}

/// The unit that a text or a name says, whatever the type.
pub fn counted(tokens: &[Token], name: &str) -> Option<String> {
    of_name(name).or_else(|| (0..tokens.len()).find_map(|at| of_phrase(tokens, at)))
}

/// An amount in another unit, where it is whole there and both are of one size for everybody: 1 MiB is 1048576 bytes,
/// but a MB is what the author means by it.
pub fn convert(amount: &str, from: &str, to: &str) -> Option<String> {
    let ((kind, from), (other, to)) = (size(from)?, size(to)?);
    let whole = amount.parse::<u64>().ok()?.checked_mul(from)?;
    (kind == other && whole.is_multiple_of(to)).then(|| (whole / to).to_string())
}

/// What a unit is of, and how many of the smallest it is.
fn size(unit: &str) -> Option<(char, u64)> {
    const SECOND: u64 = 1_000_000_000;
    let unit = unit.to_lowercase();
    Some(match unit.as_str() {
        "bytes" | "byte" | "b" => ('b', 1),
        "kib" | "kibibytes" => ('b', 1 << 10),
        "mib" | "mebibytes" => ('b', 1 << 20),
        "gib" | "gibibytes" => ('b', 1 << 30),
        "tib" | "tebibytes" => ('b', 1 << 40),
        "nanoseconds" => ('t', 1),
        "microseconds" => ('t', SECOND / 1_000_000),
        "milliseconds" | "millisecond" | "ms" => ('t', SECOND / 1_000),
        "seconds" | "second" | "sec" | "secs" => ('t', SECOND),
        "minutes" | "minute" | "mins" => ('t', 60 * SECOND),
        "hours" | "hour" => ('t', 3_600 * SECOND),
        "days" | "day" => ('t', 86_400 * SECOND),
        "weeks" | "week" => ('t', 7 * 86_400 * SECOND),
        _ => return None,
    })
}

fn of_phrase(tokens: &[Token], at: usize) -> Option<String> {
    let unit = tokens.get(at + 1).filter(|t| is_unit(t.text) && t.text.len() > 1)?;
    let counted = tokens[at].is("of") && at > 0 && tokens[at - 1].is_any(&["number", "amount"]);
    let said = tokens[at].is("in")
        || counted
        || (tokens[at].is_mark("(") && tokens.get(at + 2).is_some_and(|t| t.is_mark(")")));
    // "in hours 0 to 23"
    let ends = tokens.get(at + 2).is_none_or(|t| number(t.text).is_none() && !t.is_mark("/"));
    (said && ends).then(|| unit.text.to_owned())
}

fn of_name(name: &str) -> Option<String> {
    let (_, last) = name.rsplit_once('_')?;
    let plural = last.ends_with('s') || last.ends_with('b') || last == "percent" || last == "percentage";
    if !plural || !is_unit(last) || last.len() < 2 {
        return None;
    }
    let symbol = last.len() <= 3 && last.ends_with('b');
    Some(match last.strip_suffix("ib") {
        Some(prefix) if symbol => format!("{}iB", prefix.to_uppercase()),
        None if symbol => last.to_uppercase(),
        _ => last.to_owned(),
    })
}
