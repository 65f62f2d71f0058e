//! Repositories, fetched from a real host in real containers: imported, and called as modules by runs.

use std::time::{Duration, Instant};

use cloudoven_tests::{Answer, Database, User, git::GitServer};
use reqwest::Method;
use serde_json::{Value, json};

use super::support::RunApp;

/// Line ends of Windows and no line end at the end.
const MAIN: &str = "locals {\r\n  a = \"$Id$ $Format:%H$\"\r\n}\n# end";
const OTHER: &str = "locals {\n  b = 2\n}\n";

async fn server() -> (GitServer, RunApp) {
    let git = GitServer::start().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &git.tls.certificate).unwrap();
    let path = file.path().to_owned();
    let app = RunApp::without_worker(Database::Sqlite, |config| {
        config.git_ca = Some(path);
        config.run_slots = 1;
    })
    .await;
    (git, app)
}

async fn fetch(user: &User, project: &str, git: Value, dry_run: bool) -> Answer {
    user.post(&format!("/projects/{project}/imports"), &json!({"git": git, "dry_run": dry_run})).await
}

/// The error at this field of the request.
async fn refused(user: &User, project: &str, git: Value, field: &str) -> String {
    let answer = fetch(user, project, git, true).await.expect(422);
    let error = &answer["errors"][0];
    assert_eq!(error["pointer"], format!("/git/{field}"), "{answer}");
    error["message"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_becomes_a_blueprint() {
    let (git, app) = server().await;
    let project = app.user.create("/projects", &json!({"name": "orders"})).await;
    let first = git.create(
        "team/shop.git",
        &[
            ("main.tf", MAIN),
            ("ignored.tf", OTHER),
            ("modules/net/main.tf", OTHER),
            ("terraform.tfstate", "{\"password\": \"hunter2-in-state\"}"),
            ("link.tf", "link:/etc/passwd"),
            // What would leave files out and change others.
            (".gitattributes", "ignored.tf export-ignore\nmain.tf text eol=lf ident export-subst\n"),
        ],
    );
    git.git("team/shop.git", &["tag", "--annotate", "-m", "first", "v1", &first]);
    let second = git.commit("team/shop.git", "release/2", &[("main.tf", OTHER)]);
    let url = git.url("team/shop.git");

    let imported = fetch(&app.user, &project, json!({"url": url}), false).await.expect(201);
    let source = json!({"url": url, "ref": null, "commit": first, "subdirectory": ""});
    assert_eq!(imported["report"]["source"], source);
    assert_eq!(imported["blueprint"]["name"], "shop");
    let path = format!("/blueprints/{}", imported["blueprint"]["id"].as_str().unwrap());
    let files = app.user.get(&format!("{path}/files")).await.expect(200);
    let expected = json!({"main.tf": MAIN, "ignored.tf": OTHER, "modules/net/main.tf": OTHER});
    assert_eq!(files["files"], expected);
    let history = app.user.get(&format!("{path}/revisions")).await.expect(200);
    assert_eq!(history["items"][0]["message"], format!("Imported from {url} at {}", &first[..10]));
    let left: Vec<&str> = imported["report"]["left_out"]
        .as_array()
        .unwrap()
        .iter()
        .map(|left| left["path"].as_str().unwrap())
        .collect();
    assert_eq!(left, [".gitattributes", "link.tf", "terraform.tfstate"]);

    for (reference, commit) in
        [("v1", &first), ("release/2", &second), (first.as_str(), &first), ("refs/heads/main", &first)]
    {
        let looked =
            fetch(&app.user, &project, json!({"url": url, "ref": reference}), true).await.expect(200);
        assert_eq!(looked["report"]["source"]["commit"], *commit, "{reference}");
        let id = looked["id"].as_str().unwrap();
        let again = app.user.get(&format!("/projects/{project}/imports/{id}")).await.expect(200);
        assert_eq!(again["report"]["source"], looked["report"]["source"]);
        let (status, page) = app.user.page(&format!("/projects/{project}/imports/{id}")).await;
        assert!(status == 200 && page.contains(&commit[..10]) && page.contains("team/shop"), "{page}");
    }
    let of_folder = json!({"url": git.plain_url("team/shop.git"), "subdirectory": "/modules/net/"});
    let looked = fetch(&app.user, &project, of_folder, true).await.expect(200);
    assert_eq!(looked["report"]["files"][0]["path"], "main.tf");
    assert_eq!(looked["report"]["source"]["subdirectory"], "modules/net");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_says_what_to_do() {
    let (git, app) = server().await;
    let project = app.user.create("/projects", &json!({"name": "orders"})).await;
    git.create("shop.git", &[("main.tf", OTHER), ("docs/README.md", "# Shop\n")]);
    let url = git.url("shop.git");
    let nowhere = format!("http://{}:9/shop.git", git.plain_url("").split(['/', ':']).nth(3).unwrap());
    for (request, field, expected) in [
        (json!({"url": url, "ref": "nope"}), "ref", "there is no \"nope\" in the repository"),
        (json!({"url": url, "ref": "abcdef1"}), "ref", "whole id"),
        (json!({"url": url, "ref": "a".repeat(40)}), "ref", "there is no"),
        (json!({"url": url, "subdirectory": "Docs"}), "subdirectory", "there is no folder \"Docs\""),
        (json!({"url": url, "subdirectory": "main.tf"}), "subdirectory", "there is no folder"),
        (json!({"url": url, "subdirectory": "docs"}), "subdirectory", "no Terraform file"),
        (json!({"url": git.url("other.git")}), "url", "there is no repository at this address"),
        (json!({"url": "https://nowhere.invalid/a.git"}), "url", "knows no host nowhere.invalid"),
        (json!({"url": nowhere}), "url", "does not answer"),
        (json!({"url": "ext::sh -c id"}), "url", "one line without spaces"),
        (json!({"url": "file:///etc"}), "url", "only https addresses"),
        (json!({"url": url, "ref": "--upload-pack=id"}), "ref", "no name of a branch or tag"),
    ] {
        let message = refused(&app.user, &project, request.clone(), field).await;
        assert!(message.contains(expected), "{request}: {message}");
    }
    git.git("shop.git", &["symbolic-ref", "HEAD", "refs/heads/unborn"]);
    let message = refused(&app.user, &project, json!({"url": url}), "ref").await;
    assert!(message.contains("no default branch"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_a_private_repository_and_is_found_nowhere() {
    let (git, app) = server().await;
    let project = app.user.create("/projects", &json!({"name": "orders"})).await;
    git.create("private/shop.git", &[("main.tf", OTHER)]);
    git.create("shop.git", &[("main.tf", OTHER)]);
    let url = git.url("private/shop.git");
    let with = |url: &str, token: &str| json!({"url": url, "username": "kim", "token": token});

    let message = refused(&app.user, &project, json!({"url": url}), "url").await;
    assert!(message.contains("private"), "{message}");
    let message = refused(&app.user, &project, with(&url, "hunter3-token"), "token").await;
    assert!(message.contains("does not take this token") && !message.contains("hunter3"), "{message}");
    let plain = git.plain_url("private/shop.git");
    let message = refused(&app.user, &project, with(&plain, "hunter2-token"), "token").await;
    assert!(message.contains("only sent over https"), "{message}");

    let seen = git.authorizations().len();
    let message =
        refused(&app.user, &project, with(&git.url("moved/shop.git"), "hunter2-token"), "url").await;
    assert!(message.contains("sends on to another address"), "{message}");
    assert_eq!(git.authorizations().len(), seen + 1, "the token did not go where the host sent it");
    fetch(&app.user, &project, json!({"url": git.url("moved/shop.git")}), true).await.expect(200);

    let imported = fetch(&app.user, &project, with(&url, "hunter2-token"), true).await.expect(200);
    assert!(!imported.to_string().contains("hunter2"));
    let form = [("git/url", url.as_str()), ("git/username", "kim"), ("git/token", "hunter2-token")];
    let field =
        |(name, value)| format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let body = form.map(field).concat() + "--b--\r\n";
    let request = app.user.request(Method::POST, &format!("/projects/{project}/imports"));
    let request = request.header("content-type", "multipart/form-data; boundary=b").body(body);
    let made = Answer::read(request.send().await.unwrap()).await.expect(201);
    assert!(!made.to_string().contains("hunter2"));
    holds_no_secret(app.test.data());
}

/// Neither the database nor the blob store has the token, in any form that it had on its way.
fn holds_no_secret(directory: &std::path::Path) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            holds_no_secret(&path);
            continue;
        }
        let mut bytes = std::fs::read(&path).unwrap();
        if let Ok(unpacked) = zstd::decode_all(bytes.as_slice()) {
            bytes = unpacked;
        }
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("hunter2") && !text.contains("a2ltOmh1bnRlcjItdG9rZW4"), "{}", path.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fetch_that_is_given_up_leaves_nothing_behind() {
    let (git, app) = server().await;
    let project = app.user.create("/projects", &json!({"name": "orders"})).await;
    let container = || {
        let filter = "label=dev.cloudoven.sandbox.name=git fetch";
        let format = "{{.ID}} {{.Networks}}";
        let list = app.docker.run(&["ps", "--no-trunc", "--filter", filter, "--format", format]);
        let network = format!("cloudoven-{}", app.instance);
        list.lines().find_map(|line| line.strip_suffix(&network).map(|id| id.trim().to_owned()))
    };
    let request = fetch(&app.user, &project, json!({"url": git.url("slow/shop.git")}), true);
    let request = tokio::time::timeout(Duration::from_secs(8), request);
    let looking = async {
        for _ in 0..60 {
            if let Some(id) = container() {
                return id;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("no container fetches");
    };
    let (given_up, id) = tokio::join!(request, looking);
    assert!(given_up.is_err(), "it never ends by itself");
    let until = Instant::now() + Duration::from_secs(20);
    while container().is_some() {
        assert!(Instant::now() < until, "the container {id} is still there");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_fetches_a_module_from_a_repository() {
    let (git, app) = server().await;
    git.create("net.git", &[("modules/net/main.tf", "output \"name\" {\n  value = \"from git\"\n}\n")]);
    app.work();
    let source = format!("git::{}//modules/net?ref=main", git.plain_url("net.git"));
    let main = format!(
        "module \"net\" {{\n  source = \"{source}\"\n}}\n\noutput \"name\" {{\n  value = module.net.name\n}}\n"
    );
    let deployment = app.deployment(&main).await;
    let run = app.apply(&deployment, "apply").await;
    let log = app.log(&run).await;
    assert!(log.contains("from git"), "{log}");
}
