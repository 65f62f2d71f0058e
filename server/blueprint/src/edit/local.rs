//! "Make this a local": what an argument is set to gets a name that other arguments can use, too.

use super::{
    Applied, EditError,
    elements::{add_locals, check_name, free},
    meaning::{code, stands_alone, takes_reference},
    values::set_code,
};
use crate::{
    document::{Document, Element, ElementKind},
    locate::{inside, place},
    path::Path,
    splice::Draft,
};

/// Moves the value at a path into a new local.
pub(super) fn make(
    document: &Document,
    address: &str,
    path: &Path,
    name: Option<&str>,
) -> Result<Applied, EditError> {
    let found = place(document, address, path)?;
    let argument = found.name.ok_or_else(|| EditError::invalid("the path names a block, not an argument"))?;
    takes_reference(found.element, path)?;
    let base = path.last_name().unwrap_or(argument);
    let name = match name {
        Some(name) => name.to_owned(),
        None => document.free_name(|name| format!("local.{name}"), base),
    };
    check_name(&name)?;
    let local = format!("local.{name}");
    free(document, &local)?;
    let value = found.attribute().map(|a| inside(&a.value, found.inner)).filter(|(_, rest)| rest.is_empty());
    let Some((value, _)) = value else {
        return Err(EditError::not_found(format!("{path} is not set in {address}")));
    };
    stands_alone(found.block, value)?;
    if let Some(whole) = document.block(found.element) {
        stands_alone(whole, value)?;
    }
    let mut draft = Draft::new(document);
    let moved = format!("{name} = {}", code(found.text, value).replace("\r\n", "\n"));
    set_code(&mut draft, &found, &local)?;
    add_locals(&mut draft, document, &file(document, found.element), &moved)?;
    Applied::from_draft(draft, Some(local))
}

/// Where there are locals already: in the element's own file, else in another one.
fn file(document: &Document, element: &Element) -> String {
    let mut locals = document.elements().iter().filter(|e| e.kind == ElementKind::Local);
    match locals.clone().find(|local| local.file == element.file).or_else(|| locals.next()) {
        Some(local) => local.file.clone(),
        None => ElementKind::Local.file().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Files;

    const MAIN: &str = "resource \"a_b\" \"c\" {\n  count = 2\n  name  = upper(var.n) # why\n  own   = \"x${count.index}\"\n  tags = {\n    a = [for t in var.t : t]\n    b = <<-EOT\n      text\n    EOT\n  }\n\n  depends_on = [a_b.d]\n\n  \
        dynamic \"disk\" {\n    for_each = var.t\n    content {\n      size = disk.value\n    }\n  }\n\n  lifecycle {\n    ignore_changes = [name]\n  }\n}\n\nvariable \"n\" {\n  default = \"x\"\n}\n\nmoved {\n  from = a_b.e\n  to   = a_b.c\n}\n";

    fn made(element: &str, path: &str) -> Result<String, EditError> {
        let mut files = Files::default();
        files.insert("main.tf", MAIN).unwrap();
        let document = Document::parse(&files).unwrap();
        let applied = make(&document, element, &path.parse().unwrap(), Some("new"))?;
        Ok(applied.document.text("main.tf").unwrap().to_string())
    }

    #[test]
    fn any_expression_gets_a_name() {
        let text = made("a_b.c", "name").unwrap();
        assert!(text.contains("  name  = local.new # why\n"), "{text}");
        assert!(text.ends_with("\n\nlocals {\n  new = upper(var.n)\n}\n"), "{text}");
        let text = made("a_b.c", "tags").unwrap();
        let expected = "locals {\n  new = {\n    a = [for t in var.t : t]\n    b = <<-EOT\n      text\n    EOT\n  }\n}\n";
        assert!(text.contains("  tags  = local.new\n") && text.ends_with(expected), "{text}");
        assert!(made("a_b.c", "tags.a").unwrap().contains("    a = local.new\n"));
    }

    #[test]
    fn what_has_a_meaning_only_there_is_refused() {
        for (element, path) in [
            ("a_b.c", "own"),
            ("a_b.c", "depends_on"),
            ("a_b.c", "lifecycle[0].ignore_changes"),
            ("a_b.c", "dynamic[0].content[0].size"),
            ("a_b.c", "none"),
            ("var.n", "default"),
            ("moved[0]", "to"),
        ] {
            assert!(made(element, path).is_err(), "{element} {path}");
        }
    }
}
