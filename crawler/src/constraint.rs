//! Terraform's version constraints: which version to crawl, and which catalog version a blueprint designs against.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/expressions/version-constraints>

use std::str::FromStr;

use semver::{BuildMetadata, Prerelease, Version};

/// Whether `version` fits `constraint`; what can't be read fits nothing.
pub fn fits(constraint: &str, version: &str) -> bool {
    let read = constraint.parse::<Constraint>().ok().zip(read_version(version));
    read.is_some_and(|(constraint, version)| constraint.admits(&version))
}

/// A constraint such as `~> 4.80, != 4.81.0`; without parts, every release fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    operator: Operator,
    version: Version,
    /// How many of the version's numbers were written.
    written: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    /// Only the rightmost number that was written may grow.
    Pessimistic,
}

impl Constraint {
    /// Whether `version` fits every part. A pre-release fits only where it is asked for exactly.
    pub fn admits(&self, version: &Version) -> bool {
        let asked_for = |part: &Part| part.operator == Operator::Equal && *version == part.version;
        (version.pre.is_empty() || self.0.iter().any(asked_for))
            && self.0.iter().all(|part| part.admits(version))
    }

    /// The one version that the constraint is, if it is one.
    pub fn exact(&self) -> Option<&Version> {
        match &self.0[..] {
            [Part { operator: Operator::Equal, version, written: 3 }] => Some(version),
            _ => None,
        }
    }

    /// The newest of `versions` that fits, as it is written there.
    pub fn newest<'a>(&self, versions: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
        versions
            .into_iter()
            .filter_map(|text| Some((read_version(text)?, text)))
            .filter(|(version, _)| self.admits(version))
            .max_by(|(a, _), (b, _)| a.cmp(b))
            .map(|(_, text)| text)
    }
}

impl Part {
    fn admits(&self, version: &Version) -> bool {
        let ordering = version.cmp(&self.version);
        match self.operator {
            Operator::Equal => ordering.is_eq(),
            Operator::NotEqual => ordering.is_ne(),
            Operator::Greater => ordering.is_gt(),
            Operator::GreaterOrEqual => ordering.is_ge(),
            Operator::Less => ordering.is_lt(),
            Operator::LessOrEqual => ordering.is_le(),
            Operator::Pessimistic => {
                let fixed = self.written.saturating_sub(1).max(1);
                let numbers = |v: &Version| [v.major, v.minor, v.patch];
                ordering.is_ge() && numbers(version)[..fixed] == numbers(&self.version)[..fixed]
            }
        }
    }
}

impl FromStr for Constraint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(read_part).collect::<Result<_, _>>().map(Constraint)
    }
}

fn read_part(part: &str) -> Result<Part, String> {
    let split = part.find(|c: char| c.is_ascii_digit() || c == 'v').unwrap_or(part.len());
    let (operator, version) = part.split_at(split);
    let operator = match operator.trim() {
        "" | "=" => Operator::Equal,
        "!=" => Operator::NotEqual,
        ">" => Operator::Greater,
        ">=" => Operator::GreaterOrEqual,
        "<" => Operator::Less,
        "<=" => Operator::LessOrEqual,
        "~>" => Operator::Pessimistic,
        _ => return Err(format!("{part:?} is not a version constraint; write for example \"~> 4.0\"")),
    };
    let core = version.split(['-', '+']).next().unwrap_or_default();
    let written = core.split('.').count();
    let version = read_version(version)
        .ok_or_else(|| format!("{part:?} is not a version constraint: {version:?} is not a version"))?;
    Ok(Part { operator, version, written })
}

/// `v1.2` → 1.2.0. Build metadata is dropped, since it doesn't count.
fn read_version(text: &str) -> Option<Version> {
    let text = text.trim().trim_start_matches('v');
    let (text, _) = text.split_once('+').unwrap_or((text, ""));
    let (core, pre) = text.split_once('-').unwrap_or((text, ""));
    let numbers: Vec<u64> = core.split('.').map(|n| n.parse().ok()).collect::<Option<_>>()?;
    let [major, minor, patch] = match numbers[..] {
        [major] => [major, 0, 0],
        [major, minor] => [major, minor, 0],
        [major, minor, patch] => [major, minor, patch],
        _ => return None,
    };
    Some(Version { major, minor, patch, pre: Prerelease::new(pre).ok()?, build: BuildMetadata::EMPTY })
}

#[cfg(test)]
mod tests {
    use super::*;

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
            // Pre-releases fit only when they are asked for exactly.
            ("", "1.0.0-beta1", false),
            (">= 1.0", "1.1.0-beta1", false),
            ("~> 1.0-beta", "1.0.0-beta", false),
            ("1.1.0-beta1", "1.1.0-beta1", true),
            ("= 1.1.0-beta1", "1.1.0-beta2", false),
            ("1.1.0-beta1", "1.1.0", false),
            ("1.2.3", "1.2.3+build", true),
        ] {
            assert_eq!(fits(constraint, version), expected, "{constraint:?} {version}");
        }
    }

    #[test]
    fn the_newest_is_by_number_and_a_release() {
        let versions = ["1.9.0", "1.10.0", "2.0.0-rc1", "junk", "1.2.3"];
        let newest = |constraint: &str| constraint.parse::<Constraint>().unwrap().newest(versions);
        assert_eq!(newest(""), Some("1.10.0"));
        assert_eq!(newest("< 1.10"), Some("1.9.0"));
        assert_eq!(newest("2.0.0-rc1"), Some("2.0.0-rc1"));
        assert_eq!(newest("> 2"), None);
        assert_eq!("1.2.3".parse::<Constraint>().unwrap().exact().unwrap().to_string(), "1.2.3");
        assert!("1.2".parse::<Constraint>().unwrap().exact().is_none());
    }

    #[test]
    fn errors_say_what_is_wrong() {
        for text in ["~~ 1", "latest", ">= x", "1.2.3.4", "=> 1.0"] {
            let error = text.parse::<Constraint>().unwrap_err();
            assert!(error.contains("is not a version"), "{error}");
        }
    }
}
