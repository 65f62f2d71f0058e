//! What search needs of a provider version, made at crawl time: one compact binary object beside the documents.
//!
//! The object holds, for every element and every argument at any depth, which words its name and its text have, as sorted
//! dictionaries with postings, and the plain text itself in compressed blocks for the snippets. A reader keeps the object as it
//! is: nothing is unpacked or built when it is loaded.
//!
//! ```text
//! "COSX" format sections          4 bytes, u32, per section its first byte and length as u32
//! ELEMENTS        one record per element, in the order of the version's index, and one past the end:
//!                 first argument u32, popularity u32
//! ARGUMENTS       one record per argument, each element's in preorder: name u32, parent u32 (0: none, else + 1)
//! NAMES           the distinct argument names, a table of strings
//! ELEMENT_NAMES   dictionary: words of element names → elements
//! ARGUMENT_NAMES  dictionary: words of argument names → distinct names
//! TEXTS           dictionary: words of texts → units (elements first, then arguments); the lowest bit says "first sentence"
//! TEXT_ENDS       per unit where its text ends, u32, in all texts behind one another
//! BLOCKS          the texts in zstd blocks: per block its last text byte and last compressed byte as u32; then the blocks
//! ```
//!
//! All numbers are little-endian. Reading is total: in an object with lies a lookup finds nothing, it doesn't fail.

mod build;
mod bytes;
mod dictionary;
mod object;
mod part;
pub mod words;

pub use build::build;
pub use dictionary::{Dictionary, Postings};
pub use object::{SearchObject, Unpacked};
pub use part::Part;

/// The object's file name among the version's objects.
pub const FILE: &str = "search.bin";

const MAGIC: &[u8; 4] = b"COSX";
const FORMAT: u32 = 1;

/// The sections, in the order of the header.
#[derive(Debug, Clone, Copy)]
enum Section {
    Elements,
    Arguments,
    Names,
    ElementNames,
    ArgumentNames,
    Texts,
    TextEnds,
    Blocks,
}

const SECTIONS: usize = 8;

#[cfg(test)]
mod tests;
