//! How a version constraint is rewritten when a blueprint moves to another version of a provider.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/expressions/version-constraints>

use cloudoven_crawler::constraint::fits;

/// The constraint that designs against `version` of those in `all` (newest first), written as much as `constraint` is as
/// can be: `~> 5.50` becomes `~> 6.47`. Where that would choose a newer version than the one wanted, it is written more
/// exactly.
pub fn moved(constraint: &str, version: &str, all: &[&str]) -> String {
    let parts: Vec<&str> = version.split('.').collect();
    let pessimistic = |n: usize| format!("~> {}", parts.get(..n).unwrap_or(&parts).join("."));
    let same_way = (!constraint.trim().is_empty()).then(|| rewritten(constraint, version));
    let candidates = same_way.into_iter().chain([pessimistic(2), pessimistic(3)]);
    let chooses = |candidate: &str| all.iter().find(|v| fits(candidate, v)) == Some(&version);
    candidates.into_iter().find(|candidate| chooses(candidate)).unwrap_or_else(|| version.to_owned())
}

/// Every part of a constraint with its operator kept and its version replaced.
fn rewritten(constraint: &str, version: &str) -> String {
    let parts = constraint.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.filter_map(|part| rewritten_part(part, version)).collect::<Vec<_>>().join(", ")
}

fn rewritten_part(part: &str, version: &str) -> Option<String> {
    let split = part.find(|c: char| c.is_ascii_digit() || c == 'v').unwrap_or(part.len());
    let (operator, wanted) = part.split_at(split);
    let written = wanted.split('.').count();
    let numbers: Vec<&str> = version.split('.').collect();
    let as_long = numbers.get(..written).unwrap_or(&numbers).join(".");
    let holds = fits(part, version);
    match operator.trim() {
        "~>" | ">=" => Some(format!("{operator}{as_long}")),
        "" | "=" => Some(format!("{operator}{version}")),
        // What is excluded stays excluded, unless it is what is moved to.
        "!=" => holds.then(|| part.to_owned()),
        _ if holds => Some(part.to_owned()),
        ">" => Some(format!(">= {as_long}")),
        "<" => {
            let next = numbers.first()?.parse::<u64>().ok()?.checked_add(1)?;
            Some(format!("{operator}{next}{}", ".0".repeat(written.saturating_sub(1))))
        }
        _ => Some(format!("{operator}{version}")),
    }
}

#[cfg(test)]
mod tests {
    use super::moved;

    #[test]
    fn a_move_keeps_the_way_of_writing() {
        let all = ["6.47.0", "6.0.1", "5.99.0", "5.50.0"];
        for (constraint, version, expected) in [
            ("~> 5.50", "6.47.0", "~> 6.47"),
            ("~>5.50", "6.47.0", "~>6.47"),
            ("~> 5.50.0", "6.47.0", "~> 6.47.0"),
            ("~> 5", "6.47.0", "~> 6"),
            ("5.50.0", "6.47.0", "6.47.0"),
            ("= 5.50.0", "6.47.0", "= 6.47.0"),
            (">= 5.0, < 6.0", "6.47.0", ">= 6.47, < 7.0"),
            (">= 5.0, != 6.47.0", "6.47.0", ">= 6.47"),
            ("", "6.47.0", "~> 6.47"),
            // A looser one would choose a newer version.
            ("~> 5.50", "6.0.1", "~> 6.0.1"),
            (">= 5.0", "5.50.0", "~> 5.50.0"),
            ("nonsense", "6.47.0", "~> 6.47"),
        ] {
            assert_eq!(moved(constraint, version, &all), expected, "{constraint:?} to {version}");
        }
    }
}
