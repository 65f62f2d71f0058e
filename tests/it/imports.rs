//! Importing Terraform code over REST and through the pages.

use std::io::{Cursor, Write as _};

use cloudoven::project::import;
use cloudoven_tests::{Answer, Database, TestApp, User, catalog, on_both_databases};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use zip::{ZipWriter, write::SimpleFileOptions};

on_both_databases!(
    an_archive_becomes_a_blueprint,
    a_dry_run_makes_nothing_and_is_taken_up_later,
    code_and_files_are_imported_as_they_are,
    json_is_kept_as_it_is,
    what_stands_in_the_way_is_told_and_stores_nothing,
    secrets_are_stored_nowhere,
    previews_go_with_their_project_or_after_a_day,
    the_pages_work_without_script
);

/// A byte order mark, line ends of Windows, odd spacing, a comment at the end without a line end.
const MAIN: &str = "\u{feff}resource \"acme_network\"   \"main\" {\r\n  name=\"n\"\r\n}\r\n# end";
const REST: &str = "variable \"size\" {\n  type = number\n}\n\nresource \"other_thing\" \"x\" {\n}\n\nmodule \"vpc\" {\n  source  = \"terraform-aws-modules/vpc/aws\"\n  version = \"~> 5.0\"\n}\n";

fn zip_of(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn module() -> Vec<u8> {
    zip_of(&[
        ("shop-1.2/main.tf", MAIN),
        ("shop-1.2/rest.tf", REST),
        ("shop-1.2/README.md", "# Shop"),
        ("shop-1.2/terraform.tfstate", "{\"password\": \"hunter2-in-state\"}"),
        ("shop-1.2/prod.auto.tfvars", "password = \"hunter2-in-values\"\n"),
    ])
}

async fn send(user: &User, project: &str, query: &str, body: Vec<u8>) -> Answer {
    let request = user.request(Method::POST, &format!("/projects/{project}/imports?{query}"));
    let request = request.header(header::CONTENT_TYPE, "application/zip").body(body);
    Answer::read(request.send().await.unwrap()).await
}

async fn project(user: &User) -> String {
    user.create("/projects", &json!({"name": "orders"})).await
}

async fn blueprints(user: &User, project: &str) -> usize {
    let list = user.get(&format!("/projects/{project}/blueprints")).await.expect(200);
    list["items"].as_array().unwrap().len()
}

fn by<'a>(list: &'a Value, key: &str, value: &str) -> &'a Value {
    let items = list.as_array().unwrap();
    items.iter().find(|item| item[key] == value).unwrap_or_else(|| panic!("no {key} {value} in {list}"))
}

async fn an_archive_becomes_a_blueprint(database: Database) {
    let server = TestApp::start(database).await;
    catalog::import_acme(&server.app).await;
    let user = server.user("kim").await;
    let project = project(&user).await;
    let imported = send(&user, &project, "file=shop-1.2.zip", module()).await.expect(201);
    assert_eq!(imported["blueprint"]["name"], "shop-1.2");

    let path = format!("/blueprints/{}", imported["blueprint"]["id"].as_str().unwrap());
    let files = user.get(&format!("{path}/files")).await.expect(200);
    assert_eq!(files["files"], json!({"main.tf": MAIN, "rest.tf": REST}));
    let history = user.get(&format!("{path}/revisions")).await.expect(200);
    assert_eq!(history["items"][0]["message"], "Imported from shop-1.2.zip");
    let zip = user.request(Method::GET, &format!("{path}/archive.zip")).send().await.unwrap();
    let mut zip = zip::ZipArchive::new(Cursor::new(zip.bytes().await.unwrap())).unwrap();
    let mut main = Vec::new();
    std::io::copy(&mut zip.by_name("main.tf").unwrap(), &mut main).unwrap();
    assert_eq!(main, MAIN.as_bytes());

    let report = &imported["report"];
    let main = by(&report["files"], "path", "main.tf");
    assert_eq!((&main["elements"], &main["forms"], &main["crlf"]), (&json!(1), &json!(1), &json!(true)));
    let rest = by(&report["files"], "path", "rest.tf");
    assert_eq!((&rest["elements"], &rest["forms"]), (&json!(3), &json!(2)));
    assert_eq!(rest["code_only"][0]["address"], "other_thing.x");
    assert_eq!(rest["code_only"][0]["line"], 5);
    let acme = by(&report["providers"], "source", "hashicorp/acme");
    assert_eq!((&acme["version"], &acme["fits"]), (&json!("1.2.3"), &json!(true)));
    assert_eq!(by(&report["providers"], "source", "hashicorp/other")["version"], Value::Null);
    assert_eq!(report["variables"][0]["type"], "number");
    let vpc = by(&report["modules"], "address", "module.vpc");
    assert_eq!((&vpc["kind"], &vpc["version"]), (&json!("registry"), &json!("~> 5.0")));
    for (path, reason) in
        [("README.md", "not_terraform"), ("terraform.tfstate", "state"), ("prod.auto.tfvars", "values")]
    {
        assert_eq!(by(&report["left_out"], "path", path)["reason"], reason);
    }
    assert_eq!((&report["ready"], &report["errors"]), (&json!(true), &json!(0)), "{report}");
}

async fn previews_go_with_their_project_or_after_a_day(database: Database) {
    let server = TestApp::start(database).await;
    let user = server.user("kim").await;
    let (first, second) = (project(&user).await, project(&user).await);
    for project in [&first, &second, &second] {
        send(&user, project, "dry_run=true", module()).await.expect(200);
    }
    let kept = async || server.app.blobs.list("imports").await.unwrap();
    assert_eq!(kept().await.len(), 3);
    user.delete(&format!("/projects/{first}")).await.expect(204);
    let left = kept().await;
    assert!(
        left.len() == 2 && left.iter().all(|object| object.location.as_ref().contains(&second)),
        "{left:?}"
    );

    let file = std::fs::File::options()
        .write(true)
        .open(server.data().join("blobs").join(left[0].location.as_ref()))
        .unwrap();
    file.set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(25 * 3600)).unwrap();
    import::prune(&server.app).await.unwrap();
    assert_eq!(kept().await.len(), 1);
}

async fn a_dry_run_makes_nothing_and_is_taken_up_later(database: Database) {
    let server = TestApp::start(database).await;
    let user = server.user("kim").await;
    let project = project(&user).await;
    let archive = zip_of(&[
        ("live/dev/main.tf", "locals {\n  a = 1\n}\n"),
        ("live/prod/main.tf", "locals {\n  b = 1\n}\n"),
    ]);
    let looked = send(&user, &project, "dry_run=true&file=live.tar", archive.clone()).await.expect(200);
    assert_eq!(blueprints(&user, &project).await, 0);
    let roots: Vec<&str> =
        looked["report"]["roots"].as_array().unwrap().iter().map(|r| r["path"].as_str().unwrap()).collect();
    assert_eq!(roots, ["dev", "prod"]);
    assert_eq!(looked["report"]["root"], "dev");

    let path = format!("/projects/{project}/imports");
    let id = looked["id"].as_str().unwrap();
    let again = user.get(&format!("{path}/{id}?root=prod")).await.expect(200);
    assert_eq!(again["report"]["root"], "prod");
    assert_eq!(by(&again["report"]["left_out"], "path", "dev/")["reason"], "outside");
    let stranger = server.user("lee").await;
    stranger.get(&format!("{path}/{id}")).await.expect(404);
    let theirs = stranger.create("/projects", &json!({"name": "other"})).await;
    stranger.get(&format!("/projects/{theirs}/imports/{id}")).await.expect(404);
    user.get(&format!("{path}/imp-%2E%2E%2Fx")).await.expect(404);

    let body = json!({"import": id, "root": "prod", "name": "Live"});
    let imported = user.post(&path, &body).await.expect(201);
    assert_eq!(imported["blueprint"]["name"], "Live");
    assert_eq!(blueprints(&user, &project).await, 1);
    user.post(&path, &body).await.expect(422);
    let refused = user.post(&path, &json!({"import": id, "root": "nowhere", "name": "x"})).await.expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/root");
    stranger.post(&path, &body).await.expect(404);
    assert_eq!(send(&stranger, &project, "", archive).await.status, StatusCode::NOT_FOUND);
}

async fn code_and_files_are_imported_as_they_are(database: Database) {
    let server = TestApp::start(database).await;
    let user = server.user("kim").await;
    let project = project(&user).await;
    let path = format!("/projects/{project}/imports");
    let imported = user.post(&path, &json!({"name": "Pasted", "text": MAIN})).await.expect(201);
    let id = imported["blueprint"]["id"].as_str().unwrap();
    let files = user.get(&format!("/blueprints/{id}/files")).await.expect(200);
    assert_eq!(files["files"], json!({"main.tf": MAIN}));
    let unnamed = user.post(&path, &json!({"text": MAIN})).await.expect(422);
    assert_eq!(unnamed["errors"][0]["pointer"], "/name");
    let files = json!({"a.tf": "locals {\n  a = 1\n}\n", "notes.md": "x"});
    let imported = user.post(&path, &json!({"name": "Files", "files": files})).await.expect(201);
    assert_eq!(imported["report"]["files"].as_array().unwrap().len(), 1);
    let single = send(&user, &project, "file=network.tf", MAIN.into()).await.expect(201);
    assert_eq!(single["blueprint"]["name"], "network");
    assert_eq!(single["report"]["files"][0]["path"], "network.tf");
    for body in [json!({}), json!({"text": MAIN, "files": {}}), json!({"text": " \n"}), json!({"txt": ""})] {
        user.post(&path, &body).await.expect(422);
    }
}

async fn json_is_kept_as_it_is(database: Database) {
    const GENERATED: &str = "{\n\"variable\":   {\"size\": {\"type\": \"number\"}},\r\n \"output\": {\"x\": {\"value\": \"é\"}} }";
    let server = TestApp::start(database).await;
    let user = server.user("kim").await;
    let project = project(&user).await;
    let code = "output \"size\" {\n  value = var.size\n}\n";
    let archive =
        zip_of(&[("a/main.tf", code), ("a/gen/x.tf.json", "{}"), ("a/generated.tf.json", GENERATED)]);
    let imported = send(&user, &project, "file=a.zip", archive).await.expect(201);
    let report = &imported["report"];
    assert_eq!(
        (&report["ready"], &report["errors"], &report["left_out"]),
        (&json!(true), &json!(0), &json!([]))
    );
    let generated = by(&report["files"], "path", "generated.tf.json");
    assert_eq!((&generated["elements"], &generated["forms"]), (&json!(2), &json!(0)), "{report}");
    assert!(generated["code_only"][0]["reason"].as_str().unwrap().contains("read-only"), "{report}");
    assert_eq!(report["variables"][0]["name"], "size");

    let path = format!("/blueprints/{}", imported["blueprint"]["id"].as_str().unwrap());
    let files = user.get(&format!("{path}/files")).await.expect(200)["files"].clone();
    assert_eq!(files, json!({"main.tf": code, "gen/x.tf.json": "{}", "generated.tf.json": GENERATED}));
    let zip = user.request(Method::GET, &format!("{path}/archive.zip")).send().await.unwrap();
    let mut zip = zip::ZipArchive::new(Cursor::new(zip.bytes().await.unwrap())).unwrap();
    let mut kept = Vec::new();
    std::io::copy(&mut zip.by_name("generated.tf.json").unwrap(), &mut kept).unwrap();
    assert_eq!(kept, GENERATED.as_bytes());
    let found = user.get(&format!("{path}/diagnostics")).await.expect(200);
    assert_eq!(found, json!([]));

    let edits = format!("{path}/edits");
    let edit = json!({"op": "set_file", "file": "generated.tf.json", "text": "{}"});
    let refused = user.request(Method::POST, &edits).header(header::IF_MATCH, "\"1\"").json(&edit);
    let refused = Answer::read(refused.send().await.unwrap()).await.expect(422);
    assert!(refused["detail"].as_str().unwrap().contains("JSON"), "{refused}");
    // All files of the next revision may have another JSON file, if it is JSON.
    let next = |text: &str| json!({"files": {"main.tf": code, "generated.tf.json": text}});
    let put = |body: Value| {
        user.request(Method::PUT, &format!("{path}/files")).header(header::IF_MATCH, "\"1\"").json(&body)
    };
    let refused = Answer::read(put(next("{\n\"a\": }")).send().await.unwrap()).await.expect(422);
    assert!(refused.to_string().contains("generated.tf.json:2:6"), "{refused}");
    Answer::read(put(next("{\"variable\": {\"size\": {}}}")).send().await.unwrap()).await.expect(200);
    let large = zip_of(&[("main.tf", ""), ("x.tf.json", &" ".repeat(16 << 20))]);
    let looked = send(&user, &project, "dry_run=true", large).await.expect(200);
    assert_eq!(by(&looked["report"]["left_out"], "path", "x.tf.json")["reason"], "too_large");
}

async fn what_stands_in_the_way_is_told_and_stores_nothing(database: Database) {
    let server = TestApp::start(database).await;
    let user = server.user("kim").await;
    let project = project(&user).await;
    let broken = zip_of(&[("main.tf", "a = 1\nb = ]\n"), ("x.tf", "")]);
    let report = send(&user, &project, "dry_run=true", broken.clone()).await.expect(200)["report"].clone();
    assert_eq!((&report["ready"], &report["problems"][0]["line"]), (&json!(false), &json!(2)), "{report}");
    let refused = send(&user, &project, "name=x", broken).await;
    assert_eq!(refused.headers[header::CONTENT_TYPE], "application/problem+json");
    let refused = refused.expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/files/main.tf");
    assert!(refused["errors"][0]["message"].as_str().unwrap().starts_with("main.tf:2:5: "), "{refused}");
    for (body, expected) in [
        (Vec::new(), "is empty"),
        (b"7z\xbc\xaf\x27\x1c".to_vec(), "make a zip or a tar.gz"),
        (zip_of(&[("README.md", "")]), "no Terraform file"),
        (zip_of(&[("main.tf", ""), ("Main.tf", "")]), "upper and lower case"),
        (vec![b'#'; (64 << 20) + 1], "larger than 64 MiB"),
    ] {
        let refused = send(&user, &project, "name=x", body).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], "/file");
        assert!(refused["detail"].as_str().unwrap().contains(expected), "{refused}");
    }
    assert_eq!(blueprints(&user, &project).await, 0);
}

async fn secrets_are_stored_nowhere(database: Database) {
    let server = TestApp::start(database).await;
    let user = server.user("kim").await;
    let project = project(&user).await;
    for file in ["terraform.tfstate", "prod.tfvars"] {
        let query = format!("dry_run=true&file={file}");
        let refused = send(&user, &project, &query, b"password = \"hunter2\"\n".to_vec()).await.expect(422);
        assert!(refused["detail"].as_str().unwrap().contains(file), "{refused}");
    }
    assert!(server.app.blobs.list("imports").await.unwrap().is_empty());
    let looked = send(&user, &project, "dry_run=true", module()).await.expect(200);
    let id = looked["id"].as_str().unwrap();
    user.post(&format!("/projects/{project}/imports"), &json!({"import": id, "name": "x"})).await.expect(201);
    let key = format!("imports/{project}/{id}");
    let kept = server.app.blobs.get(&key).await.unwrap().unwrap();
    let kept = String::from_utf8(zstd::decode_all(kept.as_ref()).unwrap()).unwrap();
    assert!(kept.contains("acme_network") && !kept.contains("hunter2"));
    for i in 0..25 {
        let text = format!("locals {{\n  a = {i}\n}}\n");
        let body = json!({"text": text, "dry_run": true});
        user.post(&format!("/projects/{project}/imports"), &body).await.expect(200);
    }
    let drafts = server.app.blobs.list("imports").await.unwrap();
    assert_eq!(drafts.len(), 20, "what is kept is bounded");
}

/// A form as a browser sends it.
fn form(fields: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, bytes) in fields {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        body.extend(format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").bytes());
        body.extend_from_slice(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--b--\r\n");
    body
}

async fn the_pages_work_without_script(database: Database) {
    let server = TestApp::start(database).await;
    let user = server.user("kim").await;
    let project = project(&user).await;
    let (_, list) = user.page(&format!("/projects/{project}/blueprints")).await;
    assert!(list.contains(&format!("/projects/{project}/import\"")));
    let (status, page) = user.page(&format!("/projects/{project}/import")).await;
    assert_eq!(status, 200);
    assert!(page.contains("multipart/form-data"));
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let submit = async |body: Vec<u8>| {
        let request =
            client.post(server.url(&format!("/projects/{project}/imports"))).bearer_auth(user.token());
        let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=b").body(body);
        let response = request.send().await.unwrap();
        let to = response.headers().get(header::LOCATION).map(|v| v.to_str().unwrap().to_owned());
        (response.status().as_u16(), to, response.text().await.unwrap())
    };
    let (status, to, _) = submit(form(&[("file", Some("shop.zip"), &module())])).await;
    assert_eq!(status, 303);
    let preview = to.unwrap();
    let (status, page) = user.page(&preview).await;
    assert_eq!(status, 200);
    for expected in
        ["Preview of shop.zip", "other_thing.x", "hashicorp/other", "terraform.tfstate", "value=\"shop\""]
    {
        assert!(page.contains(expected), "{expected}");
    }
    // The client follows to the designer.
    let (status, page) =
        user.submit(&format!("{preview}/blueprint"), &[("name", "Shop"), ("root", "")]).await;
    assert_eq!(status, 200);
    assert!(page.contains("<title>Shop"), "{}", &page[..600.min(page.len())]);
    let (status, page) = user.submit(&format!("{preview}/blueprint"), &[("name", ""), ("root", "")]).await;
    assert_eq!(status, 422);
    assert!(page.contains("Enter a name."));

    let pasted = form(&[("text", None, b"locals {\r\n  a = 1\r\n}\r\n")]);
    let (status, to, _) = submit(pasted).await;
    assert_eq!(status, 303);
    user.submit(&format!("{}/blueprint", to.unwrap()), &[("name", "Pasted"), ("root", "")]).await;
    let list = user.get(&format!("/projects/{project}/blueprints")).await.expect(200);
    let id = by(&list["items"], "name", "Pasted")["id"].as_str().unwrap().to_owned();
    let files = user.get(&format!("/blueprints/{id}/files")).await.expect(200);
    assert_eq!(files["files"]["main.tf"], "locals {\n  a = 1\n}\n");
    for (body, expected) in [
        (form(&[("file", Some(""), b"")]), "choose an archive"),
        (form(&[("file", Some("x.zip"), &module()), ("text", None, b"a = 1")]), "not more of them"),
        (form(&[("file", Some("x.rar"), b"Rar!\x1a\x07\x00")]), "Make a zip or a tar.gz"),
        (b"--b\r\n".to_vec(), "can&#39;t be read"),
    ] {
        let (status, _, page) = submit(body).await;
        assert_eq!(status, 422);
        assert!(page.to_lowercase().contains(&expected.to_lowercase()), "{expected} in {page}");
    }
}
