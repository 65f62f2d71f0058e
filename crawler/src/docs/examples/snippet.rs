//! An example's HCL. Authors leave out what does not matter ("..."), so that the whole is no HCL; its good blocks are
//! read all the same.

use hcl_edit::structure::Body;

/// Bytes of an example that is still parsed: the parser's cost grows with the square of an object's size, and no real
/// example comes near.
const MAX_EXAMPLE: usize = 64 << 10;

/// What parses of an example: all of it, or all without the lines that stand for something left out, or its
/// top-level blocks one by one.
pub fn bodies(code: &str) -> Vec<Body> {
    if code.len() > MAX_EXAMPLE {
        return Vec::new();
    }
    if let Ok(body) = code.parse::<Body>() {
        return vec![body];
    }
    let kept: String = code.split_inclusive('\n').filter(|line| !is_elision(line)).collect();
    if let Ok(body) = kept.parse::<Body>() {
        return vec![body];
    }
    blocks(&kept).filter_map(|block| block.parse::<Body>().ok()).collect()
}

/// `...`, `…`, `<snip>`, `[...]`
fn is_elision(line: &str) -> bool {
    let inner = line.trim().trim_matches(|c: char| "[]<>(){},".contains(c)).trim();
    (!inner.is_empty() && inner.chars().all(|c| c == '.' || c == '…')) || inner.eq_ignore_ascii_case("snip")
}

/// Cuts before each line that starts a top-level block.
fn blocks(code: &str) -> impl Iterator<Item = &str> {
    const KEYWORDS: [&str; 5] = ["resource ", "data ", "ephemeral ", "provider ", "locals "];
    let mut starts = Vec::new();
    let mut at = 0;
    for line in code.split_inclusive('\n') {
        let word = line.starts_with(|c: char| c.is_ascii_lowercase());
        if KEYWORDS.iter().any(|keyword| line.starts_with(keyword)) || (word && line.contains('{')) {
            starts.push(at);
        }
        at += line.len();
    }
    starts.push(at);
    let pairs: Vec<(usize, usize)> = starts.windows(2).map(|pair| (pair[0], pair[1])).collect();
    pairs.into_iter().map(move |(start, end)| &code[start..end])
}
