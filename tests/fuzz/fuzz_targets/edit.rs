//! Any edits of any blueprint: the text up to the first NUL, then one edit as JSON in each line. What comes of an edit can be
//! read again, and differs from what was there only where the edit says so. A check after it finds what a check of everything finds.

#![no_main]

use cloudoven_blueprint::{Checked, Document, Edit, apply};
use cloudoven_fuzz::{SCHEMAS, document, texts};
use libfuzzer_sys::fuzz_target;

const MAX_EDITS: usize = 8;

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let Some(mut document) = parts.next().and_then(document) else { return };
    let mut checked = Checked::new(&document, &SCHEMAS);
    let lines = parts.next().unwrap_or_default().split(|byte| *byte == b'\n');
    for edit in lines.take(MAX_EDITS).filter_map(|line| serde_json::from_slice::<Edit>(line).ok()) {
        let before = texts(&document);
        let Ok(applied) = apply(&document, &edit, &SCHEMAS) else { continue };
        assert_eq!(texts(&document), before, "an edit leaves the revision that it was made on");
        for (file, spans) in &applied.touched {
            let text = applied.document.text(file);
            for span in spans {
                assert!(
                    text.is_some_and(|t| t.get(span.start..span.end).is_some()),
                    "{edit:?}: {file} {span:?}"
                );
            }
        }
        let read = Document::parse(&applied.document.to_files()).expect("it can be read again");
        assert_eq!(read.elements(), applied.document.elements(), "{edit:?}");
        checked = checked.again(&applied.document, &SCHEMAS);
        assert_eq!(checked.diagnostics(), Checked::new(&read, &SCHEMAS).diagnostics(), "{edit:?}");
        document = applied.document;
    }
});
