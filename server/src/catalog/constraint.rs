//! Terraform's version constraints, to choose the catalog version that a blueprint designs against.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/expressions/version-constraints>

/// Whether `version` fits every part of `constraint` (`~> 4.80, != 4.81.0`). A part that can't be read fits nothing.
pub fn fits(constraint: &str, version: &str) -> bool {
    let Some(version) = numbers(version) else { return false };
    constraint.split(',').map(str::trim).filter(|part| !part.is_empty()).all(|part| fits_part(part, &version))
}

fn fits_part(part: &str, version: &[u64]) -> bool {
    let split = part.find(|c: char| c.is_ascii_digit() || c == 'v').unwrap_or(part.len());
    let (operator, wanted) = part.split_at(split);
    let Some(wanted) = numbers(wanted) else { return false };
    let ordering = compare(version, &wanted);
    match operator.trim() {
        "" | "=" => ordering.is_eq(),
        "!=" => ordering.is_ne(),
        ">" => ordering.is_gt(),
        ">=" => ordering.is_ge(),
        "<" => ordering.is_lt(),
        "<=" => ordering.is_le(),
        // Only the rightmost part that was written may grow.
        "~>" => {
            let fixed = wanted.len().saturating_sub(1).max(1);
            ordering.is_ge() && (0..fixed).all(|i| part_of(version, i) == part_of(&wanted, i))
        }
        _ => false,
    }
}

fn part_of(version: &[u64], i: usize) -> u64 {
    version.get(i).copied().unwrap_or(0)
}

fn compare(a: &[u64], b: &[u64]) -> std::cmp::Ordering {
    (0..a.len().max(b.len()))
        .map(|i| part_of(a, i).cmp(&part_of(b, i)))
        .find(|o| o.is_ne())
        .unwrap_or(std::cmp::Ordering::Equal)
}

/// The numbers of `v1.2.3-beta1+meta`; what follows `-` or `+` doesn't count here.
fn numbers(text: &str) -> Option<Vec<u64>> {
    let core = text.trim().trim_start_matches('v').split(['-', '+']).next()?;
    core.split('.').map(|n| n.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn follows_terraform() {
        for (constraint, version, expected) in [
            ("~> 4.80", "4.80.0", true),
            ("~> 4.80", "4.99.1", true),
            ("~> 4.80", "5.0.0", false),
            ("~> 4.80.1", "4.81.0", false),
            ("~> 4", "5.0.0", false),
            (">= 1.0, < 2", "1.9.9", true),
            (">= 1.0, < 2", "2.0.0", false),
            ("1.2.3", "1.2.3", true),
            ("= 1.2", "1.2.0", true),
            ("!= 1.2.3", "1.2.3", false),
            ("", "1.0.0", true),
            ("nonsense", "1.0.0", false),
        ] {
            assert_eq!(fits(constraint, version), expected, "{constraint:?} {version}");
        }
    }
}
