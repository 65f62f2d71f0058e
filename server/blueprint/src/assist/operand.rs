//! What stands before a dot or a bracket: `azurerm_subnet.main[0]`, `f(x)`, `local.a["b"]`.

use crate::lex::{Kind, Token};

/// One step of a plain operand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step<'t> {
    Name(&'t str),
    /// `[…]`, `.0`, `[*]` or `.*`.
    Index,
}

/// An operand, whole.
#[derive(Debug, Clone)]
pub(super) struct Operand<'t> {
    pub text: &'t str,
    /// The names and indexes of which it is made; nothing for one with calls or literals in it.
    pub steps: Vec<Step<'t>>,
}

/// The operand that ends before token `end`.
pub(super) fn before<'t>(text: &'t str, tokens: &'t [Token], end: usize) -> Option<Operand<'t>> {
    let (first, steps) = read(text, tokens, end)?;
    let span = tokens[first].span.start..tokens[end - 1].span.end;
    Some(Operand { text: &text[span], steps: steps.unwrap_or_default() })
}

/// Where the operand that ends before token `end` begins.
pub(super) fn start(text: &str, tokens: &[Token], end: usize) -> Option<usize> {
    read(text, tokens, end).map(|(first, _)| tokens[first].span.start)
}

/// Goes back from `end`: the index of the first token, and the steps if there are only names and indexes.
fn read<'t>(text: &'t str, tokens: &'t [Token], end: usize) -> Option<(usize, Option<Vec<Step<'t>>>)> {
    let mut steps = Some(Vec::new());
    let mut at = end;
    let first = loop {
        let last = at.checked_sub(1)?;
        let token = &tokens[last];
        match token.kind {
            Kind::Ident => {
                push(&mut steps, Step::Name(&text[token.span.clone()]));
                match before_dot(tokens, last) {
                    Some(dot) => at = dot,
                    None => break namespaced(tokens, last),
                }
            }
            Kind::Number => {
                push(&mut steps, Step::Index);
                at = before_dot(tokens, last)?;
            }
            Kind::Operator if &text[token.span.clone()] == "*" => {
                push(&mut steps, Step::Index);
                at = before_dot(tokens, last)?;
            }
            Kind::CloseBracket => {
                let open = opener(tokens, last)?;
                if !is_operand_end(text, tokens, open) {
                    steps = None;
                    break open;
                }
                push(&mut steps, Step::Index);
                at = open;
            }
            Kind::CloseParen => {
                steps = None;
                let open = opener(tokens, last)?;
                match open.checked_sub(1).filter(|i| tokens[*i].kind == Kind::Ident) {
                    Some(name) => break namespaced(tokens, name),
                    None => break open,
                }
            }
            Kind::CloseBrace | Kind::CloseQuote => {
                steps = None;
                break opener(tokens, last)?;
            }
            _ => return None,
        }
    };
    if let Some(steps) = &mut steps {
        steps.reverse();
    }
    Some((first, steps))
}

fn push<'t>(steps: &mut Option<Vec<Step<'t>>>, step: Step<'t>) {
    if let Some(steps) = steps {
        steps.push(step);
    }
}

/// What lies before the dot before token `i`.
fn before_dot(tokens: &[Token], i: usize) -> Option<usize> {
    let dot = i.checked_sub(1)?;
    (tokens[dot].kind == Kind::Dot && dot > 0).then_some(dot)
}

fn namespaced(tokens: &[Token], mut name: usize) -> usize {
    while name >= 2 && tokens[name - 1].kind == Kind::DoubleColon && tokens[name - 2].kind == Kind::Ident {
        name -= 2;
    }
    name
}

fn is_operand_end(text: &str, tokens: &[Token], end: usize) -> bool {
    end.checked_sub(1).is_some_and(|i| match tokens[i].kind {
        Kind::Ident => !matches!(&text[tokens[i].span.clone()], "in" | "if"),
        Kind::CloseBracket | Kind::CloseParen | Kind::Number => true,
        Kind::Operator => &text[tokens[i].span.clone()] == "*",
        _ => false,
    })
}

/// The token that opens what token `close` closes.
fn opener(tokens: &[Token], close: usize) -> Option<usize> {
    let weight = |kind: Kind| match kind {
        Kind::OpenQuote => 1,
        Kind::CloseQuote => -1,
        kind => kind.bracket(),
    };
    let mut depth = 0;
    for i in (0..=close).rev() {
        depth += weight(tokens[i].kind);
        if depth == 0 {
            return Some(i);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lex::lex;

    #[test]
    fn goes_back_to_the_first_name() {
        for (code, wanted, steps) in [
            ("x = a.b", "a.b", 2),
            ("x = 1 + a.b[0].c", "a.b[0].c", 4),
            ("x = a[\"k\"][*]", "a[\"k\"][*]", 3),
            ("x = a.*.b", "a.*.b", 3),
            ("x = f(a, [1])", "f(a, [1])", 0),
            ("x = provider::p::f(a)", "provider::p::f(a)", 0),
            ("x = [1, 2]", "[1, 2]", 0),
            ("x = f(a)[0].b", "f(a)[0].b", 0),
            ("x = (a)", "(a)", 0),
        ] {
            let tokens = lex(code);
            let operand = before(code, &tokens, tokens.len()).unwrap();
            assert_eq!((operand.text, operand.steps.len()), (wanted, steps), "{code}");
        }
        assert!(before("x =", &lex("x ="), 2).is_none());
    }
}
