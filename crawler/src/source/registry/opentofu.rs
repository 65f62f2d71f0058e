//! Documentation as OpenTofu's registry has it: static files, with an index per version.
//!
//! Source: <https://github.com/opentofu/registry-ui/blob/main/backend/internal/server/openapi.yml>

use serde::Deserialize;
use url::Url;

use super::{
    hosts::below,
    pages::{Item, Read},
    session::Session,
};
use crate::{
    catalog::Address,
    error::Result,
    source::{Observer, Progress, Stage},
};

#[derive(Deserialize)]
struct Index {
    docs: Lists,
    #[serde(default)]
    incompatible_license: bool,
}

#[derive(Deserialize)]
struct Lists {
    index: Option<Entry>,
    #[serde(default)]
    resources: Vec<Entry>,
    #[serde(default)]
    datasources: Vec<Entry>,
    #[serde(default)]
    functions: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
}

/// The pages of a version.
pub(super) async fn list(
    session: &Session<'_>,
    base: &Url,
    version: &str,
    observer: &dyn Observer,
) -> Result<Vec<Item>> {
    let Address { namespace, name, .. } = session.address;
    let version = format!("v{version}");
    let folder = below(base, ["providers", namespace, name, &version])?;
    let index = session.listing::<Index>(&below(&folder, ["index.json"])?).await?.value;
    if index.incompatible_license {
        observer.problem("documentation", "the registry shows none, because of the provider's licence");
        return Ok(Vec::new());
    }
    let Lists { index, resources, datasources, functions } = index.docs;
    let public = format!("https://search.opentofu.org/provider/{namespace}/{name}/{version}");
    let mut items = Vec::new();
    if let Some(Entry { name }) = index {
        let url = below(&folder, [format!("{name}.md").as_str()])?;
        items.push(Item { path: "index.md".into(), url, public: public.clone(), read: Read::Markdown });
    }
    let lists = [
        ("resources", "resources", resources),
        ("data-sources", "datasources", datasources),
        ("functions", "functions", functions),
    ];
    for (kind, list, entries) in lists {
        for Entry { name } in entries {
            let url = below(&folder, [list, format!("{name}.md").as_str()])?;
            let public = format!("{public}/docs/{list}/{name}");
            items.push(Item { path: format!("{kind}/{name}.md"), url, public, read: Read::Markdown });
        }
    }
    observer.progress(Progress { stage: Stage::Listing, done: items.len() as u64, total: 0 });
    Ok(items)
}
