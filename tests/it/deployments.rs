//! What a deployment's download holds.

use std::io::Read as _;

use cloudoven_tests::{Database, TestApp, on_both_databases};
use reqwest::Method;
use serde_json::{Value, json};

on_both_databases!(a_download_has_backend_and_values_but_no_secret, the_backend_follows_the_cloud);

const VARIABLES: &str = r#"variable "size" {
  type = number
}

variable "password" {
  type = string
}

variable "pin" {
  type      = string
  sensitive = true
}
"#;

async fn a_download_has_backend_and_values_but_no_secret(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    let project = ann.create("/projects", &json!({"name": "orders"})).await;
    let files = json!({"name": "Shop", "files": {"main.tf": "", "variables.tf": VARIABLES}});
    let blueprint = ann.create(&format!("/projects/{project}/blueprints"), &files).await;
    let environment = ann.create(&format!("/projects/{project}/environments"), &json!({"name": "dev"})).await;
    let config = json!({"bucket": "states-${x}", "region": "eu-north-1"});
    let new = json!({"blueprint_id": blueprint, "environment_id": environment, "backend": "s3", "backend_config": config});
    let id = ann.create("/deployments", &new).await;
    let set = async |category: &str, name: &str, value: Value| {
        ann.put(&format!("/deployments/{id}/values/{category}/{name}"), &value).await.expect(200);
    };
    set("terraform", "size", json!({"value": 3})).await;
    set("terraform", "password", json!({"value": "hunter2-sealed", "sensitive": true})).await;
    set("terraform", "pin", json!({"value": "4711-declared"})).await;
    set("env", "AWS_SECRET_ACCESS_KEY", json!({"value": "hunter2-env"})).await;
    let zip = ann.request(Method::GET, &format!("/deployments/{id}/archive.zip")).send().await.unwrap();
    let zip = zip.bytes().await.unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    let mut files = std::collections::BTreeMap::new();
    for i in 0..archive.len() {
        let mut file = archive.by_index(i).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        files.insert(file.name().unwrap().into_owned(), text);
    }
    let backend = &files["backend.tf"];
    for part in ["backend \"s3\"", "\"states-$${x}\"", "use_lockfile = true", &format!("\"{id}.tfstate\"")] {
        assert!(backend.contains(part), "{part} is missing:\n{backend}");
    }
    assert_eq!(serde_json::from_str::<Value>(&files["dev.auto.tfvars.json"]).unwrap(), json!({"size": 3}));
    assert!(files["README.md"].contains("TF_VAR_password") && files["README.md"].contains("TF_VAR_pin"));
    let all = files.values().map(String::as_str).collect::<String>();
    assert!(!all.contains("hunter2") && !all.contains("4711"), "{all}");
}

async fn the_backend_follows_the_cloud(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    let project = ann.create("/projects", &json!({"name": "orders"})).await;
    let environment = ann.create(&format!("/projects/{project}/environments"), &json!({"name": "dev"})).await;
    for (source, backend) in
        [("hashicorp/azurerm", "azurerm"), ("hashicorp/aws", "s3"), ("acme/cloud", "managed")]
    {
        let text = format!(
            "terraform {{\n  required_providers {{\n    p = {{\n      source = \"{source}\"\n    }}\n  }}\n}}\n"
        );
        let new = json!({"name": source, "files": {"providers.tf": text}});
        let blueprint = ann.create(&format!("/projects/{project}/blueprints"), &new).await;
        let new = json!({"blueprint_id": blueprint, "environment_id": environment});
        let made = ann.post("/deployments", &new).await.expect(201);
        assert_eq!(made["backend"], backend);
        let secret = json!({"backend_config": {"access_key": "x"}});
        let answer = ann.patch(&format!("/deployments/{}", made["id"].as_str().unwrap()), &secret).await;
        assert_eq!(answer.status.as_u16(), if backend == "managed" { 200 } else { 422 }, "{}", answer.body);
    }
}
