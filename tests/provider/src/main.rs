//! `registry.cloudoven.dev/cloudoven/demo`: a Terraform provider that simulates a small cloud in files.
//!
//! Terraform starts it as a plugin. By hand, `terraform-provider-demo docs <directory>` writes its documentation pages.

mod cloud;
mod data;
mod docs;
mod kinds;
mod lookup;
mod plan;
mod provider;
mod resource;
mod schema;

use std::path::Path;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => tf_provider::serve("demo", provider::DemoProvider::default()).await,
        [command, directory] if command == "docs" => docs::write(Path::new(directory)),
        _ => anyhow::bail!("usage: terraform-provider-demo [docs <directory>]"),
    }
}
