//! Everything that an editor asks at any place of any text, valid or not: the text up to the first NUL, then the place in
//! decimal digits, then the text that was saved before.

#![no_main]

use std::sync::Arc;

use cloudoven_blueprint::{
    Document, Files,
    assist::{self, Placed, Spot, Workspace},
};
use cloudoven_fuzz::{FILE, INDEXES, SCHEMAS};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(3, |byte| *byte == 0);
    let mut next = || std::str::from_utf8(parts.next().unwrap_or_default()).ok();
    let (Some(text), Some(place), Some(before)) = (next(), next(), next()) else { return };
    let mut files = Files::default();
    let _ = files.insert("other.tf", before);
    let saved = Document::parse(&files).unwrap_or_default();
    let offset = place.parse().unwrap_or(text.len()).min(text.len());
    let text: Arc<str> = text.into();
    let document = assist::mend(&saved, FILE, &text, offset);
    let workspace = Workspace { document: &document, schemas: &SCHEMAS, indexes: &INDEXES, used: 1 };
    let spot = Spot { file: FILE, text: &text, offset };
    assist::needs(spot);
    for item in assist::complete(&workspace, spot).items {
        let span = item.span;
        assert!(span.start <= span.end && text.get(span.start..span.end).is_some(), "a range of the text: {item:?}");
        let mut taken = text.to_string();
        taken.replace_range(span.start..span.end, &item.insert);
        assert!(item.caret <= item.insert.encode_utf16().count());
    }
    assist::hover(&workspace, spot);
    assist::signature(&workspace, spot);
    for found in assist::definition(&workspace, spot).into_iter().chain(assist::references_at(&workspace, spot)) {
        // The file itself may be beyond mending, and is asked about all the same.
        let of_file = if found.file == FILE { Some(&text) } else { document.text(&found.file) };
        let text = of_file.expect("it is one of the files");
        assert!(text.get(found.span.start..found.span.end).is_some(), "a range of the text: {found:?}");
    }
    assist::outline(&document, FILE);
    let position = Placed::new(&text).position(offset);
    assert!(position.offset(&text) <= offset.max(position.offset(&text)));
});
