//! What the examples of one provider say of another's elements.

use cloudoven_crawler::catalog::{Address, Document, Kind};
use cloudoven_tests::{Database, TestApp, block_on, catalog};
use serde_json::{Map, Value, json};

const ACME: &str = "example/acme";
const MONITOR: &str = "example/monitor";

/// Their own examples set a server's network once, and never mention the other provider.
const ACME_PAGE: &str = "# acme_server

## Example Usage

```terraform
resource \"acme_server\" \"own\" {
  network_id = acme_network.main.id
}
```
";

/// About its own element, about both, about two of the other provider's, and about one of those twice.
const MONITOR_PAGE: &str = "# monitor_probe

## Example Usage

```terraform
resource \"monitor_probe\" \"one\" {
  network_id = acme_network.main.id
}

resource \"monitor_probe\" \"two\" {
  network_id = acme_network.main.id
}

resource \"acme_server\" \"watched\" {
  network_id = acme_network.main.id
  probe_id   = monitor_probe.one.id
}

resource \"acme_server\" \"copy\" {
  copy_of = acme_server.watched.id
}
```
";

/// A provider of elements whose arguments are all optional texts.
async fn import(server: &TestApp, provider: &str, version: &str, elements: &[(&str, &[&str])], page: &str) {
    let block = |arguments: &[&str]| {
        let attribute = |name: &&str| ((*name).to_owned(), json!({"type": "string", "optional": true}));
        let mut attributes: Map<String, Value> = arguments.iter().map(attribute).collect();
        attributes.insert("id".into(), json!({"type": "string", "computed": true}));
        json!({"version": 0, "block": {"attributes": attributes}})
    };
    let resources: Map<String, Value> =
        elements.iter().map(|(name, arguments)| ((*name).to_owned(), block(arguments))).collect();
    let mut providers = Map::new();
    providers.insert(format!("registry.terraform.io/{provider}"), json!({"resource_schemas": resources}));
    let schema = json!({"format_version": "1.0", "provider_schemas": providers}).to_string();
    let name = elements[0].0.split_once('_').unwrap().1;
    catalog::import(&server.app, provider, version, &schema, &[(&format!("resources/{name}.md"), page)])
        .await;
}

async fn import_acme(server: &TestApp) {
    let elements: [(&str, &[&str]); 2] =
        [("acme_server", &["network_id", "probe_id", "copy_of"]), ("acme_network", &[])];
    import(server, ACME, "1.0.0", &elements, ACME_PAGE).await;
}

async fn import_monitor(server: &TestApp, version: &str, page: &str) {
    import(server, MONITOR, version, &[("monitor_probe", &["network_id"])], page).await;
}

async fn document(server: &TestApp, provider: &str, name: &str) -> Document {
    let address: Address = provider.parse().unwrap();
    let found = server.app.catalogs.document(&address, "1.0.0", Kind::Resource, name).await.unwrap();
    Document::clone(&found.unwrap())
}

/// What an argument is set to, with how often.
async fn references(server: &TestApp, provider: &str, name: &str, argument: &str) -> Vec<String> {
    let document = document(server, provider, name).await;
    let references = &document.block.attributes[argument].docs.references;
    references.iter().map(|r| format!("{}.{}*{}", r.target, r.attribute, r.count)).collect()
}

/// Which arguments are set to an attribute of the element, with how often.
async fn uses(server: &TestApp, provider: &str, name: &str) -> Vec<String> {
    let document = document(server, provider, name).await;
    document
        .used_by
        .iter()
        .map(|u| format!("{}.{}={}*{}", u.name, u.argument, u.attribute, u.count))
        .collect()
}

#[test]
fn examples_of_others_add_to_what_a_providers_own_say() {
    block_on(async {
        let server = TestApp::start(Database::Sqlite).await;
        import_acme(&server).await;
        // Read, and so in the cache, before the other provider comes.
        assert_eq!(references(&server, ACME, "acme_server", "network_id").await, ["acme_network.id*1"]);
        assert_eq!(uses(&server, ACME, "acme_network").await, ["acme_server.network_id=id*1"]);
        assert_eq!(references(&server, ACME, "acme_server", "probe_id").await, Vec::<String>::new());

        import_monitor(&server, "1.0.0", MONITOR_PAGE).await;
        assert_eq!(
            references(&server, ACME, "acme_server", "network_id").await,
            ["acme_network.id*2"],
            "what both say adds up"
        );
        assert_eq!(references(&server, ACME, "acme_server", "probe_id").await, ["monitor_probe.id*1"]);
        assert_eq!(references(&server, ACME, "acme_server", "copy_of").await, ["acme_server.id*1"]);
        assert_eq!(
            uses(&server, ACME, "acme_network").await,
            ["acme_server.network_id=id*2", "monitor_probe.network_id=id*2"]
        );
        assert_eq!(
            uses(&server, ACME, "acme_server").await,
            ["acme_server.copy_of=id*1"],
            "an element that refers to its own kind is said once"
        );
        assert_eq!(
            references(&server, MONITOR, "monitor_probe", "network_id").await,
            ["acme_network.id*2"],
            "its own examples are not counted again"
        );
        assert_eq!(uses(&server, MONITOR, "monitor_probe").await, ["acme_server.probe_id=id*1"]);
    });
}

#[test]
fn pages_lead_to_the_other_provider() {
    block_on(async {
        let server = TestApp::start(Database::Sqlite).await;
        let ann = server.user("ann").await;
        import_acme(&server).await;
        import_monitor(&server, "1.0.0", MONITOR_PAGE).await;
        let page = |provider: &str, name: &str| {
            format!("/catalog/registry.terraform.io/{provider}/1.0.0/resource/{name}")
        };
        let probe = page(MONITOR, "monitor_probe");
        let (_, network) = ann.page(&page(ACME, "acme_network")).await;
        assert!(network.contains(&format!("{probe}#arg-network_id")), "used by: {network}");
        let (_, acme_server) = ann.page(&page(ACME, "acme_server")).await;
        assert!(acme_server.contains(&format!("href=\"{probe}\"")), "refers to: {acme_server}");
    });
}

#[test]
fn only_the_newest_version_of_another_provider_counts() {
    block_on(async {
        let server = TestApp::start(Database::Sqlite).await;
        import_acme(&server).await;
        import_monitor(&server, "1.0.0", MONITOR_PAGE).await;
        let probes = "acme_server.probe_id=id*1";
        assert_eq!(uses(&server, MONITOR, "monitor_probe").await, [probes]);
        assert_eq!(references(&server, ACME, "acme_server", "probe_id").await, ["monitor_probe.id*1"]);

        import_monitor(&server, "2.0.0", "# monitor_probe\n\nA probe.\n").await;
        assert_eq!(uses(&server, ACME, "acme_network").await, ["acme_server.network_id=id*1"]);
        assert_eq!(references(&server, ACME, "acme_server", "network_id").await, ["acme_network.id*1"]);
        assert_eq!(references(&server, ACME, "acme_server", "probe_id").await, Vec::<String>::new());
        assert_eq!(uses(&server, MONITOR, "monitor_probe").await, [probes], "what its own page says stays");

        import_monitor(&server, "0.9.0", MONITOR_PAGE).await;
        assert_eq!(
            references(&server, ACME, "acme_server", "probe_id").await,
            Vec::<String>::new(),
            "an older one that comes later says nothing either"
        );
    });
}
