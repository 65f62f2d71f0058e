//! Faults that are put into resources of every provider: what mends them does, by the rules of [`assert_fixes`].

use cloudoven::blueprint::{Document, Edit, ElementKind, Files, Schemas, syntax_fixes};
use cloudoven_crawler::catalog;

use super::{Numbers, bundles, edit, fixes::assert_fixes};

/// Of how many resources one is broken.
const STEP: usize = 30;
/// Faults that are put into each, one at a time.
const FAULTS: usize = 10;

#[test]
fn generated_faults_of_every_provider() {
    let Some(folder) =
        provider_corpus::bundles("fixes of faults that are put into resources of every provider")
    else {
        return;
    };
    let mut numbers = Numbers(7);
    let mut made = 0;
    bundles::each(&folder, |_, documents| {
        let resources = documents.into_iter().filter(|d| d.kind == catalog::Kind::Resource);
        for page in resources.step_by(STEP) {
            let mut schemas = Schemas::new();
            schemas.add(page.clone());
            let empty = Document::parse(&Files::canonical()).unwrap();
            let add = Edit::AddElement {
                kind: ElementKind::Resource,
                ty: Some(page.name.clone()),
                name: None,
                file: None,
            };
            let text = edit(&empty, &schemas, &add).document.text("main.tf").unwrap().to_string();
            made += assert_fixes(&super::documents(&[("main.tf", &text)]), &schemas);
            for _ in 0..FAULTS {
                let broken = broken(&text, &page, &mut numbers);
                let mut files = Files::default();
                files.insert("main.tf", broken.as_str()).unwrap();
                match Document::parse(&files) {
                    Ok(document) => made += assert_fixes(&document, &schemas),
                    Err(faults) => drop(syntax_fixes("main.tf", &broken, &faults[0])),
                }
            }
        }
    });
    assert!(made > 5_000, "{made}");
    println!("{made} fixes");
}

/// The text with one fault in it.
fn broken(text: &str, page: &catalog::Document, numbers: &mut Numbers) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let inside: Vec<usize> =
        (1..lines.len().saturating_sub(1)).filter(|i| !lines[*i].trim().is_empty()).collect();
    if inside.is_empty() {
        return text.replacen("{\n", "{\n  nothing = 1\n", 1);
    }
    let at = *numbers.pick(&inside);
    let line = lines[at];
    let indent = &line[..line.len() - line.trim_start().len()];
    let names: Vec<&String> = page.block.attributes.keys().collect();
    let new = match numbers.below(9) {
        0 => String::new(),
        1 => format!("{line}\n{line}"),
        2 => swapped(line),
        3 => format!("{line}\n{indent}{} = \"x\"", if names.is_empty() { "x" } else { numbers.pick(&names) }),
        4 => format!(
            "{line}\n{indent}{} {{\n{indent}}}",
            if names.is_empty() { "x" } else { numbers.pick(&names) }
        ),
        5 => line.replace("\"\"", "[\"\"]").replace("null", "\"yes\"").replace("[]", "\"a\""),
        6 => line.replace("\"\"", "var.missing").replace("null", "local.missing"),
        7 => line.replace(" {", " = {"),
        _ => match page.block.blocks.keys().collect::<Vec<_>>().as_slice() {
            [] => swapped(line),
            blocks => {
                let name = numbers.pick(blocks);
                format!(
                    "{line}\n{indent}{name} {{\n{indent}}}\n{indent}{name} {{\n{indent}}}\n{indent}{name} = {{}}"
                )
            }
        },
    };
    let mut broken: Vec<&str> = lines.clone();
    broken[at] = &new;
    let text = broken.join("\n") + "\n";
    let mut files = Files::default();
    files.insert("main.tf", text.as_str()).unwrap();
    match (Document::parse(&files), numbers.below(2)) {
        (Ok(document), 0) => edit(&document, &Schemas::new(), &Edit::Format { file: None })
            .document
            .text("main.tf")
            .unwrap()
            .to_string(),
        _ => text,
    }
}

/// Two letters of the first word have changed places.
fn swapped(line: &str) -> String {
    let start = line.len() - line.trim_start().len();
    let mut bytes = line.as_bytes().to_vec();
    if bytes.len() > start + 3
        && bytes[start + 1].is_ascii_alphabetic()
        && bytes[start + 2].is_ascii_alphabetic()
    {
        bytes.swap(start + 1, start + 2);
    }
    String::from_utf8(bytes).unwrap()
}
