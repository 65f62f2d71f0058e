//! Any blueprint checked against a provider's schema: every finding has a place within the text.

#![no_main]

use cloudoven_blueprint::check;
use cloudoven_fuzz::{FILE, SCHEMAS, document};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(document) = document(bytes) else { return };
    let text = document.text(FILE).expect("the file");
    for finding in check(&document, &SCHEMAS) {
        assert!(text.get(finding.span.start..finding.span.end).is_some(), "{finding:?}");
    }
});
