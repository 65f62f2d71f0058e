//! The script in docs/api.md does what the page says.

use std::{path::Path, process::Command};

use cloudoven_crawler::{
    catalog::Catalog,
    crawl,
    source::{Quiet, Terraform, mirrored},
};
use cloudoven_tests::{Database, TestApp, on_both_databases};

use crate::runs::support::{RunApp, mirror};

on_both_databases!(the_script_runs);

async fn the_script_runs(database: Database) {
    let server = RunApp::start(database).await;
    import_demo(&server.test).await;
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/api.md");
    let script = shell(&std::fs::read_to_string(page).expect("the page is there"));
    assert!(script.contains("/confirm"), "the script is the whole of it");
    let directory = tempfile::tempdir().unwrap();
    let mut command = Command::new("bash");
    command.arg("-c").arg(script).current_dir(directory.path());
    command.env("CLOUDOVEN", server.test.url("")).env("TOKEN", server.user.token());
    let output = tokio::task::spawn_blocking(move || command.output().expect("bash is there")).await.unwrap();
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    for expected in
        ["demo_subnet\" \"front\"", "create demo_network.main", "Apply complete!", "demo_subnet.front"]
    {
        assert!(text.contains(expected), "{expected} is missing:\n{text}");
    }
    for archive in ["blueprint.zip", "deployment.zip"] {
        let bytes = std::fs::File::open(directory.path().join(archive)).unwrap();
        assert!(zip::ZipArchive::new(bytes).unwrap().index_for_name("main.tf").is_some());
    }
}

/// The contents of a page's `sh` blocks.
fn shell(page: &str) -> String {
    let blocks = page.split("```sh\n").skip(1).filter_map(|rest| rest.split_once("```"));
    blocks.map(|(code, _)| code).collect()
}

async fn import_demo(test: &TestApp) {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("provider/docs");
    let address = "registry.cloudoven.dev/cloudoven/demo".parse().unwrap();
    let terraform = Terraform::find(None).expect("terraform is on the PATH");
    let source = mirrored(&terraform, &address, "0.1.0", &mirror(), Some(&docs))
        .await
        .expect("the schema can be read");
    crawl::import(&Catalog::open(test.app.blobs.store()), source, &Quiet)
        .await
        .expect("the provider can be imported");
    test.app.catalogs.refresh().await.expect("the catalogs can be read");
}
