//! What changed between two versions, and what it means for configurations.

use cloudoven_crawler::{
    Error,
    catalog::{
        Document, Kind,
        diff::{self, Diff, ElementDiff, Impact, VersionName},
    },
    crawl,
    source::{self, Limits, PageText, ProviderSource, Quiet},
};

use crate::support::{Place, address, schema};

fn server(block: &str, page: &str) -> Document {
    let source = ProviderSource {
        address: address(),
        version: "1.0.0".into(),
        place: "the test".into(),
        schema: schema(block).into_bytes(),
        pages: [("resources/server.md".to_owned(), PageText::markdown(page))].into(),
        problems: Vec::new(),
    };
    let built = crawl::build(&source).unwrap();
    let (_, json) = built.documents.iter().find(|(entry, _)| entry.kind == Kind::Resource).unwrap();
    serde_json::from_slice(json).unwrap()
}

fn lines(diff: Option<ElementDiff>) -> Vec<String> {
    let changes = diff.map(|diff| diff.changes).unwrap_or_default();
    changes.iter().map(|c| format!("{} {}: {}", c.impact.label(), c.path, c.what)).collect()
}

fn assert_changes(old: &str, new: &str, expected: &[&str]) {
    assert_eq!(lines(diff::documents(&server(old, ""), &server(new, ""))), expected, "from {old} to {new}");
}

/// The block of one attribute `size` with this in its schema.
fn attribute(json: &str) -> String {
    format!(r#"{{"attributes":{{"size":{{{json}}}}}}}"#)
}

/// The block of one nested block `disk`, which has an optional `size`.
fn block(json: &str) -> String {
    format!(r#"{{"block_types":{{"disk":{{{json},"block":{}}}}}}}"#, attribute(OPTIONAL))
}

const OPTIONAL: &str = r#""type":"string","optional":true"#;

#[test]
fn the_same_is_no_change() {
    for json in [attribute(OPTIONAL), block(r#""nesting_mode":"list","max_items":1"#)] {
        assert_changes(&json, &json, &[]);
    }
    assert_changes(
        &attribute(OPTIONAL),
        &attribute(r#""type":"string","optional":true,"description":"Other words.""#),
        &[],
    );
}

#[test]
fn what_comes_and_goes() {
    for (there, added, removed) in [
        (attribute(OPTIONAL), "harmless size: argument added", "breaking size: argument removed"),
        (
            attribute(r#""type":"string","required":true"#),
            "breaking size: argument added, required",
            "breaking size: argument removed",
        ),
        (
            attribute(r#""type":"string","computed":true"#),
            "harmless size: attribute added",
            "breaking size: attribute removed",
        ),
        (block(r#""nesting_mode":"list""#), "harmless disk: block added", "breaking disk: block removed"),
        (
            block(r#""nesting_mode":"list","min_items":1"#),
            "breaking disk: block added, required",
            "breaking disk: block removed",
        ),
    ] {
        assert_changes("{}", &there, &[added]);
        assert_changes(&there, "{}", &[removed]);
    }
}

#[test]
fn roles() {
    let required = r#""type":"string","required":true"#;
    let computed = r#""type":"string","computed":true"#;
    let both = r#""type":"string","optional":true,"computed":true"#;
    for (old, new, expected) in [
        (OPTIONAL, required, "breaking size: now required"),
        (required, OPTIONAL, "harmless size: no longer required"),
        (OPTIONAL, computed, "breaking size: now computed only"),
        (computed, OPTIONAL, "harmless size: can be set now"),
        (computed, required, "breaking size: now required"),
        (both, OPTIONAL, "attention size: no longer computed when not set"),
        (OPTIONAL, both, "harmless size: computed now when not set"),
    ] {
        assert_changes(&attribute(old), &attribute(new), &[expected]);
    }
    for (flag, on, off) in [
        ("deprecated", "attention size: deprecated", "harmless size: no longer deprecated"),
        ("sensitive", "attention size: now sensitive", "harmless size: no longer sensitive"),
        ("write_only", "attention size: now write-only", "harmless size: no longer write-only"),
    ] {
        let flagged = attribute(&format!(r#"{OPTIONAL},"{flag}":true"#));
        assert_changes(&attribute(OPTIONAL), &flagged, &[on]);
        assert_changes(&flagged, &attribute(OPTIONAL), &[off]);
    }
}

#[test]
fn blocks_nest_otherwise() {
    let nesting = |mode: &str| block(&format!(r#""nesting_mode":"{mode}""#));
    assert_changes(&nesting("list"), &nesting("set"), &["breaking disk: nesting changed from list to set"]);
    assert_changes(&nesting("set"), &nesting("list"), &["attention disk: nesting changed from set to list"]);
    let items =
        |min: u64, max: u64| block(&format!(r#""nesting_mode":"list","min_items":{min},"max_items":{max}"#));
    assert_changes(&items(0, 0), &items(1, 0), &["breaking disk: at least 1 needed, was 0"]);
    assert_changes(&items(1, 0), &items(0, 0), &["harmless disk: at least 0 needed, was 1"]);
    assert_changes(&items(0, 0), &items(0, 2), &["breaking disk: at most 2 allowed, was any number"]);
    assert_changes(&items(0, 1), &items(0, 0), &["harmless disk: at most any number allowed, was 1"]);
    assert_changes(&items(0, 3), &items(0, 2), &["breaking disk: at most 2 allowed, was 3"]);
}

#[test]
fn blocks_and_attributes_change_places() {
    let list = r#"{"block_types":{"size":{"nesting_mode":"list","block":{"attributes":{"of":{"type":"string","optional":true}}}}}}"#;
    let plain = attribute(r#""type":["list",["object",{"of":"string"}]],"optional":true"#);
    let structural = attribute(
        r#""optional":true,"nested_type":{"nesting_mode":"list","attributes":{"of":{"type":"string","optional":true}}}"#,
    );
    assert_changes(list, &plain, &["attention size: block became an attribute"]);
    assert_changes(list, &structural, &["breaking size: block became an attribute"]);
    assert_changes(&plain, list, &["breaking size: attribute became a block"]);
    // Where nothing can be set, only the value's type counts.
    let list = r#"{"block_types":{"size":{"nesting_mode":"list","block":{"attributes":{"of":{"type":"string","computed":true}}}}}}"#;
    let plain = attribute(r#""type":["list",["object",{"of":"string","more":"string"}]],"computed":true"#);
    assert_changes(list, &plain, &["harmless size.more: attribute added"]);
    assert_changes(&plain, list, &["breaking size.more: attribute removed"]);
}

#[test]
fn types_change_inside_objects() {
    let object = |inner: &str, flag: &str| {
        attribute(&format!(r#""type":["list",["object",{{{inner}}}]],"{flag}":true"#))
    };
    let (a, ab) = (r#""a":"string""#, r#""a":"string","b":"string""#);
    assert_changes(&object(a, "computed"), &object(ab, "computed"), &["harmless size.b: attribute added"]);
    assert_changes(
        &object(a, "optional"),
        &object(ab, "optional"),
        &["breaking size.b: argument added, required"],
    );
    assert_changes(
        &object(a, "optional"),
        &object(r#""a":"number""#, "optional"),
        &["breaking size.a: type changed from string to number"],
    );
    assert_changes(
        &attribute(r#""type":"number","optional":true"#),
        &attribute(OPTIONAL),
        &["attention size: type changed from number to string"],
    );
}

#[test]
fn structural_attributes_are_compared_by_path() {
    let disks = |mode: &str, inner: &str| {
        attribute(&format!(
            r#""optional":true,"nested_type":{{"nesting_mode":"{mode}","attributes":{{"of":{{{inner}}}}}}}"#
        ))
    };
    assert_changes(
        &disks("set", OPTIONAL),
        &disks("list", r#""type":"string","required":true"#),
        &["attention size: nesting changed from set to list", "breaking size.of: now required"],
    );
}

#[test]
fn facts_of_the_documentation_count_where_both_have_it() {
    let page = |text: &str| format!("# cloud_server\n\n## Argument Reference\n\n* `size` - {text}\n");
    let with = |text: &str| server(&attribute(OPTIONAL), &page(text));
    let old = with("(Optional) The size. Possible values are `S` and `M`. Defaults to `S`.");
    let new = with(
        "(Optional) The size. Possible values are `M` and `L`. Defaults to `M`. Changing this forces a new resource to be created.",
    );
    assert_eq!(
        lines(diff::documents(&old, &new)),
        [
            "attention size: default changed from S to M",
            "attention size: values removed: S; added: L",
            "attention size: a change forces replacement now",
        ]
    );
    let undocumented = server(&attribute(OPTIONAL), "");
    assert_eq!(lines(diff::documents(&old, &undocumented)), [""; 0]);
    assert_eq!(lines(diff::documents(&undocumented, &new)), [""; 0]);
}

/// Imports a provider with these resources as `version`.
async fn import(place: &Place, provider: &str, version: &str, resources: &[(&str, &str)]) {
    let resources: Vec<_> =
        resources.iter().map(|(name, block)| format!(r#""{name}":{{"block":{block}}}"#)).collect();
    let schema = format!(
        r#"{{"format_version":"1.0","provider_schemas":{{"registry.terraform.io/{provider}":{{"provider":{{"block":{{}}}},"resource_schemas":{{{}}}}}}}}}"#,
        resources.join(",")
    );
    let folder = format!("providers/{provider}/{version}/schema.json");
    let bundle = place.bundle("bundle.tar.zst", &[(&folder, &schema)]);
    for source in source::read(&bundle, Limits::default()).unwrap() {
        crawl::import(&place.catalog(), source, &Quiet).await.unwrap();
    }
}

fn version(provider: &str, version: &str) -> VersionName {
    VersionName { provider: provider.parse().unwrap(), version: version.into() }
}

#[tokio::test]
async fn whole_versions_are_compared() {
    let place = Place::new();
    let (plain, required) = (attribute(OPTIONAL), attribute(r#""type":"string","required":true"#));
    import(&place, "acme/cloud", "1.0.0", &[("cloud_a", &plain), ("cloud_b", &plain), ("cloud_c", "{}")])
        .await;
    import(&place, "acme/cloud", "2.0.0", &[("cloud_a", &plain), ("cloud_b", &required), ("cloud_d", "{}")])
        .await;
    let (old, new) = (version("acme/cloud", "1.0.0"), version("acme/cloud", "2.0.0"));
    let diff = diff::between(&place.catalog(), &old, &new).await.unwrap();
    let elements: Vec<_> = diff.elements.iter().map(|e| (e.name.as_str(), e.is_new(), e.impact())).collect();
    assert_eq!(
        elements,
        [
            ("cloud_b", None, Impact::Breaking),
            ("cloud_c", Some(false), Impact::Breaking),
            ("cloud_d", Some(true), Impact::Harmless),
        ]
    );
    assert_eq!((diff.count(Impact::Breaking), diff.count(Impact::Harmless)), (2, 1));
    assert_eq!(diff.element(Kind::Resource, "cloud_b").unwrap().changes[0].path, "size");
    assert!(diff.element(Kind::Resource, "cloud_a").is_none());
    // It survives JSON, as the command prints it.
    let json = serde_json::to_string(&diff).unwrap();
    assert_eq!(serde_json::from_str::<Diff>(&json).unwrap(), diff);
}

#[tokio::test]
async fn two_providers_can_be_compared() {
    let place = Place::new();
    import(&place, "acme/cloud", "1.0.0", &[("cloud_a", &attribute(OPTIONAL))]).await;
    import(&place, "fork/sky", "1.0.0", &[("cloud_a", "{}")]).await;
    let (old, new) = (version("acme/cloud", "1.0.0"), version("fork/sky", "1.0.0"));
    let diff = diff::between(&place.catalog(), &old, &new).await.unwrap();
    let names: Vec<_> = diff.elements.iter().map(|e| e.name.as_str()).collect();
    assert_eq!(names, ["cloud_a"], "the configurations are compared with each other, and are equal");

    let missing = version("acme/cloud", "9.0.0");
    let error = diff::between(&place.catalog(), &old, &missing).await.unwrap_err();
    assert!(matches!(error, Error::NotFound(_)) && error.to_string().contains("acme/cloud 9.0.0"), "{error}");
}
