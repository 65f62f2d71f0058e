//! Crawls of a registry that speaks the real protocols, in good order and in bad.

mod broken;
mod docs;
mod packages;
mod resumed;
mod safety;
mod support;
