//! Which words of a name the words of a query are, and how much of the name that makes.

use std::ops::Range;

use cloudoven_crawler::search::words;

use super::query::{INITIALS, JOINED, MAX_INITIALS, Word, initials};

/// A name cut into words.
pub struct Name<'a> {
    text: &'a str,
    tokens: Vec<Range<usize>>,
    /// Tokens at the front that need not be typed: a type's provider.
    prefix: usize,
    /// Initials of the query's words count for the words.
    initials: bool,
}

/// Where the words of a query are in a name.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Alignment {
    /// How well each word of the query matches, of 255; 0 where it is not in the name.
    pub quality: Vec<u8>,
    /// What a name earns by being more than a heap of these words.
    pub bonus: f32,
    /// What of the name matched, in bytes, ascending.
    pub ranges: Vec<Range<usize>>,
}

impl<'a> Name<'a> {
    pub fn new(text: &'a str, prefix: usize) -> Name<'a> {
        Name { text, tokens: words::ranges(text).collect(), prefix, initials: false }
    }

    /// Takes `lb` for "load balancer".
    pub fn with_initials(self, initials: bool) -> Name<'a> {
        Name { initials, ..self }
    }

    fn token(&self, i: usize) -> String {
        self.tokens.get(i).map(|range| self.text[range.clone()].to_lowercase()).unwrap_or_default()
    }

    /// Finds the words of a query, each in the best place that is left.
    pub fn align(&self, query: &[Word]) -> Alignment {
        let tokens: Vec<String> = (0..self.tokens.len()).map(|i| self.token(i)).collect();
        let mut found = Matched { quality: vec![0; query.len()], places: Vec::new(), ranges: Vec::new() };
        for i in 0..query.len() {
            if found.quality[i] == 0 {
                self.place(&tokens, query, i, &mut found);
            }
        }
        found.ranges.sort_by_key(|range| range.start);
        Alignment { bonus: self.bonus(&found.places), quality: found.quality, ranges: found.ranges }
    }

    fn place(&self, tokens: &[String], query: &[Word], i: usize, found: &mut Matched) {
        let after = found.places.last().copied().unwrap_or(0);
        let mut best: Option<(u8, bool, usize, Range<usize>, usize, usize)> = None;
        for at in (0..tokens.len()).filter(|at| !found.places.contains(at)) {
            let mut candidates = Vec::new();
            let start = self.tokens[at].start;
            if let Some((quality, length)) = query[i].matches(&tokens[at]) {
                candidates.push((quality, start..start + length, 1, 1));
            }
            if let Some(next) = tokens.get(at + 1)
                && let Some((quality, _)) = query[i].matches(&format!("{}{next}", tokens[at]))
                && query[i].text.len() > tokens[at].len()
            {
                candidates.push((quality.min(JOINED), start..self.tokens[at + 1].end, 2, 1));
            }
            if let Some(next) = query.get(i + 1)
                && tokens[at] == format!("{}{}", query[i].text, next.text)
            {
                candidates.push((JOINED, self.tokens[at].clone(), 1, 2));
            }
            for length in (2..=MAX_INITIALS).filter(|_| self.initials) {
                if query.get(i..i + length).is_some_and(|words| initials(words) == tokens[at]) {
                    candidates.push((INITIALS, self.tokens[at].clone(), 1, length));
                }
            }
            for (quality, range, takes, words) in candidates {
                let better = best.as_ref().is_none_or(|b| (quality, at >= after) > (b.0, b.1));
                if better {
                    best = Some((quality, at >= after, at, range, takes, words));
                }
            }
        }
        let Some((quality, _, at, range, takes, words)) = best else { return };
        for word in i..i + words {
            found.quality[word] = quality;
        }
        found.places.extend(at..at + takes);
        found.ranges.push(range);
    }

    /// A name earns by having nothing else, by the words' order, and by starting and ending with them.
    fn bonus(&self, places: &[usize]) -> f32 {
        let rest = self.tokens.len().saturating_sub(self.prefix);
        let covered = places.iter().filter(|at| **at >= self.prefix).count();
        if places.is_empty() || rest == 0 {
            return 0.0;
        }
        let share = covered as f32 / rest as f32;
        let ordered = places.is_sorted();
        let together = places.windows(2).all(|pair| pair[1] == pair[0] + 1);
        let mut bonus = 350.0 * share * share;
        if covered == rest {
            bonus += if ordered { 500.0 } else { 250.0 };
        }
        for (holds, worth) in [
            (ordered && together, 150.0),
            (places.contains(&(self.tokens.len() - 1)), 120.0),
            (places.contains(&self.prefix), 60.0),
        ] {
            if holds {
                bonus += worth;
            }
        }
        bonus
    }
}

struct Matched {
    quality: Vec<u8>,
    /// The tokens that are taken, in the order of the query's words.
    places: Vec<usize>,
    ranges: Vec<Range<usize>>,
}

#[cfg(test)]
mod tests {
    use super::{super::query::Query, *};

    fn align(name: &str, query: &str) -> Alignment {
        Name::new(name, 1).align(&Query::read(query).words)
    }

    #[test]
    fn nearer_names_earn_more() {
        let order = ["aws_s3_bucket", "aws_s3_bucket_acl", "aws_x_s3_bucket_y", "aws_bucket_for_s3_x"];
        let bonus = order.map(|name| align(name, "s3 bucket").bonus);
        assert!(bonus.is_sorted_by(|a, b| a > b), "{bonus:?}");
        assert_eq!(align("aws_s3_bucket", "aws s3 bucket").bonus, align("aws_s3_bucket", "s3 bucket").bonus);
    }

    fn marked<'a>(name: &'a str, found: &Alignment) -> Vec<&'a str> {
        found.ranges.iter().map(|range| &name[range.clone()]).collect()
    }

    #[test]
    fn words_are_split_and_joined() {
        let name = "azurerm_resource_group";
        let found = align(name, "resourcegroup");
        assert_eq!((marked(name, &found), found.quality), (vec!["resource_group"], vec![JOINED]));
        let name = "openstack_lb_loadbalancer_v2";
        let found = align(name, "load balancer");
        assert_eq!((marked(name, &found), found.quality), (vec!["loadbalancer"], vec![JOINED, JOINED]));
    }

    #[test]
    fn each_word_takes_its_own_place() {
        let found = align("aws_vpc_peering_vpc", "vpc vpc");
        assert_eq!(found.ranges, [4..7, 16..19]);
        assert_eq!(align("aws_vpc", "vpc subnet").quality, [255, 0]);
        assert_eq!(marked("aws_subnets", &align("aws_subnets", "sub")), ["sub"]);
    }
}
