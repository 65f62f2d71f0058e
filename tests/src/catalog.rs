//! A made-up provider, small and with one of everything, for tests that need a catalog but no particular one.

use cloudoven::app::App;
use cloudoven_crawler::{
    catalog::Catalog,
    crawl,
    source::{PageText, ProviderSource, Quiet},
};
use serde_json::{Value, json};

/// Puts `hashicorp/acme` 1.2.3 into the app's catalog.
pub async fn import_acme(app: &App) {
    let source = ProviderSource {
        address: "hashicorp/acme".parse().expect("a valid address"),
        version: "1.2.3".into(),
        place: "the acme provider".into(),
        schema: serde_json::to_vec(&schema()).expect("JSON can be written"),
        pages: PAGES.into_iter().map(|(name, text)| (name.to_owned(), PageText::markdown(text))).collect(),
        problems: Vec::new(),
    };
    crawl::import(&Catalog::open(app.blobs.store()), source, &Quiet)
        .await
        .expect("the provider can be imported");
    app.catalogs.refresh().await.expect("the catalogs can be read");
}

/// An offline bundle of `hashicorp/acme` in one version.
pub fn acme_bundle(version: &str) -> Vec<u8> {
    let folder = format!("providers/hashicorp/acme/{version}");
    let schema = schema().to_string();
    let files = [(format!("{folder}/schema.json"), schema.as_str())].into_iter();
    let files = files.chain(PAGES.map(|(name, text)| (format!("{folder}/docs/{name}"), text)));
    archive(files)
}

/// A `.tar.zst` archive of files.
pub fn archive<'a>(files: impl IntoIterator<Item = (String, &'a str)>) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, text) in files {
        let mut header = tar::Header::new_ustar();
        // Not `set_path`, which refuses what a hostile archive may have.
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append(&header, text.as_bytes()).expect("writing to memory works");
    }
    let tar = tar.into_inner().expect("writing to memory works");
    zstd::encode_all(&tar[..], 0).expect("compressing in memory works")
}

const PAGES: [(&str, &str); 2] =
    [("resources/network.md", NETWORK_PAGE), ("resources/server.md", SERVER_PAGE)];

fn schema() -> Value {
    let attribute = |ty: Value, flag: &str| json!({"type": ty, flag: true, "description_kind": "plain"});
    let disk = json!({"nesting_mode": "list", "min_items": 1, "max_items": 2, "block": {
        "attributes": {"gigabytes": attribute(json!("number"), "required"), "kind": attribute(json!("string"), "optional")},
        "description_kind": "plain"}});
    json!({"format_version": "1.0", "provider_schemas": {"registry.terraform.io/hashicorp/acme": {
        "provider": {"version": 0, "block": {"attributes": {"region": attribute(json!("string"), "optional")}}},
        "resource_schemas": {
            "acme_network": {"version": 0, "block": {"attributes": {
                "id": attribute(json!("string"), "computed"),
                "name": attribute(json!("string"), "required"),
                "tags": attribute(json!(["map", "string"]), "optional")}}},
            "acme_server": {"version": 0, "block": {
                "attributes": {
                    "id": attribute(json!("string"), "computed"),
                    "name": attribute(json!("string"), "required"),
                    "network_id": attribute(json!("string"), "required"),
                    "size": attribute(json!("string"), "optional"),
                    "ports": attribute(json!(["list", "number"]), "optional"),
                    "public": attribute(json!("bool"), "optional")},
                "block_types": {"disk": disk}}}},
        "data_source_schemas": {
            "acme_network": {"version": 0, "block": {"attributes": {
                "id": attribute(json!("string"), "computed"),
                "name": attribute(json!("string"), "required")}}}}}}})
}

const NETWORK_PAGE: &str = r#"---
subcategory: "Network"
description: A network.
---

# acme_network

A network.

## Argument Reference

* `name` - (Required) The network's name. Changing this forces a new resource to be created.
* `tags` - (Optional) Tags of the network.
"#;

const SERVER_PAGE: &str = r#"---
subcategory: "Compute"
description: A server in a network.
---

# acme_server

A server in a network.

## Example Usage

```terraform
resource "acme_network" "main" {
  name = "main"
}

resource "acme_server" "web" {
  name       = "web"
  network_id = acme_network.main.id

  disk {
    gigabytes = 10
  }
}
```

## Argument Reference

* `name` - (Required) The server's name.
* `network_id` - (Required) The network that the server is in.
* `size` - (Optional) Possible values are `small` and `large`. Defaults to `small`.
* `ports` - (Optional) Open ports.
* `public` - (Optional) Whether it has a public address.
* `disk` - (Required) One or two `disk` blocks as defined below.

The `disk` block supports:

* `gigabytes` - (Required) The disk's size.
* `kind` - (Optional) Possible values are `ssd` and `hdd`.
"#;
