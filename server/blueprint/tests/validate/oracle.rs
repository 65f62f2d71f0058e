//! `terraform validate`, run on one configuration after the other.

use std::{
    collections::HashMap,
    fs::{self, OpenOptions},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Mutex,
};

use serde::{Deserialize, Serialize};

/// An error that Terraform reports.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Fault {
    pub summary: String,
    pub detail: String,
    pub line: u64,
}

/// What there is of a configuration that Terraform itself does not survive.
pub const CRASH: &str = "Terraform crashed";

/// A folder with the demo provider and a local module installed, and what Terraform said so far.
pub struct Oracle {
    folder: tempfile::TempDir,
    /// Verdicts by the text's digest, also in a file where one is named, so that a long run can go on where it stopped.
    known: Mutex<HashMap<u64, Vec<Fault>>>,
    kept: Option<PathBuf>,
}

/// What every worker's folder has beside the configuration.
pub const CHILD: &str = r#"variable "name" {
  type = string
}
variable "size" {
  type    = number
  default = 1
}
output "name" {
  value = var.name
}
"#;

#[derive(Serialize, Deserialize)]
struct Kept {
    text: u64,
    faults: Vec<Fault>,
}

impl Oracle {
    /// Installs the provider from `mirror`. With `kept`, verdicts are read from that file and added to it.
    pub fn new(mirror: &Path, kept: Option<PathBuf>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let settings = format!(
            "provider_installation {{\n  filesystem_mirror {{\n    path = {:?}\n  }}\n}}\n",
            mirror.display().to_string()
        );
        fs::write(folder.path().join("terraform.tfrc"), settings).expect("the folder is writable");
        let mut known = HashMap::new();
        for line in kept
            .iter()
            .filter_map(|file| fs::read_to_string(file).ok())
            .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        {
            // The last line of a run that was stopped may be half.
            if let Ok(Kept { text, faults }) = serde_json::from_str(&line) {
                known.insert(text, faults);
            }
        }
        let oracle = Oracle { folder, known: Mutex::new(known), kept };
        let place = oracle.worker(0);
        let config = "terraform {\n  required_providers {\n    demo = {\n      source = \"registry.cloudoven.dev/cloudoven/demo\"\n    }\n  }\n}\nmodule \"child\" {\n  source = \"./child\"\n  name   = \"x\"\n}\n";
        fs::write(place.join("main.tf"), config).expect("the folder is writable");
        let done = oracle.terraform(&place, &["init", "-no-color", "-input=false"]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        oracle
    }

    /// The folder of one worker; each has its own.
    pub fn worker(&self, number: usize) -> PathBuf {
        let place = self.folder.path().join(format!("worker{number}"));
        fs::create_dir_all(place.join("child")).expect("the folder is writable");
        fs::write(place.join("child/main.tf"), CHILD).expect("the folder is writable");
        let lock = self.folder.path().join("worker0/.terraform.lock.hcl");
        if number > 0 {
            fs::copy(lock, place.join(".terraform.lock.hcl")).expect("the lock file is there");
        }
        place
    }

    fn terraform(&self, place: &Path, arguments: &[&str]) -> Output {
        Command::new("terraform")
            .args(arguments)
            .current_dir(place)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("TF_CLI_CONFIG_FILE", self.folder.path().join("terraform.tfrc"))
            .env("TF_DATA_DIR", self.folder.path().join("data"))
            .env("CHECKPOINT_DISABLE", "1")
            .output()
            .expect("terraform is on the PATH")
    }

    /// The errors that Terraform finds.
    pub fn validate(&self, place: &Path, text: &str) -> Vec<Fault> {
        let mut hasher = DefaultHasher::new();
        (CHILD, text).hash(&mut hasher);
        let digest = hasher.finish();
        if let Some(faults) = self.known.lock().expect("no worker panicked").get(&digest) {
            return faults.clone();
        }
        fs::write(place.join("main.tf"), text).expect("the folder is writable");
        let output = self.terraform(place, &["validate", "-json"]);
        let said = String::from_utf8_lossy(&output.stderr);
        if said.contains("TERRAFORM CRASH") {
            let crash = Fault { summary: CRASH.to_owned(), detail: String::new(), line: 0 };
            self.keep(digest, std::slice::from_ref(&crash));
            return vec![crash];
        }
        let report: serde_json::Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {said}"));
        let errors =
            report["diagnostics"].as_array().into_iter().flatten().filter(|d| d["severity"] == "error");
        let text_of = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let faults: Vec<Fault> = errors
            .map(|d| Fault {
                summary: text_of(&d["summary"]),
                detail: text_of(&d["detail"]),
                line: d["range"]["start"]["line"].as_u64().unwrap_or(0),
            })
            .collect();
        self.keep(digest, &faults);
        faults
    }

    fn keep(&self, text: u64, faults: &[Fault]) {
        let mut known = self.known.lock().expect("no worker panicked");
        known.insert(text, faults.to_vec());
        if let Some(file) = &self.kept {
            let line =
                serde_json::to_string(&Kept { text, faults: faults.to_vec() }).expect("it is plain data");
            let mut file =
                OpenOptions::new().create(true).append(true).open(file).expect("the file can be opened");
            writeln!(file, "{line}").expect("the file can be written");
        }
    }
}
