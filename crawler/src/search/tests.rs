use std::collections::BTreeMap;

use bytes::Bytes;

use super::{Part, SearchObject, Unpacked, build};
use crate::catalog::{Attribute, Block, Docs, Document, NestedBlock, Nesting, Type};

fn attribute(text: &str) -> Attribute {
    Attribute {
        ty: Type::String,
        nested: None,
        required: true,
        optional: false,
        computed: false,
        sensitive: false,
        write_only: false,
        deprecated: false,
        docs: Docs { text: text.into(), ..Docs::default() },
        fields: BTreeMap::new(),
    }
}

fn document(name: &str) -> Document {
    let inner =
        Block { attributes: [("size_gb".into(), attribute("Size. In GiB"))].into(), ..Block::default() };
    let disk = NestedBlock {
        nesting: Nesting::List,
        min_items: 0,
        max_items: 0,
        deprecated: false,
        docs: Docs::default(),
        block: inner,
    };
    let json = serde_json::json!({"kind": "resource", "name": name, "version": "1.0.0", "summary": "Manages a thing.",
        "provider": {"host": "h", "namespace": "n", "name": "acme"}, "block": {}});
    let mut document: Document = serde_json::from_value(json).unwrap();
    document.block.attributes = [("name".into(), attribute("The `name`."))].into();
    document.block.blocks = [("disk".into(), disk)].into();
    document
}

fn object() -> Bytes {
    build(["acme_server", "acme_resource_group"].map(|name| Part::of(&document(name))).into())
}

#[test]
fn everything_is_found_again() {
    let object = SearchObject::open(&object()).unwrap();
    assert_eq!((object.elements(), object.arguments(), object.names()), (2, 6, 3));
    let names = object.element_names();
    let elements = |word: &str| names.find(word.as_bytes()).map(|i| names.postings(i).collect::<Vec<_>>());
    assert_eq!(elements("acme"), Some(vec![0, 1]));
    assert_eq!(elements("group"), Some(vec![0]), "elements are in the order of the index");
    assert_eq!(elements("resourcegroup"), Some(vec![0]), "two words as one");
    assert_eq!(elements("gro"), None);
    assert_eq!(names.starting_with(b"acme").len(), 3, "acme, acmeresource, acmeserver");
    let paths: Vec<String> = object.arguments_of(1).map(|a| object.path(a)).collect();
    assert_eq!(paths, ["name", "disk", "disk.size_gb"]);
    let texts = object.texts();
    let gib = texts.find(b"gib").unwrap();
    assert_eq!(
        texts.postings(gib).collect::<Vec<_>>(),
        [8, 14],
        "the third argument of each, not its first sentence"
    );
    let mut unpacked = Unpacked::default();
    assert_eq!(object.text(0, &mut unpacked), "Manages a thing.");
    assert_eq!(object.text(7, &mut unpacked), "Size. In GiB");
    assert_eq!(object.text(99, &mut unpacked), "");
}

#[test]
fn the_same_documents_give_the_same_bytes() {
    let turned = build(["acme_resource_group", "acme_server"].map(|name| Part::of(&document(name))).into());
    assert_eq!(turned, object());
}

/// Every byte of an object changed, one at a time, and every shorter object: reading never fails or runs on.
#[test]
fn lies_are_harmless() {
    let good = object();
    let mut broken: Vec<Bytes> = (0..good.len()).map(|length| good.slice(..length)).collect();
    for at in 0..good.len() {
        for change in [0x01, 0x80, 0xff] {
            let mut bytes = good.to_vec();
            bytes[at] ^= change;
            broken.push(bytes.into());
        }
    }
    for bytes in broken {
        if let Ok(object) = SearchObject::open(&bytes) {
            read_all(&object);
        }
    }
}

fn read_all(object: &SearchObject) {
    for dictionary in [object.element_names(), object.argument_names(), object.texts()] {
        for i in 0..dictionary.len() {
            assert!(dictionary.postings(i).count() <= object.size());
            dictionary.find(dictionary.word(i));
        }
    }
    let mut unpacked = Unpacked::default();
    for element in 0..object.elements() {
        for argument in object.arguments_of(element) {
            object.path(argument);
        }
        object.text(element, &mut unpacked);
    }
}
