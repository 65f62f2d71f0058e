//! Any blueprint formatted: it can be read again, and formatting it once more changes nothing.

#![no_main]

use cloudoven_blueprint::{Document, Edit, apply};
use cloudoven_fuzz::{SCHEMAS, document, texts};
use libfuzzer_sys::fuzz_target;

fn format(document: &Document) -> Document {
    let edit = Edit::Format { file: None };
    apply(document, &edit, &SCHEMAS).expect("what can be read can be formatted").document
}

fuzz_target!(|bytes: &[u8]| {
    let Some(document) = document(bytes) else { return };
    let once = format(&document);
    assert_eq!(texts(&format(&once)), texts(&once));
});
