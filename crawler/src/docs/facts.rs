//! Facts that an argument's text states in the field's set phrases: default, allowed values, replacement, conflicts.

use std::sync::LazyLock;

use regex::Regex;

use crate::catalog::Docs;

static DEFAULT: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r#"(?i)\bdefault(?:s|ed)?(?:\s+value)?\s*(?:is|to|of|:|=|being)+\s*(?:to\s+)?(?:`([^`\n]+)`|"([^"\n]+)"|(true|false|\d+(?:\.\d+)?)\b)"#,
    )
});
static ALLOWED: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)\b(?:(?:possible|valid|allowed|supported|accepted|available)\s+(?:values?|options?)|must be (?:one of|either)|one of|can be (?:either|one of)|value (?:must|can|should) be (?:either|one of))\b[^.`\n]{0,60}?(?:are|is|include|includes|:|of|either)?[^.`\n]{0,40}((?:`[^`\n]+`(?:\s*\([^)\n]*\))?(?:\s*(?:,|and|or|/|\s)\s*)*)+)",
    )
});
static LISTED: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)\b(?:possible|valid|allowed|supported|accepted)\s+values?\b[^\n]*:?\s*\n\s*\n((?:\* [^\n]*\n?)+)",
    )
});
static CODE: LazyLock<Regex> = LazyLock::new(|| regex(r"`([^`\n]+)`"));
static REPLACES: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)forces?\s+(?:a\s+|the\s+creation\s+of\s+a\s+)?(?:new\s+(?:\w+\s+)?(?:resource|to be created|\w+)|replacement|re-?creation)|requires replacement|(?:cause|trigger)s?\s+(?:the\s+resource\s+to\s+be\s+|a\s+)?(?:replace|re-?creat)",
    )
});
static CONFLICTS: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)\b(?:conflicts? with|mutually exclusive with|cannot be (?:used|set|specified) (?:together )?with|only one of)\b[^.`\n]{0,40}((?:`[a-z0-9_.]+`(?:\s*(?:,|and|or|&)\s*)*)+)",
    )
});
static ARGUMENT: LazyLock<Regex> = LazyLock::new(|| regex(r"^[a-z][a-z0-9_.]*$"));

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a valid pattern")
}

/// `docs` with the facts that its text and the bullet's flags state.
pub fn add(mut docs: Docs, flags: &str) -> Docs {
    docs.forces_replacement = REPLACES.is_match(flags) || REPLACES.is_match(&docs.text);
    docs.default = default_of(&docs.text).or_else(|| default_of(flags));
    docs.allowed = allowed(&docs.text);
    docs.conflicts_with = conflicts(&docs.text).or_else(|| conflicts(flags)).unwrap_or_default();
    docs
}

fn default_of(text: &str) -> Option<String> {
    let found = DEFAULT.captures(text)?;
    let value = found.iter().skip(1).flatten().next()?.as_str().trim();
    Some(value.trim_matches('"').to_owned())
}

fn allowed(text: &str) -> Vec<String> {
    let inline = ALLOWED.captures(text).and_then(|found| found.get(1)).map(|run| codes(run.as_str()));
    let listed = || {
        let list = LISTED.captures(text)?.get(1)?.as_str();
        let first = |line: &str| Some(CODE.captures(line)?.get(1)?.as_str().trim_matches('"').to_owned());
        Some(list.lines().filter_map(first).collect())
    };
    let values: Vec<String> = inline.or_else(listed).unwrap_or_default();
    // One value is no choice.
    if values.len() < 2 { Vec::new() } else { values }
}

fn conflicts(text: &str) -> Option<Vec<String>> {
    let names = codes(CONFLICTS.captures(text)?.get(1)?.as_str());
    Some(names.into_iter().filter(|name| ARGUMENT.is_match(name)).collect())
}

fn codes(run: &str) -> Vec<String> {
    let mut codes = Vec::new();
    for found in CODE.captures_iter(run) {
        let code = found[1].trim_matches('"').to_owned();
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(text: &str, flags: &str) -> Docs {
        add(Docs { text: text.into(), ..Docs::default() }, flags)
    }

    #[test]
    fn defaults() {
        for (text, expected) in [
            ("The size. Defaults to `10`.", "10"),
            ("Default value is `\"eu\"`.", "eu"),
            ("The default is `a.b`.", "a.b"),
            ("Whether to. Default: true", "true"),
            ("Default value: `true`", "true"),
            ("Defaults to 30 seconds.", "30"),
        ] {
            assert_eq!(facts(text, "").default.as_deref(), Some(expected), "{text}");
        }
        assert_eq!(facts("The size.", "Optional, Default: `5`").default.as_deref(), Some("5"));
        assert_eq!(facts("By default all are used.", "").default, None);
    }

    #[test]
    fn allowed_values() {
        for text in [
            "Possible values are `A`, `B` and `C`.",
            "Valid values: `A`, `B`, `C`.",
            "Must be one of `A`, `B` or `C`.",
            "Possible values include: `\"A\"`, `\"B\"`, `\"C\"`",
            "Supported values are:\n\n* `A` - first\n* `B` - second\n* `C`",
        ] {
            assert_eq!(facts(text, "").allowed, ["A", "B", "C"], "{text}");
        }
        assert!(facts("The only possible value is `A`.", "").allowed.is_empty());
        assert!(facts("Used by `x` and `y`.", "").allowed.is_empty());
    }

    #[test]
    fn replacement() {
        for (text, flags) in [
            ("The name. Changing this forces a new resource to be created.", ""),
            ("The name.", "Required, Forces new resource"),
            ("Changing it forces replacement.", ""),
        ] {
            assert!(facts(text, flags).forces_replacement, "{text} {flags}");
        }
        assert!(!facts("The name of the resource.", "Required").forces_replacement);
    }

    #[test]
    fn conflicting_arguments() {
        assert_eq!(facts("Conflicts with `a` and `b`.", "").conflicts_with, ["a", "b"]);
        assert_eq!(facts("The size. Cannot be used with `zone`.", "").conflicts_with, ["zone"]);
        assert_eq!(facts("x", "Optional, conflicts with `a`").conflicts_with, ["a"]);
    }
}
