//! What of a document a comparison looks at, as a digest.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::catalog::{Attribute, Block, Docs, Document, NestedAttributes, NestedBlock};

/// The first 16 hex digits of a SHA-256 over all of a document that [`documents`](super::documents) looks at.
pub(crate) fn shape(document: &Document) -> String {
    let shape = (document.deprecated, bare_block(&document.block), &document.function);
    let json = serde_json::to_vec(&shape).expect("the model has string keys only");
    hex::encode(&Sha256::digest(json)[..8])
}

fn bare_block(block: &Block) -> Block {
    Block {
        attributes: block.attributes.iter().map(|(name, a)| (name.clone(), bare_attribute(a))).collect(),
        blocks: block
            .blocks
            .iter()
            .map(|(name, nested)| {
                let bare = NestedBlock {
                    docs: bare_docs(&nested.docs),
                    block: bare_block(&nested.block),
                    nesting: nested.nesting,
                    min_items: nested.min_items,
                    max_items: nested.max_items,
                    deprecated: nested.deprecated,
                };
                (name.clone(), bare)
            })
            .collect(),
    }
}

fn bare_attribute(attribute: &Attribute) -> Attribute {
    let nested = attribute.nested.as_ref().map(|nested| {
        let attributes =
            nested.attributes.iter().map(|(name, a)| (name.clone(), bare_attribute(a))).collect();
        Box::new(NestedAttributes { nesting: nested.nesting, attributes })
    });
    Attribute {
        ty: attribute.ty.clone(),
        nested,
        docs: bare_docs(&attribute.docs),
        fields: BTreeMap::new(),
        required: attribute.required,
        optional: attribute.optional,
        computed: attribute.computed,
        sensitive: attribute.sensitive,
        write_only: attribute.write_only,
        deprecated: attribute.deprecated,
    }
}

fn bare_docs(docs: &Docs) -> Docs {
    Docs {
        // That there is a text counts, not what it says.
        text: if docs.text.is_empty() { String::new() } else { "-".into() },
        default: docs.default.clone(),
        allowed: docs.allowed.clone(),
        forces_replacement: docs.forces_replacement,
        ..Docs::default()
    }
}
