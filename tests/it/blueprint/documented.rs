//! Warnings about values that the documentation does not allow: which, and at which place in the text.

use cloudoven::blueprint::{Code, Schemas, Severity, check};
use serde_json::{Value, json};

use super::document;

/// One element with something to say of most of its arguments, as the catalog stores it.
fn schemas() -> Schemas {
    let page = json!({
        "kind": "resource",
        "name": "acme_disk",
        "provider": {"host": "registry.terraform.io", "namespace": "hashicorp", "name": "acme"},
        "version": "1.2.3",
        "block": {
            "attributes": {
                "kind": attribute(json!("string"), json!({"allowed": ["ssd", "Hdd"]})),
                "letter": attribute(json!("string"), json!({"allowed": LETTERS})),
                "zones": attribute(json!(["set", "string"]), json!({"allowed": ["a", "b"], "bounds": bounds("items", "1", "2")})),
                "copies": attribute(json!("number"), json!({"allowed": ["1", "3"]})),
                "name": attribute(json!("string"), json!({"bounds": bounds("length", "2", "4")})),
                "size": attribute(json!("number"), json!({"bounds": bounds("value", "0.5", "64")})),
                "level": attribute(json!("number"), json!({"bounds": {"of": "value", "min": "-1"}})),
                "labels": attribute(json!(["map", "string"]), json!({"bounds": {"of": "items", "max": "1"}})),
                "image": attribute(json!("string"), json!({"conflicts_with": ["snapshot", "source", "shared"]})),
                "snapshot": attribute(json!("string"), json!({"conflicts_with": ["image"]})),
                "copy_of": attribute(json!(["list", "string"]), json!({"conflicts_with": ["image"]})),
                "shared": attribute(json!("bool"), json!({})),
            },
            "blocks": {
                "source": {"nesting": "list", "block": {"attributes": {
                    "kind": attribute(json!("string"), json!({"allowed": ["url", "file"]})),
                    "url": attribute(json!("string"), json!({"conflicts_with": ["file"]})),
                    "file": attribute(json!("string"), json!({})),
                }}},
                "rule": {"nesting": "list", "docs": {"bounds": bounds("items", "2", "3")}, "block": {}},
            },
        },
    });
    let mut schemas = Schemas::new();
    schemas.add(serde_json::from_value::<cloudoven_crawler::catalog::Document>(page).unwrap().into());
    schemas
}

/// More values than a message lists.
const LETTERS: [&str; 13] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m"];

fn attribute(ty: Value, docs: Value) -> Value {
    json!({"type": ty, "optional": true, "docs": docs})
}

fn bounds(of: &str, min: &str, max: &str) -> Value {
    json!({"of": of, "min": min, "max": max})
}

/// What is said of an element with this body: the code, the path, the marked text and the message. Nothing that is said
/// may be worse than a warning.
fn warnings(body: &str) -> Vec<String> {
    let declared = "variable \"x\" {}\n\nlocals {\n  y = 1\n}\n";
    let text = format!("{declared}\nresource \"acme_disk\" \"main\" {{\n{body}\n}}\n");
    let found = check(&document(&text), &schemas()).into_iter().filter(|d| d.code != Code::Unused);
    let warning = |d: &cloudoven::blueprint::Diagnostic| {
        assert_eq!((d.severity, d.address.as_deref()), (Severity::Warning, Some("acme_disk.main")), "{d:?}");
        let marked = &text[d.span.start..d.span.end];
        let line: String = text.lines().nth(d.line - 1).unwrap().chars().skip(d.column - 1).collect();
        let first = marked.lines().next().unwrap();
        assert!(line.starts_with(first), "line and column say the same as the span: {d:?}");
        let path = d.path.as_ref().map(ToString::to_string).unwrap_or_default();
        format!("{:?} {path} <{marked}> {}", d.code, d.message)
    };
    found.map(|d| warning(&d)).collect()
}

#[test]
fn values_that_are_not_documented() {
    for (body, expected) in [
        ("kind = \"tape\"", "UndocumentedValue kind <\"tape\"> kind: the documented values are ssd, Hdd"),
        ("copies = 2", "UndocumentedValue copies <2> copies: the documented values are 1, 3"),
        (
            "letter = \"é\"",
            "UndocumentedValue letter <\"é\"> letter: the documented values are a, b, c, d, e, f, g, h, i, j, k, l, …",
        ),
        (
            "source {\n}\nsource {\n  kind = \"ftp\"\n}",
            "UndocumentedValue source[1].kind <\"ftp\"> kind: the documented values are url, file",
        ),
    ] {
        assert_eq!(warnings(body), [expected], "{body}");
    }
    assert_eq!(
        warnings("zones = [\n  \"c\",\n  \"a\",\n  \"d\",\n]"),
        [
            "OutOfBounds zones <[\n  \"c\",\n  \"a\",\n  \"d\",\n]> zones: documented are 1 to 2 items",
            "UndocumentedValue zones <\"c\"> zones: the documented values are a, b",
            "UndocumentedValue zones <\"d\"> zones: the documented values are a, b",
        ],
        "each element that is wrong, at its own place"
    );
}

#[test]
fn values_outside_the_bounds() {
    for (body, expected) in [
        ("size = 0.4", "size <0.4> size: documented are 0.5 to 64"),
        ("size = 65", "size <65> size: documented are 0.5 to 64"),
        ("size = -1", "size <-1> size: documented are 0.5 to 64"),
        ("level = -2", "level <-2> level: documented are at least -1"),
        ("name = \"é\"", "name <\"é\"> name: documented are 2 to 4 characters"),
        ("name = \"abcde\"", "name <\"abcde\"> name: documented are 2 to 4 characters"),
        ("zones = []", "zones <[]> zones: documented are 1 to 2 items"),
        ("labels = { a = 1, b = 2 }", "labels <{ a = 1, b = 2 }> labels: documented are at most 1 items"),
        ("rule {}", "rule <rule> rule: documented are 2 to 3 items"),
    ] {
        assert_eq!(warnings(body), [format!("OutOfBounds {expected}")], "{body}");
    }
    assert_eq!(warnings("rule {}\nrule {}\nrule {}\nrule {}").len(), 1, "said once, not of each block");
}

#[test]
fn arguments_that_exclude_each_other() {
    let both = "Conflict image <image> image and snapshot exclude each other by the documentation";
    assert_eq!(
        warnings("snapshot = \"s\"\nimage = \"i\""),
        [both],
        "said once, however both name each other"
    );
    assert_eq!(
        warnings("image = \"i\"\nsource {\n}"),
        ["Conflict image <image> image and source exclude each other by the documentation"],
        "a block excludes as well"
    );
    assert_eq!(
        warnings("source {\n}\nsource {\n  url = \"u\"\n  file = \"f\"\n}"),
        ["Conflict source[1].url <url> url and file exclude each other by the documentation"],
    );
    let three = warnings("image = \"i\"\nsnapshot = \"s\"\ncopy_of = [\"c\"]");
    let expected = "Conflict copy_of <copy_of> copy_of and image exclude each other by the documentation";
    assert_eq!(three, [both, expected], "each pair is one");
}

#[test]
fn what_may_be_right_is_not_warned_of() {
    for body in [
        // The documented values, in any case and from the first to the last.
        "kind = \"SSD\"\ncopies = 3\nletter = \"m\"",
        "zones = [\"A\", \"b\"]",
        // The bounds are allowed themselves; characters are counted, not bytes.
        "size = 0.5\nlevel = -1\nname = \"éé\"",
        "size = 64.0\nlevel = 1e9\nname = \"éééé\"",
        "labels = {}",
        "rule {}\nrule {}",
        // Nothing is set.
        "kind = \"\"\ncopies = null\nsize = null\nzones = null",
        // Nobody knows the value before it runs.
        "kind = var.x\ncopies = local.y\nsize = var.x\nname = var.x\nzones = var.x\nlabels = var.x",
        "kind = \"t-${var.x}\"\nname = \"${var.x}-a-long-one\"",
        "kind = lower(\"TAPE\")\nsize = local.y + 100\ncopies = var.x ? 1 : 2",
        "zones = [var.x, \"a\"]",
        "zones = [for z in var.x : z]",
        "dynamic \"rule\" {\n  for_each = var.x\n  content {}\n}",
        "rule {}\ndynamic \"rule\" {\n  for_each = var.x\n  content {}\n}",
        // One of the two may be null or is as good as not set.
        "image = \"i\"\nsnapshot = null",
        "image = \"i\"\nsnapshot = var.x",
        "image = \"i\"\nsnapshot = var.x ? \"s\" : null",
        "image = \"i\"\ncopy_of = []",
        "image = \"i\"\nshared = false",
        "source {\n  url = \"u\"\n}\nsource {\n  file = \"f\"\n}",
    ] {
        assert_eq!(warnings(body), Vec::<String>::new(), "{body}");
    }
}

/// A wrong type is said alone: the value means nothing then.
#[test]
fn a_wrong_type_comes_first() {
    let text = "resource \"acme_disk\" \"main\" {\n  size = [65]\n  kind = {}\n}\n";
    let codes: Vec<Code> = check(&document(text), &schemas()).iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::WrongType, Code::WrongType]);
}
