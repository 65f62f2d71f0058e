//! Checks that are done again after edits against checks of everything.

use std::sync::Arc;

use cloudoven_blueprint::{Checked, Document, Edit, Files, Schemas, apply};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use super::{
    generate, mirror, mutate, schemas,
    tree::{Body, Node, text},
};

/// Blueprints that are edited.
const BLUEPRINTS: u64 = 60;
/// Edits of each.
const EDITS: usize = 25;

/// A configuration in two files, so that an edit leaves one as it is.
fn texts(config: &[Node]) -> [(&'static str, String); 2] {
    let (first, second) = config.split_at(config.len() / 2);
    [("main.tf", text(first)), ("other.tf", text(second))]
}

/// The document after the texts were written over it; None if they are no HCL.
fn edited(mut document: Document, config: &Body, schemas: &Schemas) -> Option<Document> {
    for (name, text) in texts(config) {
        if **document.text(name)? != *text {
            let set = Edit::SetFile { file: name.to_owned(), text };
            document = apply(&document, &set, schemas).ok()?.document;
        }
    }
    Some(document)
}

fn read(config: &Body) -> Option<Document> {
    let files: Files =
        texts(config).into_iter().map(|(name, text)| (name.to_owned(), Arc::from(text))).collect();
    Document::parse(&files).ok()
}

#[test]
fn checking_again_finds_what_checking_everything_finds() {
    let all = schemas::all(&mirror());
    let (mut compared, mut differed) = (0, 0);
    for seed in 0..BLUEPRINTS {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut config = generate::configuration(&mut rng);
        let Some(mut document) = read(&config) else { continue };
        let mut checked = Checked::new(&document, &schemas::of(&all, &document));
        for _ in 0..EDITS {
            // Far from what is in order all of it is refused, and nothing that an edit does shows.
            let fresh = rng.random_bool(0.1);
            let mut next = if fresh { generate::configuration(&mut rng) } else { config.clone() };
            let change = mutate::mutate(&mut next, &mut rng);
            let Some(after) = edited(document.clone(), &next, &all) else { continue };
            let schemas = schemas::of(&all, &after);
            let again = checked.again(&after, &schemas);
            let whole = Checked::new(&read(&next).expect("it was read"), &schemas).diagnostics();
            assert_eq!(again.diagnostics(), whole, "{seed}: {change:?} in\n{}", text(&config));
            compared += 1;
            differed += usize::from(whole != checked.diagnostics());
            (config, document, checked) = (next, after, again);
        }
    }
    assert!(compared > 500 && differed > compared / 3, "{compared} {differed}");
}
