//! What a site lets robots read.
//!
//! Source: <https://www.rfc-editor.org/rfc/rfc9309>

/// Bytes of a robots.txt that count; a parser must take at least so many.
pub(super) const MAX_BYTES: u64 = 512 << 10;
/// The name by which a site may mean this program.
const NAME: &str = "cloudoven-crawler";
/// Rules that count.
const MAX_RULES: usize = 1_000;

/// The rules for this program. Without any, everything is allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Robots(Vec<Rule>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    allow: bool,
    pattern: String,
}

#[derive(Default)]
struct Groups {
    own: Vec<Rule>,
    any: Vec<Rule>,
    /// A group for this program exists, with rules or without.
    has_own: bool,
}

impl Robots {
    pub fn parse(text: &str) -> Self {
        let mut groups = Groups::default();
        let (mut names, mut in_rules): (Vec<String>, bool) = (Vec::new(), false);
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default();
            let Some((key, value)) = line.split_once(':') else { continue };
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
            match key.as_str() {
                "user-agent" => {
                    if std::mem::take(&mut in_rules) {
                        names.clear();
                    }
                    names.push(value.to_ascii_lowercase());
                    groups.has_own |= value.eq_ignore_ascii_case(NAME);
                }
                "allow" | "disallow" => {
                    in_rules = true;
                    // An empty rule matches nothing.
                    if !value.is_empty() {
                        groups.add(&names, &Rule { allow: key == "allow", pattern: value.to_owned() });
                    }
                }
                _ => {}
            }
        }
        Robots(if groups.has_own { groups.own } else { groups.any })
    }

    /// Whether a path may be read: the longest rule that matches decides, and of two as long the one that allows.
    pub fn allow(&self, path: &str) -> bool {
        let matching = self.0.iter().filter(|rule| matches(&rule.pattern, path));
        matching.max_by_key(|rule| (rule.pattern.len(), rule.allow)).is_none_or(|rule| rule.allow)
    }
}

impl Groups {
    fn add(&mut self, names: &[String], rule: &Rule) {
        if names.iter().any(|name| name == NAME) && self.own.len() < MAX_RULES {
            self.own.push(rule.clone());
        }
        if names.iter().any(|name| name == "*") && self.any.len() < MAX_RULES {
            self.any.push(rule.clone());
        }
    }
}

/// Whether a pattern fits the start of a path; `*` is anything, `$` at the end is the end. Takes pattern × path steps at
/// most.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, anchored) = match pattern.strip_suffix('$') {
        Some(start) => (start, true),
        None => (pattern, false),
    };
    let mut parts = pattern.split('*');
    let Some(mut rest) = path.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let last = if anchored { parts.pop() } else { None };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    match last {
        Some(last) => rest.ends_with(last),
        None => !anchored || rest.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_rule_decides() {
        let robots = Robots::parse(
            "User-agent: other\nDisallow: /\n\nUser-Agent: *  # everybody\nDisallow: /private\nAllow: /private/docs\n\
             Disallow: /*.pdf$\nDisallow: /a*b/c\nDisallow:\nCrawl-delay: 5\n",
        );
        for (path, expected) in [
            ("/", true),
            ("/private", false),
            ("/private/x", false),
            ("/private/docs/x", true),
            ("/x.pdf", false),
            ("/x.pdf/y", true),
            ("/axxb/c/d", false),
            ("/ab/d", true),
        ] {
            assert_eq!(robots.allow(path), expected, "{path}");
        }
    }

    #[test]
    fn a_group_of_our_own_replaces_that_for_everybody() {
        let robots = Robots::parse(
            "User-agent: *\nDisallow: /\nUser-agent: CloudOven-Crawler\nUser-agent: x\nAllow: /\n",
        );
        assert!(robots.allow("/docs"));
        assert!(!Robots::parse("user-agent: *\ndisallow: /").allow("/docs"));
        assert!(Robots::parse("\u{0}garbage\n:\nDisallow: /").allow("/docs"));
        assert!(Robots::parse("User-agent: cloudoven-crawler\n\nUser-agent: *\nDisallow: /x$").allow("/x/y"));
    }

    #[test]
    fn patterns_with_many_stars_take_no_time() {
        let pattern = format!("/{}z", "*a".repeat(2_000));
        assert!(!matches(&pattern, &format!("/{}", "a".repeat(10_000))));
        assert!(matches("/*", "/"));
        assert!(matches("/a*$", "/abc"));
        assert!(!matches("/a$", "/ab"));
    }
}
