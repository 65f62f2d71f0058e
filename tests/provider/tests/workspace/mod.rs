//! A directory to run Terraform in, with the provider in a mirror beside it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const VERSIONS: &str = r#"terraform {
  required_providers {
    demo = {
      source = "registry.cloudoven.dev/cloudoven/demo"
    }
  }
}
"#;

pub struct Workspace {
    directory: TempDir,
    kept: bool,
}

impl Workspace {
    /// With a cloud that keeps its things in a directory.
    pub fn kept() -> Self {
        Self::new(true)
    }

    /// With a cloud that keeps nothing.
    pub fn in_state() -> Self {
        Self::new(false)
    }

    fn new(kept: bool) -> Self {
        let workspace = Workspace { directory: TempDir::new().unwrap(), kept };
        let mirror = workspace.directory.path().join("mirror");
        let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
        let package =
            mirror.join(format!("registry.cloudoven.dev/cloudoven/demo/0.1.0/linux_{architecture}"));
        fs::create_dir_all(&package).unwrap();
        symlink(
            env!("CARGO_BIN_EXE_terraform-provider-demo"),
            package.join("terraform-provider-demo_v0.1.0"),
        )
        .unwrap();
        fs::create_dir(workspace.path("")).unwrap();
        let config =
            format!("provider_installation {{\n  filesystem_mirror {{\n    path = {mirror:?}\n  }}\n}}\n");
        workspace.write("../terraformrc", &config);
        workspace.write("versions.tf", VERSIONS);
        workspace
    }

    /// A path below the working directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join("work").join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn remove(&self, name: &str) {
        let path = self.path(name);
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
    }

    fn terraform(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new("terraform");
        command
            .args(arguments)
            .current_dir(self.path(""))
            .env("TF_CLI_CONFIG_FILE", self.path("../terraformrc"))
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_INPUT", "0")
            .env("CHECKPOINT_DISABLE", "1")
            .env("NO_COLOR", "1")
            .env("TF_VAR_admin_password", "correct horse")
            .env("DEMO_LEDGER", self.path("ledger"))
            // With it the plugin library adds a trace to every diagnostic.
            .env_remove("RUST_BACKTRACE")
            .env_remove("DEMO_TOKEN")
            .env_remove("DEMO_DIRECTORY");
        if self.kept {
            command.env("DEMO_DIRECTORY", self.path("cloud"));
        }
        command.output().expect("terraform is on the PATH")
    }

    pub fn init(&self) {
        self.ok(&["init"]);
    }

    /// Runs Terraform, which must succeed, and returns what it printed.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let output = self.terraform(arguments);
        let text = printed(&output);
        assert!(output.status.success(), "terraform {arguments:?} failed:\n{text}");
        text
    }

    /// Runs Terraform, which must fail, and returns what it printed with its lines joined.
    pub fn fails(&self, arguments: &[&str]) -> String {
        let output = self.terraform(arguments);
        let text = printed(&output);
        assert!(!output.status.success(), "terraform {arguments:?} succeeded:\n{text}");
        text.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        let output = self.terraform(arguments);
        assert!(output.status.success(), "terraform {arguments:?} failed:\n{}", printed(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    pub fn json_failing(&self, arguments: &[&str]) -> Value {
        let output = self.terraform(arguments);
        assert!(!output.status.success(), "terraform {arguments:?} succeeded");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Whether a plan has nothing to do.
    pub fn unchanged(&self) -> bool {
        self.terraform(&["plan", "-detailed-exitcode"]).status.code() == Some(0)
    }

    /// The attributes of the first resource of this type in the state.
    pub fn resource(&self, kind: &str) -> Value {
        let state: Value = serde_json::from_str(&self.read("terraform.tfstate")).unwrap();
        let resources = state["resources"].as_array().unwrap();
        let resource =
            resources.iter().find(|resource| resource["type"] == kind && resource["mode"] == "managed");
        resource.unwrap()["instances"][0]["attributes"].clone()
    }

    /// What the ledger says, without the ids.
    pub fn operations(&self) -> Vec<String> {
        let ledger = fs::read_to_string(self.path("ledger")).unwrap_or_default();
        ledger.lines().map(|line| line.split('\t').take(2).collect::<Vec<_>>().join(" ")).collect()
    }

    /// How many things of this kind the cloud has.
    pub fn things(&self, kind: &str) -> usize {
        fs::read_dir(self.path("cloud").join(kind)).unwrap().count()
    }
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// The actions of a plan, by type.
pub fn actions(plan: &Value) -> Vec<String> {
    let changes = plan["resource_changes"].as_array().unwrap();
    let mut actions: Vec<String> = changes
        .iter()
        .map(|change| {
            let actions: Vec<&str> =
                change["change"]["actions"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            format!("{} {}", change["type"].as_str().unwrap(), actions.join("+"))
        })
        .collect();
    actions.sort();
    actions
}
