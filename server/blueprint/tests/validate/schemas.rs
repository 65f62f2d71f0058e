//! What the engine knows in these tests: the demo provider, the built-in one, Terraform's functions.

use std::{path::Path, sync::Arc};

use cloudoven_blueprint::{Document, Provider, Schemas, local_name};
use cloudoven_crawler::{
    catalog::{Address, Kind},
    crawl,
    source::{ProviderSource, Terraform, mirrored},
};

/// Everything that the two providers have.
pub fn all(mirror: &Path) -> Schemas {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    runtime.block_on(async {
        let terraform = Terraform::find(None).expect("terraform is on the PATH");
        let address: Address = "registry.cloudoven.dev/cloudoven/demo".parse().expect("a valid address");
        let version = version(&mirror.join(address.to_string()));
        let demo =
            mirrored(&terraform, &address, &version, mirror, None).await.expect("the schema can be read");
        let builtin = terraform.builtin().await.expect("the schema can be read");
        let mut schemas = Schemas::new();
        schemas.functions = Arc::new(terraform.functions().await.expect("the functions can be listed"));
        for source in [demo, builtin] {
            add(&mut schemas, &source);
        }
        schemas
    })
}

/// The only version that the mirror has.
fn version(folder: &Path) -> String {
    let mut entries = std::fs::read_dir(folder).expect("the mirror has the demo provider");
    let entry = entries.next().expect("a version").expect("the folder can be read");
    entry.file_name().to_string_lossy().into_owned()
}

fn add(schemas: &mut Schemas, source: &ProviderSource) {
    let built = crawl::build(source).expect("the schema makes a catalog");
    for (_, json) in &built.documents {
        schemas.add(Arc::new(serde_json::from_slice(json).expect("a document of the catalog")));
    }
    let provider = Provider { address: source.address.clone(), version: source.version.clone() };
    schemas.providers.insert(source.address.name.clone(), provider);
}

/// The same for one document: types that the two providers are known not to have.
pub fn of(all: &Schemas, document: &Document) -> Schemas {
    let mut schemas = all.clone();
    let missing = all.missing(document).into_iter();
    let lacks = |(kind, name): &(Kind, String)| {
        *kind != Kind::Provider && all.providers.contains_key(local_name(name))
    };
    schemas.unknown = missing.filter(lacks).collect();
    schemas
}
