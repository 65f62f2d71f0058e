//! Any bytes as a file: read or refused with a place, and printed as they were.

#![no_main]

use cloudoven_blueprint::{Document, Files, edges, references};
use cloudoven_fuzz::FILE;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut files = Files::default();
    if files.insert_bytes(FILE, bytes).is_err() {
        return;
    }
    match Document::parse(&files) {
        Ok(document) => {
            let text = document.text(FILE).expect("the file");
            assert_eq!(text.as_bytes(), bytes);
            for element in document.elements() {
                assert!(text.get(element.span.start..element.span.end).is_some(), "{element:?}");
            }
            for reference in references(&document) {
                assert!(text.get(reference.span.clone()).is_some(), "{reference:?}");
            }
            edges(&document);
        }
        Err(faults) => assert!(!faults.is_empty()),
    }
});
