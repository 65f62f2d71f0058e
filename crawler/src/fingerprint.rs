//! What a version was made from, as a digest: the same again needs no work.

use sha2::{Digest, Sha256};

use crate::source::{PageFormat, ProviderSource};

/// Of the sources of this program; see the build script.
const PROGRAM: &str = env!("CLOUDOVEN_CRAWLER_FINGERPRINT");

/// SHA-256, hex, over everything in `source` that the output depends on, and over the program that reads it.
pub fn fingerprint(source: &ProviderSource) -> String {
    let mut hasher = Sha256::new();
    // Lengths first, so that no two sources read the same.
    let mut field = |bytes: &[u8]| {
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    field(PROGRAM.as_bytes());
    field(source.address.to_string().as_bytes());
    field(source.version.as_bytes());
    field(&source.schema);
    field(&(source.pages.len() as u64).to_le_bytes());
    for (path, page) in &source.pages {
        field(path.as_bytes());
        field(match page.format {
            PageFormat::Markdown => b"markdown",
            PageFormat::Html => b"html",
        });
        field(page.url.as_bytes());
        field(page.text.as_bytes());
    }
    for problem in &source.problems {
        field(problem.item.as_bytes());
        field(problem.reason.as_bytes());
    }
    hex::encode(hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{catalog::Problem, source::PageText};

    fn source() -> ProviderSource {
        ProviderSource {
            address: "acme/cloud".parse().unwrap(),
            version: "1.0.0".into(),
            place: "here".into(),
            schema: b"{}".to_vec(),
            pages: [("index.md".to_owned(), PageText::markdown("# Cloud"))].into(),
            problems: Vec::new(),
        }
    }

    #[test]
    fn everything_counts_but_the_place() {
        let before = fingerprint(&source());
        assert_eq!(fingerprint(&ProviderSource { place: "elsewhere".into(), ..source() }), before);
        let page = |path: &str, page: PageText| [(path.to_owned(), page)].into();
        for other in [
            ProviderSource { version: "1.0.1".into(), ..source() },
            ProviderSource { address: "acme/sky".parse().unwrap(), ..source() },
            ProviderSource { schema: b"[]".to_vec(), ..source() },
            ProviderSource { pages: page("index.md", PageText::markdown("# Sky")), ..source() },
            ProviderSource { pages: page("index", PageText::markdown(".md# Cloud")), ..source() },
            ProviderSource {
                pages: page(
                    "index.md",
                    PageText { url: "https://x".into(), ..PageText::markdown("# Cloud") },
                ),
                ..source()
            },
            ProviderSource {
                pages: page(
                    "index.md",
                    PageText { format: PageFormat::Html, ..PageText::markdown("# Cloud") },
                ),
                ..source()
            },
            ProviderSource { problems: vec![Problem { item: "a".into(), reason: "b".into() }], ..source() },
        ] {
            assert_ne!(fingerprint(&other), before, "{other:?}");
        }
    }
}
