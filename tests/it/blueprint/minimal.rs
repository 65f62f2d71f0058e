//! A minimal blueprint of every resource and data source of every bundle, made by the form's own edits.

use std::{
    io::{Cursor, Read},
    sync::Arc,
    thread,
};

use cloudoven::blueprint::{
    BlockGroup, Document, Edit, ElementKind, Field, Files, Path, Schemas, Section, Severity, Value,
    argument_type, check, form, zip,
};
use cloudoven_crawler::catalog::{self, Kind, Nesting, Type};
use serde_json::{Value as Json, json};

use super::{bundles, edit, terraform};

#[test]
fn every_resource_and_data_source_makes_a_formatted_blueprint() {
    let Some(folder) =
        provider_corpus::bundles("a minimal blueprint of each of over 5,000 resources and data sources")
    else {
        return;
    };
    let mut made = 0;
    bundles::each(&folder, |provider, documents| {
        let documents: Vec<Arc<catalog::Document>> =
            documents.into_iter().filter(|d| matches!(d.kind, Kind::Resource | Kind::DataSource)).collect();
        let output = tempfile::tempdir().unwrap();
        let half = documents.len().div_ceil(2).max(1);
        thread::scope(|scope| {
            for (part, documents) in documents.chunks(half).enumerate() {
                let output = output.path();
                scope.spawn(move || {
                    for (i, document) in documents.iter().enumerate() {
                        for (name, text) in unzipped(&minimal(document)) {
                            std::fs::write(output.join(format!("p{part}_{i}_{name}")), text).unwrap();
                        }
                    }
                });
            }
        });
        let checked = terraform(output.path(), &["fmt", "-check", "-no-color"]);
        let listed = String::from_utf8_lossy(&checked.stdout);
        let errors = String::from_utf8_lossy(&checked.stderr);
        assert!(checked.status.success(), "{provider}: {listed}{errors}");
        made += documents.len();
    });
    assert!(made > 5_000, "{made}");
    println!("{made} minimal blueprints");
}

/// Adds the element, sets what is required, adds one optional block with what that requires.
fn minimal(page: &Arc<catalog::Document>) -> Document {
    let mut schemas = Schemas::new();
    schemas.add(page.clone());
    let kind = if page.kind == Kind::Resource { ElementKind::Resource } else { ElementKind::Data };
    let empty = Document::parse(&Files::canonical()).unwrap();
    let add = Edit::AddElement { kind, ty: Some(page.name.clone()), name: None, file: None };
    let added = edit(&empty, &schemas, &add);
    let address = added.address.unwrap();
    let mut current = fill(added.document, &address, page, &schemas, &Path::root());
    let shown = form(&current, &address, &schemas).unwrap();
    let optional = shown.blocks.iter().find(|group| group.instances.is_empty() && group.can_add);
    if let Some(group) = optional {
        let label = (group.nesting == Nesting::Map).then(|| "a key".to_owned());
        let add = Edit::AddBlock { element: address.clone(), path: group.path.clone(), label };
        current = edit(&current, &schemas, &add).document;
        current = fill(current, &address, page, &schemas, &group.path);
    }
    let errors: Vec<_> =
        check(&current, &schemas).into_iter().filter(|d| d.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{}: {errors:?}\n{}", page.name, current.text("main.tf").unwrap());
    assert_eq!(current.required_providers().len(), 1);
    Document::parse(&current.to_files()).unwrap()
}

/// Gives every required argument under `base` a value of its type.
fn fill(
    mut document: Document,
    address: &str,
    page: &catalog::Document,
    schemas: &Schemas,
    base: &Path,
) -> Document {
    let shown = form(&document, address, schemas).unwrap();
    let mut required = Vec::new();
    collect(&shown.fields, &shown.blocks, &mut required);
    for path in required.into_iter().filter(|path| path.starts_with(base)) {
        let ty = argument_type(&page.block, &path).unwrap();
        let value = Value::literal(&dummy(&ty)).unwrap();
        document = edit(&document, schemas, &Edit::Set { element: address.to_owned(), path, value }).document;
    }
    document
}

fn collect(fields: &[Field], groups: &[BlockGroup], required: &mut Vec<Path>) {
    required.extend(fields.iter().filter(|f| f.section == Section::Required).map(|f| f.path.clone()));
    for instance in groups.iter().flat_map(|group| &group.instances) {
        collect(&instance.fields, &instance.blocks, required);
    }
}

fn dummy(ty: &Type) -> Json {
    match ty {
        Type::String | Type::Dynamic => json!("a ${text} of \"quotes\""),
        Type::Number => json!(42),
        Type::Bool => json!(true),
        Type::List(t) | Type::Set(t) => json!([dummy(t), dummy(t)]),
        Type::Map(t) => json!({"plain": dummy(t), "a key": dummy(t)}),
        Type::Tuple(types) => types.iter().map(dummy).collect(),
        Type::Object(attributes) => attributes.iter().map(|(name, a)| (name.clone(), dummy(&a.ty))).collect(),
    }
}

/// Through an archive and back. Empty files have nothing to check.
fn unzipped(document: &Document) -> Vec<(String, String)> {
    let mut bytes = Vec::new();
    zip(document.files().map(|(name, text)| (name, text.as_bytes())), &mut bytes).unwrap();
    let mut archive = ::zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let read = (0..archive.len()).map(|i| {
        let mut entry = archive.by_index(i).unwrap();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        (entry.name().unwrap().into_owned(), text)
    });
    read.filter(|(_, text)| !text.is_empty()).collect()
}
