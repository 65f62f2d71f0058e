//! What `terraform plan -generate-config-out` writes, made fit for a blueprint.

use std::{collections::BTreeSet, ops::Range};

use hcl_edit::{
    expr::Expression,
    structure::{Body, Structure},
};

use crate::{
    document::{Document, ElementKind},
    edit::{EditError, code},
    locate::span,
    splice::line_start,
};

/// Generated configuration without what says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tidied {
    pub code: String,
    /// The resources that it configures.
    pub resources: Vec<String>,
    /// Arguments that Terraform left without a value since they are sensitive: `a_b.c: password`.
    pub withheld: Vec<String>,
    /// What stood there besides the resources that were asked for.
    pub left_out: Vec<String>,
}

/// Keeps the resources that were asked for, without Terraform's own comments and without arguments that are `null`: to leave
/// an argument of a block out means the same. One that is `null` because it is sensitive stays, with its comment.
///
/// In an object or a map a `null` stays: there it may mean something.
///
/// # Errors
/// It is no HCL.
pub fn tidy(generated: &str, wanted: &BTreeSet<String>) -> Result<Tidied, EditError> {
    let document = code::parse(generated)?;
    let mut tidied = Tidied::default();
    for element in document.elements() {
        let block = document.block(element).filter(|_| element.kind == ElementKind::Resource);
        let Some(block) = block.filter(|_| wanted.contains(&element.address)) else {
            tidied.left_out.push(element.address.clone());
            continue;
        };
        let text = text_of(&document, &element.file);
        let mut nulls = Nulls { text, lines: Vec::new(), withheld: Vec::new() };
        nulls.collect(&block.body);
        let whole = span(block);
        let mut at = whole.start;
        for line in &nulls.lines {
            tidied.code.push_str(&text[at..line.start.max(at)]);
            at = line.end.max(at);
        }
        tidied.code.push_str(&text[at..whole.end.max(at)]);
        tidied.code.push_str("\n\n");
        let withheld = nulls.withheld.iter().map(|name| format!("{}: {name}", element.address));
        tidied.withheld.extend(withheld);
        tidied.resources.push(element.address.clone());
    }
    tidied.code.truncate(tidied.code.trim_end().len());
    if !tidied.code.is_empty() {
        tidied.code.push('\n');
    }
    Ok(tidied)
}

fn text_of<'a>(document: &'a Document, file: &str) -> &'a str {
    document.text(file).map_or("", |text| text)
}

/// Lines of arguments that are `null` in blocks, in the order of the text.
struct Nulls<'a> {
    text: &'a str,
    lines: Vec<Range<usize>>,
    withheld: Vec<String>,
}

impl Nulls<'_> {
    fn collect(&mut self, body: &Body) {
        for structure in body.iter() {
            match structure {
                Structure::Block(block) => self.collect(&block.body),
                Structure::Attribute(attribute) if matches!(attribute.value, Expression::Null(_)) => {
                    let line = self.line(span(&attribute.key).start, span(&attribute.value).end);
                    match line {
                        Some(line) => self.lines.push(line),
                        None => self.withheld.push(attribute.key.as_str().to_owned()),
                    }
                }
                Structure::Attribute(_) => {}
            }
        }
    }

    /// The line from `start` to `end` with its break, when nothing else is on it.
    fn line(&self, start: usize, end: usize) -> Option<Range<usize>> {
        let begin = line_start(self.text, start);
        let rest = &self.text[end..];
        let stop = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let alone = self.text[begin..start].trim().is_empty() && rest[..stop].trim().is_empty();
        alone.then_some(begin..end + stop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GENERATED: &str = "# __generated__ by Terraform\n# Please review these resources.\n\n\
        # __generated__ by Terraform from \"a\"\nresource \"a_b\" \"c\" {\n  none     = null\n  password = null # sensitive\n\
        \x20 name     = \"# __generated__ ${\"x\"} null\"\n  object = {\n    day = null\n  }\n  tags = {\n    x = null\n  }\n  block {\n    none = null\n    \
        text = <<-EOT\n    none = null\n    # __generated__ by Terraform\n    EOT\n  }\n  empty {\n    none = null\n  }\n}\n\n\
        resource \"a_b\" \"other\" {\n}\nprovider \"a\" {\n}\n";

    #[test]
    fn only_what_says_nothing_is_left_out() {
        let tidied = tidy(GENERATED, &["a_b.c".to_owned()].into()).unwrap();
        assert_eq!(
            tidied.code,
            "resource \"a_b\" \"c\" {\n  password = null # sensitive\n  name     = \"# __generated__ ${\"x\"} null\"\n  \
             object = {\n    day = null\n  }\n  tags = {\n    x = null\n  }\n  block {\n    text = <<-EOT\n    none = null\n    \
             # __generated__ by Terraform\n    EOT\n  }\n  empty {\n  }\n}\n"
        );
        assert_eq!(tidied.resources, ["a_b.c"]);
        assert_eq!(tidied.withheld, ["a_b.c: password"]);
        assert_eq!(tidied.left_out, ["a_b.other", "provider.a"]);
    }

    #[test]
    fn what_is_no_code_is_refused() {
        assert!(tidy("resource \"a\" {", &BTreeSet::new()).is_err());
        assert_eq!(tidy("", &BTreeSet::new()).unwrap(), Tidied::default());
    }
}
