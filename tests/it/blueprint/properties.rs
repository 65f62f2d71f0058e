//! Any sequence of edits on real documents: what comes out is HCL, formatted where the text was, as it was everywhere
//! else, and undone to the byte.

use std::collections::BTreeMap;

use cloudoven::blueprint::{
    Applied, Document, Edit, Element, ElementKind, Path, Schemas, Value, apply, used_arguments,
};
use cloudoven_tests::{
    exactness::{Numbers, hcl_blocks},
    strings::hostile,
};

use super::{
    document,
    edits::{assert_local, variable},
};

/// Documents of the corpus that each sequence is tried on.
const DOCUMENTS: usize = 400;
const PROVIDERS: &str = "terraform {\n  required_providers {\n    acme = {\n      source = \"acme/acme\"\n    }\n    aws = \"~> 5\"\n  }\n}\n";
/// Edits in a sequence.
const EDITS: usize = 25;

#[test]
fn any_edits_keep_what_they_do_not_touch() {
    let Some(folder) = provider_corpus::bundles("sequences of edits on the documentation's HCL") else {
        return;
    };
    let mut numbers = Numbers(5);
    let archives = provider_corpus::archives(&folder).unwrap();
    let blocks = archives.iter().flat_map(|archive| hcl_blocks(archive).unwrap());
    let mut files = cloudoven::blueprint::Files::default();
    let blocks: Vec<String> = blocks
        .filter(|b| files.insert("main.tf", b.as_str()).is_ok() && Document::parse(&files).is_ok())
        .collect();
    let mut applied = BTreeMap::new();
    for block in blocks.iter().step_by((blocks.len() / DOCUMENTS).max(1)) {
        let block = if numbers.below(3) == 0 { format!("{block}\n{PROVIDERS}") } else { block.clone() };
        let code =
            if numbers.below(4) == 0 && !block.contains('\r') { block.replace('\n', "\r\n") } else { block };
        let before = document(&code);
        let start =
            if numbers.below(2) == 0 { before } else { change(&before, &Edit::Format { file: None }) };
        sequence(start, &mut numbers, &mut applied);
    }
    for op in [
        "set",
        "unset",
        "add_block",
        "remove_block",
        "move_block",
        "add_element",
        "add_code",
        "set_provider_version",
        "rename_element",
        "duplicate_element",
        "move_element",
        "remove_element",
        "make_variable",
        "inline_variable",
        "make_local",
        "make_output",
        "make_dynamic",
        "count_to_for_each",
        "extract_module",
        "set_file",
        "add_file",
        "remove_file",
        "rename_file",
        "format",
    ] {
        assert!(applied.get(op).is_some_and(|n| *n > 10), "{op} was hardly ever applied: {applied:?}");
    }
}

fn change(document: &Document, edit: &Edit) -> Document {
    apply(document, edit, &Schemas::new()).unwrap().document
}

fn sequence(mut current: Document, numbers: &mut Numbers, counts: &mut BTreeMap<String, usize>) {
    for _ in 0..EDITS {
        let edit = any_edit(&current, numbers);
        let old = current.to_files();
        let Ok(applied) = apply(&current, &edit, &Schemas::new()) else { continue };
        assert_eq!(current.to_files(), old, "the old revision changed: {edit:?}");
        let json = serde_json::to_value(&edit).unwrap();
        let op = json["op"].as_str().unwrap().to_owned();
        judge(&current, &edit, &op, &applied);
        *counts.entry(op).or_default() += 1;
        current = applied.document;
    }
}

fn judge(before: &Document, edit: &Edit, op: &str, applied: &Applied) {
    let after = &applied.document;
    let again =
        Document::parse(&after.to_files()).unwrap_or_else(|e| panic!("{edit:?} broke {before:?}: {e:?}"));
    assert_eq!(again.elements(), after.elements(), "{edit:?}: the index is not that of the text");
    if !matches!(op, "set_file" | "format" | "remove_file" | "rename_file") {
        assert_local(before, applied, &format!("{edit:?}"));
    }
    let formatted = change(after, &Edit::Format { file: None });
    // What a person wrote stays so where it goes.
    let carries =
        ["move_element", "make_local", "inline_variable", "make_dynamic", "extract_module"].contains(&op);
    let all_clean = change(before, &Edit::Format { file: None }).to_files() == before.to_files();
    for (file, text) in after.files() {
        let was = before.text(file).cloned().unwrap_or_else(|| "".into());
        let was_clean = change(before, &Edit::Format { file: None }).text(file).is_none_or(|t| *t == was);
        // Text that came as it is.
        let own = matches!(edit, Edit::SetFile { .. } | Edit::RenameFile { .. });
        if was_clean && !own && (all_clean || !carries) && formatted.text(file) != Some(text) {
            panic!("{edit:?} of\n{was}\nleft unformatted\n{text}");
        }
    }
    assert_eq!(undone(before, after).to_files(), before.to_files(), "{edit:?} is not undone");
}

/// The old text, by edits on the new document.
fn undone(before: &Document, after: &Document) -> Document {
    let mut current = after.clone();
    for (file, _) in after.files().filter(|(file, _)| before.text(file).is_none()) {
        current = change(&current, &Edit::RemoveFile { file: file.to_owned() });
    }
    for (file, text) in before.files() {
        if current.text(file).is_none() {
            current = change(&current, &Edit::AddFile { file: file.to_owned() });
        }
        current = change(&current, &Edit::SetFile { file: file.to_owned(), text: text.to_string() });
    }
    current
}

fn any_edit(document: &Document, numbers: &mut Numbers) -> Edit {
    let files: Vec<&str> = document.files().map(|(file, _)| file).collect();
    let file = if files.is_empty() { "main.tf".to_owned() } else { numbers.pick(&files).to_string() };
    let name = (*numbers.pick(&["main", "other", "a-b", "x1", "for", "é"])).to_owned();
    match numbers.below(26) {
        0 => Edit::AddElement {
            kind: *numbers.pick(&[
                ElementKind::Resource,
                ElementKind::Data,
                ElementKind::Ephemeral,
                ElementKind::Variable,
                ElementKind::Local,
                ElementKind::Output,
                ElementKind::Provider,
            ]),
            ty: Some("acme_server".into()),
            name: Some(name),
            file: (numbers.below(2) == 0).then_some(file),
        },
        1 => Edit::AddCode { code: code(numbers) },
        2 => Edit::SetProviderVersion {
            provider: (*numbers.pick(&["aws", "google", "acme"])).into(),
            constraint: (*numbers.pick(&["~> 1.0", ">= 2, < 3", "1.2.3"])).into(),
        },
        3 => {
            let folder = if numbers.below(3) == 0 { "modules/any/" } else { "" };
            Edit::AddFile { file: format!("{folder}{name}.tf") }
        }
        4 if numbers.below(4) == 0 => Edit::RemoveFile { file },
        5 => Edit::RenameFile { file, name: format!("{name}2.tf") },
        6 => Edit::Format { file: (numbers.below(2) == 0).then_some(file) },
        7 => Edit::SetFile {
            text: format!("{}{}", document.text(&file).map_or("", |t| t), code(numbers)),
            file,
        },
        _ if document.elements().is_empty() => Edit::AddCode { code: code(numbers) },
        _ => {
            let element = numbers.pick(document.elements());
            any_edit_of(document, element, name, numbers)
        }
    }
}

fn code(numbers: &mut Numbers) -> String {
    (*numbers.pick(&[
        "# Why\nresource \"acme_server\" \"main\" {\nname=local.x # here\n}\n\nlocals {\n  x = 1\n}\n",
        "variable \"main\" {}\noutput \"main\" { value = var.main }\n",
        "locals { a = 1 }\n",
        "resource \"acme_server\" \"many\" {\n  count = 3\n  name  = \"n${count.index}\"\n}\noutput \"many\" {\n  value = [acme_server.many[1].id, acme_server.many[*].id]\n}\n",
        "data \"acme_image\" \"main\" {\n  text = <<-EOT\n    a\n      ${local.x}\n  EOT\n}",
    ]))
    .to_owned()
}

/// An edit of an element: at an argument that it has, one inside of that, or one that it has not.
fn any_edit_of(document: &Document, element: &Element, name: String, numbers: &mut Numbers) -> Edit {
    let mut paths: Vec<String> = used_arguments(document, element).into_keys().collect();
    paths.extend(["value", "name", "tags", "new_block"].map(str::to_owned));
    let Ok(mut path) = numbers.pick(&paths).parse::<Path>() else {
        return Edit::DuplicateElement { element: element.address.clone() };
    };
    path = match numbers.below(8) {
        0 => path.index(numbers.below(3)),
        1 => path.key(&hostile(numbers)),
        2 => path.name("inner"),
        _ => path,
    };
    let element = element.address.clone();
    match numbers.below(25) {
        0..6 => Edit::Set { element, path, value: any_value(numbers) },
        6 | 7 => Edit::Unset { element, path },
        8 => Edit::AddBlock { element, path, label: (numbers.below(4) == 0).then(|| hostile(numbers)) },
        9 => Edit::RemoveBlock { element, path },
        10 | 11 => {
            let instance =
                |n: usize| if path.to_string().ends_with(']') { path.clone() } else { path.index(n) };
            Edit::MoveBlock { element, from: instance(numbers.below(2)), to: instance(numbers.below(3)) }
        }
        12 => Edit::RenameElement { element, name },
        13 => Edit::DuplicateElement { element },
        14 if numbers.below(3) == 0 => Edit::RemoveElement { element },
        14 => {
            Edit::MoveElement { element, file: (*numbers.pick(&["main.tf", "more.tf", "other.tf"])).into() }
        }
        15 | 16 => variable(&element, &path.to_string(), (numbers.below(2) == 0).then_some(&name)),
        17 => Edit::InlineVariable { element: any_of(document, "var.", numbers) },
        24 => Edit::CountToForEach { element: any_of(document, "acme_server.many", numbers), keys: None },
        18 => Edit::MakeLocal { element, path, name: (numbers.below(2) == 0).then_some(name) },
        19 => Edit::MakeOutput { element, path, name: None, description: Some(hostile(numbers)) },
        20 | 22 | 23 => Edit::MakeDynamic { element, path },
        _ => {
            let others = (0..numbers.below(3)).map(|_| any_of(document, "", numbers));
            Edit::ExtractModule { elements: std::iter::once(element).chain(others).collect(), name }
        }
    }
}

/// The address of an element that begins so, or of any.
fn any_of(document: &Document, start: &str, numbers: &mut Numbers) -> String {
    let like: Vec<&Element> = document.elements().iter().filter(|e| e.address.starts_with(start)).collect();
    let all: Vec<&Element> = document.elements().iter().collect();
    numbers.pick(if like.is_empty() { &all } else { &like }).address.clone()
}

fn any_value(numbers: &mut Numbers) -> Value {
    let text = hostile(numbers);
    match numbers.below(8) {
        0 => Value::expression("[for k, v in var.main : {\nk=v # why\n} if v>1]"),
        1 => Value::expression("var.main == null ? <<-EOT\n  x\n   y\n  EOT\n : \"${local.x}-a\""),
        2 => Value::expression("local.x[0].y"),
        3 => Value::json("-12345678901234567890.5").unwrap(),
        4 => Value::literal(&serde_json::json!({"b": [text, {"c": text}], text: null})).unwrap(),
        5 => Value::literal(&vec![text; numbers.below(12)]).unwrap(),
        6 => Value::literal(&format!("{text}\n{text}\n")).unwrap(),
        _ => Value::literal(&text).unwrap(),
    }
}
