//! Packages: from a registry, from mirrors, and with none at all.

use std::path::PathBuf;

use cloudoven_crawler::source::registry::{Docs, Packages, Schema};
use registry_server::{Options, Published, RegistryServer};

use serde_json::json;

use super::support::{Setup, made_up};

async fn demo(options: Options) -> (RegistryServer, Setup) {
    let demo = Published::demo();
    let server = RegistryServer::start(vec![demo.clone()], options).await;
    let setup = Setup::new(&server, &demo);
    (server, setup)
}

#[tokio::test]
async fn a_package_that_is_not_the_announced_one_is_refused() {
    let claimed_digest = Some("ab".repeat(32));
    let (server, setup) = demo(Options { claimed_digest, ..Options::default() }).await;
    let error = setup.fail().await;
    assert!(error.contains("is not the announced package: its SHA-256 is"), "{error}");
    let (_, fetched) = packages_fetched(&server);
    assert_eq!(fetched, 1);
}

#[tokio::test]
async fn the_registry_and_sha256sums_must_agree() {
    let (_server, setup) = demo(Options { other_sums: true, ..Options::default() }).await;
    let error = setup.fail().await;
    assert!(error.contains("SHA256SUMS") && error.contains("lists"), "{error}");
}

fn packages_fetched(server: &RegistryServer) -> (usize, usize) {
    let asked = server.asked();
    let count = |ending: &str| asked.iter().filter(|asked| asked.target.ends_with(ending)).count();
    (count("SHA256SUMS"), count(".zip"))
}

#[tokio::test]
async fn a_network_mirror_gives_the_same_schema() {
    let (server, mut setup) = demo(Options::default()).await;
    let from_registry = setup.crawl().await.unwrap();
    assert_eq!(packages_fetched(&server), (1, 1));
    setup.packages = Packages::Network(format!("{}mirror/", server.url()).parse().unwrap());
    setup.store = Default::default();
    let from_mirror = setup.crawl().await.unwrap();
    assert_eq!(from_registry.schema, from_mirror.schema);
    assert_eq!(packages_fetched(&server), (1, 2));
}

/// The digests are those that Terraform itself writes into a lock file.
#[tokio::test]
async fn a_mirrors_digests_are_terraforms() {
    let lock = lock_file().await;
    let h1 =
        lock.split('"').find(|text| text.starts_with("h1:")).expect("a lock file has digests").to_owned();
    for (hashes, works) in [
        (vec![h1.clone()], true),
        (vec!["h9:unknown".into(), h1.clone(), "zh:00".into()], true),
        (vec!["h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".into()], false),
        (vec!["h9:unknown".into()], false),
        (vec![], false),
    ] {
        let options = Options { mirror_hashes: Some(hashes.clone()), ..Options::default() };
        let (server, mut setup) = demo(options).await;
        setup.packages = Packages::Network(format!("{}mirror/", server.url()).parse().unwrap());
        let result = setup.crawl().await;
        assert_eq!(result.is_ok(), works, "{hashes:?}: {:?}", result.err().map(|e| e.to_string()));
    }
}

/// What `terraform init` with the demo provider writes into the lock file.
async fn lock_file() -> String {
    let directory = tempfile::tempdir().unwrap();
    let provider = json!({"source": "registry.cloudoven.dev/cloudoven/demo"});
    let module = json!({"terraform": {"required_providers": {"demo": provider}}});
    std::fs::write(directory.path().join("main.tf.json"), module.to_string()).unwrap();
    let output = tokio::process::Command::new("terraform")
        .args(["init", "-no-color", &format!("-plugin-dir={}", Published::mirror().display())])
        .current_dir(directory.path())
        .env_remove("TF_CLI_CONFIG_FILE")
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::read_to_string(directory.path().join(".terraform.lock.hcl")).unwrap()
}

#[tokio::test]
async fn a_mirror_directory_needs_no_registry() {
    let (server, mut setup) = demo(Options::default()).await;
    let from_registry = setup.crawl().await.unwrap();
    server.forget();
    setup.packages = Packages::Directory(Published::mirror());
    setup.docs = Docs::Folder(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../provider/docs"));
    let offline = setup.crawl().await.unwrap();
    assert_eq!(server.asked(), []);
    assert_eq!((offline.schema, offline.pages.len()), (from_registry.schema, from_registry.pages.len()));
    setup.constraint = "> 5".into();
    assert!(setup.fail().await.contains("no version of 1 fits, such as 0.1.0"));
}

#[tokio::test]
async fn a_dump_and_a_folder_need_nobody() {
    let published = made_up();
    let server = RegistryServer::start(vec![published.clone()], Options::default()).await;
    let mut setup = Setup::new(&server, &published);
    assert!(matches!(setup.schema, Schema::Dump(_)));
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("resources")).unwrap();
    std::fs::write(folder.path().join("resources/thing_001.md"), "# cloud_thing_001\n").unwrap();
    setup.docs = Docs::Folder(folder.path().into());
    setup.constraint = "7.7.7".into();
    let source = setup.crawl().await.unwrap();
    assert_eq!((source.version.as_str(), source.pages.len()), ("7.7.7", 1));
    assert_eq!(server.asked(), []);
}
