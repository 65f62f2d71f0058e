//! "Did you mean": the known name that a mistyped one is nearest to.

/// Longer names are no slips of the finger, and comparing costs their product.
const MAX_LENGTH: usize = 100;

/// The one of `known` that is a slip or two away from `name`; the nearest, of equally near ones the first.
pub(super) fn similar<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    ranked(name, known).first().map(|(_, other)| *other)
}

/// All of `known` that are a slip or two away from `name`, with how many; the nearest first.
pub(super) fn ranked<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<(usize, &'a str)> {
    if name.len() > MAX_LENGTH {
        return Vec::new();
    }
    let name: Vec<char> = name.chars().collect();
    // A slip in three letters, or in the four of a short word.
    let most = (name.len() / 3).clamp(1, 3);
    let near = known.into_iter().filter(|other| other.len() <= MAX_LENGTH);
    let mut found: Vec<(usize, &str)> =
        near.filter_map(|other| Some((distance(&name, other, most)?, other))).collect();
    found.sort_by_key(|(distance, _)| *distance);
    found
}

/// How many letters have to be put in, taken out, replaced or swapped with their neighbour, if at most `most`.
fn distance(a: &[char], b: &str, most: usize) -> Option<usize> {
    let b: Vec<char> = b.chars().collect();
    // Most names differ early or in length, and most of what is alike begins alike.
    let head = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[head..], &b[head..]);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[..a.len() - tail], &b[..b.len() - tail]);
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut next = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = row[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            next[j] = replaced.min(row[j] + 1).min(next[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                next[j] = next[j].min(before[j - 2] + 1);
            }
        }
        // A swap looks two rows back.
        if next.iter().chain(&row).all(|distance| *distance > most) {
            return None;
        }
        before = std::mem::replace(&mut row, next);
    }
    Some(row[b.len()]).filter(|distance| *distance <= most)
}

#[cfg(test)]
mod tests {
    use super::similar;

    #[test]
    fn finds_slips_and_nothing_else() {
        let known = ["upper", "lower", "length", "lookup", "tolist"];
        assert_eq!(similar("uper", known), Some("upper"));
        assert_eq!(similar("lenght", known), Some("length"));
        assert_eq!(similar("to_list", known), Some("tolist"));
        assert_eq!(similar("banana", known), None);
        assert_eq!(similar("", known), None);
        assert_eq!(similar(&"u".repeat(10_000), known), None);
    }
}
