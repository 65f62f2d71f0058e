//! What a paragraph before a list says that the list is about: "The `disk` block supports:".

use std::sync::LazyLock;

use regex::Regex;

use super::{
    parts::{Rich, Span, Style},
    title::{INSIDE, NamePath, Role, Title, guess, name_path, named, path_of, regex},
};

static VERB: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)\b(support|export|contain|accept|consist|has|have|includ|requir|provide|expose|expect|follow|return|specif|defin|attributes are|arguments are|as follows|takes?\b|allows?\b)",
    )
});
/// A subject that is neither what was named before it nor a name.
static FOLLOWING: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?i)\b(following|these|below)\b|\b(arguments|attributes|properties|fields) (above|are)\b")
});
static PRONOUN: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)^\W*(it|they|this|these|each|each one|(the|this|each|these|every) (nested )?(blocks?|objects?|elements?|items?))?\W*(can|may|must|also|then)?\s*$",
    )
});
/// The end of a sentence.
static STOP: LazyLock<Regex> = LazyLock::new(|| regex(r"[.!?]\s+"));
static NOT_ARGUMENTS: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?i)\bvalues?\b|\bexamples?\b|\bpermissions?\b|\bcommands?\b|^\s*(when|if)\b"));

/// Reads a paragraph that stands before a list; `None` when it introduces nothing new.
pub fn read(text: &Rich) -> Option<Title> {
    let plain = text.plain();
    let path = path_of(&text.anchors);
    let role = role_of_introduction(&plain);
    let prose: String =
        text.spans.iter().filter(|s| s.style != Style::Code).map(|s| s.plain.as_str()).collect();
    let subject = if NOT_ARGUMENTS.is_match(&prose) { Introduced::default() } else { introduced(text) };
    let guesses: Vec<_> = subject.guesses.into_iter().filter(|names| !names.is_empty()).collect();
    if path.is_none() && subject.names.is_empty() && guesses.is_empty() && role.is_none() {
        return None;
    }
    Some(Title {
        path,
        names: subject.names,
        guesses,
        within: subject.within,
        text: plain.trim().to_owned(),
        role,
        anchors: text.anchors.clone(),
        ..Title::default()
    })
}

/// What an introduction says that its list is about.
#[derive(Default)]
struct Introduced {
    names: Vec<NamePath>,
    guesses: Vec<Vec<NamePath>>,
    within: Vec<String>,
}

/// The names that a paragraph introduces: those before the verb of its last sentence, else those that it says the list
/// is for, else what its words may mean.
fn introduced(text: &Rich) -> Introduced {
    let sentences = sentences(&text.spans);
    let found = sentences.iter().enumerate().rev().find_map(|(i, sentence)| Some((i, verb(sentence)?)));
    let Some((last, (at, offset))) = found else {
        let names = named(sentences.first().map_or(&[][..], Vec::as_slice)).0;
        return Introduced { guesses: vec![names], ..Introduced::default() };
    };
    let sentence = &sentences[last];
    let mut head = sentence[..at].to_vec();
    head.push(Span { plain: sentence[at].plain[..offset].to_owned(), ..sentence[at].clone() });
    let words: String = head.iter().map(|span| span.plain.as_str()).collect();
    let (names, within) = subject(&head);
    if !names.is_empty() {
        return Introduced { names, within, ..Introduced::default() };
    }
    // "The `disk` block is for data. It supports the following:"
    if PRONOUN.is_match(&words) && last > 0 {
        let (names, within) = named(&sentences[0]);
        return Introduced { guesses: vec![names], within, ..Introduced::default() };
    }
    let tail = &sentence[at..];
    let after =
        tail.windows(2).position(|pair| pair[1].style == Style::Code && INSIDE.is_match(&pair[0].plain));
    if let Some(i) = after {
        let (names, within) = named(&tail[i + 1..]);
        return Introduced { names, within, ..Introduced::default() };
    }
    let guesses = if FOLLOWING.is_match(&words) { Vec::new() } else { guess(&words) };
    Introduced { guesses, ..Introduced::default() }
}

/// Where the first verb of a sentence stands: its span, and the offset in there.
fn verb(sentence: &[Span]) -> Option<(usize, usize)> {
    let prose = sentence.iter().enumerate().filter(|(_, span)| span.style != Style::Code);
    prose.into_iter().find_map(|(i, span)| Some((i, VERB.find(&span.plain)?.start())))
}

/// The names in what stands before a verb, where they are its subject.
fn subject(head: &[Span]) -> (Vec<NamePath>, Vec<String>) {
    let is_name = |span: &Span| span.style != Style::Text && name_path(&span.plain).is_some();
    let strong: Vec<Span> = head
        .iter()
        .map(|span| Span { style: if is_name(span) { Style::Code } else { span.style }, ..span.clone() })
        .collect();
    let last = strong.iter().rposition(|span| span.style == Style::Code);
    let after: String =
        last.map_or(&[][..], |last| &strong[last + 1..]).iter().map(|span| span.plain.as_str()).collect();
    if !FOLLOWING.is_match(&after) {
        return named(&strong);
    }
    // "For `disk`, the following attributes are …"
    let before = |at: usize| strong[..at].iter().map(|span| span.plain.as_str()).collect::<String>();
    let first = strong.iter().position(|span| span.style == Style::Code);
    match first.filter(|&first| INSIDE.is_match(&before(first))) {
        Some(first) => named(&strong[first..]),
        None => Default::default(),
    }
}

/// The spans of each sentence.
fn sentences(spans: &[Span]) -> Vec<Vec<Span>> {
    let mut sentences = vec![Vec::new()];
    for span in spans {
        if span.style == Style::Code {
            sentences.last_mut().expect("never empty").push(span.clone());
            continue;
        }
        let mut pieces = STOP.split(&span.plain);
        let push = |sentences: &mut Vec<Vec<Span>>, plain: &str| {
            sentences.last_mut().expect("never empty").push(Span { plain: plain.to_owned(), ..span.clone() });
        };
        push(&mut sentences, pieces.next().unwrap_or_default());
        for piece in pieces {
            sentences.push(Vec::new());
            push(&mut sentences, piece);
        }
    }
    sentences.retain(|sentence| sentence.iter().any(|span| !span.plain.trim().is_empty()));
    sentences
}

fn role_of_introduction(plain: &str) -> Option<Role> {
    let text = plain.to_lowercase();
    let exported = text.contains("export") || text.contains("attributes are available");
    if exported {
        Some(Role::Attributes)
    } else if text.contains("arguments are") || text.contains("following arguments") {
        Some(Role::Arguments)
    } else {
        None
    }
}
