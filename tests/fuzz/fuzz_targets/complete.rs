//! Completions for an argument of each element of any blueprint: the text up to the first NUL, then a path, then what has
//! been typed, each in a line.

#![no_main]

use cloudoven_blueprint::{Path, suggest};
use cloudoven_fuzz::{SCHEMAS, document};
use libfuzzer_sys::fuzz_target;

const MAX_ELEMENTS: usize = 8;

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let Some(document) = parts.next().and_then(document) else { return };
    let Ok(asked) = std::str::from_utf8(parts.next().unwrap_or_default()) else { return };
    let (path, typed) = asked.split_once('\n').unwrap_or((asked, ""));
    let Ok(path) = path.parse::<Path>() else { return };
    for element in document.elements().iter().take(MAX_ELEMENTS) {
        for suggestion in suggest(&document, &SCHEMAS, &element.address, &path, typed) {
            assert_ne!(suggestion.label, element.address, "an element never refers to itself");
        }
    }
});
