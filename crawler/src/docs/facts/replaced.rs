//! What to use in place of a deprecated argument.

use super::{
    subject::Subject,
    token::{Kind, Token},
};

/// Words between "use" and the name, and between the name and "instead".
const MAX_GAP: usize = 6;

/// The argument of the element that the text says to use instead of this one, which is deprecated.
pub fn read(tokens: &[Token], subject: &Subject) -> Option<String> {
    let said = |t: &Token| t.is_any(&["deprecated", "obsolete", "superseded"]);
    if !subject.deprecated && !tokens.iter().any(said) {
        return None;
    }
    (0..tokens.len()).find_map(|at| {
        let token = &tokens[at];
        let after = |words: &[&str]| at > 0 && tokens[at - 1].is_any(words);
        // "in favour of", "replaced by", "use … instead", "deprecated, use …"
        let cue = match token {
            t if t.is("of") => after(&["favor", "favour"]),
            t if t.is_any(&["by", "with"]) => after(&["superseded", "replaced"]),
            t if t.is("use") => {
                let instead = instead(tokens, at);
                !after(&["not", "to", "don't", "can", "you"])
                    && (instead == Some(true)
                        || (instead.is_none() && tokens[..at].iter().rev().take(3).any(said)))
            }
            _ => false,
        };
        if !cue {
            return None;
        }
        let words = tokens[at + 1..].iter().take(MAX_GAP).take_while(|t| !t.ends_sentence());
        let name = words.into_iter().find(|t| t.kind == Kind::Code || t.text.contains('_'))?;
        subject.argument(name.text).filter(|name| name != subject.name)
    })
}

/// Whether "use" goes on to "`x` instead"; no for "this instead of `x`", none without "instead".
fn instead(tokens: &[Token], at: usize) -> Option<bool> {
    let mut words = tokens[at + 1..].iter().take(2 * MAX_GAP).take_while(|t| !t.ends_sentence());
    words.find(|t| t.is("instead"))?;
    Some(!words.next().is_some_and(|t| t.is("of")))
}
