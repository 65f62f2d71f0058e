//! A phase's files, commands and environment.

use cloudoven_entry::{Capture, Phase, Step};
use cloudoven_executor::{CLI_CONFIG, Environment, VolumeFile, WORK};
use hcl_edit::{expr::Expression, structure::Body};
use serde_json::Value;

use super::{
    Operation, Options,
    snapshot::{Credentials, Snapshot, Variable, slug},
};
use crate::{
    blueprint::{is_root, tfvars_json},
    error::Result,
    project::values::OpenValue,
    state::backend::{Backend, MANAGED},
};

pub const PLAN: &str = "plan";
/// The last step of a plan.
pub const SHOW: &str = "show";
pub const APPLY: &str = "apply";
/// The last step of an apply whose state is in a backend of its own.
pub const STATE: &str = "state";

/// Files of the volume, below [`WORK`].
pub const PHASE_FILE: &str = "phase.json";
pub const RESULT_FILE: &str = "result.json";
pub const PLAN_FILE: &str = "tfplan";
pub const SHOW_FILE: &str = "show.json";
/// Where Terraform writes configuration for what it imports; it refuses a file that is there already.
pub const GENERATED_FILE: &str = "generated.tf";
pub const STATE_PULL_FILE: &str = "state.json";
pub const LOCK_FILE: &str = "config/.terraform.lock.hcl";
/// Managed state: a local state file, which Terraform writes after every resource.
pub const STATE_FILE: &str = "config/terraform.tfstate";
/// What Terraform leaves when it could not save the state where it belongs.
pub const ERRORED_STATE_FILE: &str = "config/errored.tfstate";
const CONFIG: &str = "config";
const BACKEND_FILE: &str = "config/cloudoven_override.tf.json";

/// Bytes that a phase may print, and that a plan or state may have.
pub const OUTPUT_LIMIT: u64 = 32 * 1024 * 1024;
pub const ARTEFACT_LIMIT: u64 = 128 * 1024 * 1024;

/// Set for every run, whatever the deployment says: runs have no terminal, no home and no way to check for updates.
fn fixed_environment() -> Vec<(String, String)> {
    [
        ("TF_IN_AUTOMATION", "1"),
        ("TF_INPUT", "0"),
        ("CHECKPOINT_DISABLE", "1"),
        ("HOME", "/tmp"),
        ("TMPDIR", "/tmp"),
        ("PATH", "/usr/local/bin"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .chain([
        ("TF_CLI_CONFIG_FILE".to_owned(), format!("{WORK}/{CLI_CONFIG}")),
        ("TF_DATA_DIR".to_owned(), format!("{WORK}/{CONFIG}/.terraform")),
    ])
    .collect()
}

/// What a phase starts from beside the snapshot.
#[derive(Default)]
pub struct Inputs {
    pub state: Option<Vec<u8>>,
    pub lock_file: Option<Vec<u8>>,
    /// For an apply: the saved plan.
    pub plan: Option<Vec<u8>>,
}

/// The commands of a plan.
pub fn plan_phase(operation: Operation, options: &Options, lock_readonly: bool) -> Phase {
    let mut plan = terraform(&["plan", "-input=false", "-lock-timeout=60s"]);
    plan.push(format!("-out={WORK}/{PLAN_FILE}"));
    match operation {
        Operation::Destroy => plan.push("-destroy".to_owned()),
        Operation::Refresh => plan.push("-refresh-only".to_owned()),
        Operation::Import => plan.push(format!("-generate-config-out={WORK}/{GENERATED_FILE}")),
        Operation::Plan | Operation::Apply => {}
    }
    plan.extend(options.arguments());
    let mut show = terraform(&["show", "-json"]);
    show.push(format!("{WORK}/{PLAN_FILE}"));
    // An import's plan says what was found also when something was not.
    let always = operation == Operation::Import;
    phase(PLAN, vec![init(lock_readonly), step("plan", plan), captured(SHOW, show, SHOW_FILE, always)])
}

/// The commands of an apply. The state is read back whatever came before.
pub fn apply_phase(backend: &str) -> Phase {
    let mut apply = terraform(&["apply", "-input=false", "-lock-timeout=60s"]);
    apply.push(format!("{WORK}/{PLAN_FILE}"));
    let mut steps = vec![init(true), step("apply", apply)];
    if backend != MANAGED {
        steps.push(captured(STATE, terraform(&["state", "pull"]), STATE_PULL_FILE, true));
    }
    phase(APPLY, steps)
}

fn phase(name: &str, steps: Vec<Step>) -> Phase {
    Phase {
        name: name.to_owned(),
        directory: format!("{WORK}/{CONFIG}"),
        result: format!("{WORK}/{RESULT_FILE}"),
        output_limit: OUTPUT_LIMIT,
        steps,
    }
}

fn init(lock_readonly: bool) -> Step {
    let mut argv = terraform(&["init", "-input=false"]);
    if lock_readonly {
        argv.push("-lockfile=readonly".to_owned());
    }
    step("init", argv)
}

fn terraform(arguments: &[&str]) -> Vec<String> {
    ["/usr/local/bin/terraform"].iter().chain(arguments).map(|argument| (*argument).to_owned()).collect()
}

fn step(name: &str, argv: Vec<String>) -> Step {
    Step { name: name.to_owned(), argv, capture: None, always: false }
}

fn captured(name: &str, argv: Vec<String>, file: &str, always: bool) -> Step {
    let capture = Capture { path: format!("{WORK}/{file}"), limit: ARTEFACT_LIMIT };
    Step { name: name.to_owned(), argv, capture: Some(capture), always }
}

/// The files that a phase starts with.
pub fn files(snapshot: &Snapshot, phase: &Phase, inputs: Inputs) -> Result<Vec<VolumeFile>> {
    let mut files = vec![VolumeFile::new(PHASE_FILE, serde_json::to_vec(phase)?)];
    files.extend(
        snapshot
            .files
            .iter()
            .map(|(name, text)| VolumeFile::new(format!("{CONFIG}/{name}"), text.as_bytes())),
    );
    let open = snapshot.values().filter(|variable| !variable.sensitive);
    let tfvars = tfvars_json(open.map(|variable| (variable.name.as_str(), &*variable.json)))?;
    files.push(VolumeFile::new(format!("{CONFIG}/{}.auto.tfvars.json", slug(&snapshot.environment)), tfvars));
    if let Some(backend) = Backend::named(&snapshot.backend) {
        let text = backend.override_file(&snapshot.backend_config, &snapshot.state_name);
        files.push(VolumeFile::new(BACKEND_FILE, text));
    }
    let optional = [(STATE_FILE, inputs.state), (LOCK_FILE, inputs.lock_file), (PLAN_FILE, inputs.plan)];
    files.extend(optional.into_iter().filter_map(|(path, content)| Some(VolumeFile::new(path, content?))));
    Ok(files)
}

/// The whole environment of a phase's container. Sensitive values are in no file.
pub fn environment(snapshot: &Snapshot, credentials: &Credentials) -> Result<Environment> {
    let mut environment = fixed_environment();
    let literal = literal_variables(snapshot);
    for variable in snapshot.values().filter(|variable| variable.sensitive) {
        let is_literal = literal.contains(&variable.name);
        environment.push((format!("TF_VAR_{}", variable.name), variable_text(variable, is_literal)?));
    }
    for value in &credentials.0 {
        if !environment.iter().any(|(name, _)| *name == value.name) {
            environment.push((value.name.clone(), plain_text(value)?));
        }
    }
    Ok(Environment(environment))
}

fn plain_text(value: &OpenValue) -> Result<String> {
    Ok(serde_json::from_str(&value.json)?)
}

/// Terraform takes `TF_VAR_…` as it is for a variable of a primitive type or of none, and as an expression otherwise.
fn variable_text(variable: &Variable, is_literal: bool) -> Result<String> {
    let value: Value = serde_json::from_str(variable.json.get())?;
    Ok(match value {
        Value::String(text) if is_literal => text,
        _ if is_literal => variable.json.get().to_owned(),
        _ => expression(variable.json.get()),
    })
}

/// JSON text as an HCL expression: templates in its strings are text, and HCL knows fewer escapes.
fn expression(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    let mut characters = json.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('/') => text.push('/'),
                Some('b') => text.push_str("\\u0008"),
                Some('f') => text.push_str("\\u000c"),
                Some(other) => text.extend(['\\', other]),
                None => text.push('\\'),
            },
            '$' | '%' if characters.peek() == Some(&'{') => text.extend([character, character]),
            other => text.push(other),
        }
    }
    text
}

/// Variables whose declared type is a primitive one, or that declare none.
fn literal_variables(snapshot: &Snapshot) -> Vec<String> {
    let root = snapshot.files.iter().filter(|(name, _)| is_root(name));
    let bodies = root.filter_map(|(_, text)| text.parse::<Body>().ok());
    let mut names = Vec::new();
    for body in bodies {
        for block in body.blocks().filter(|block| block.ident.as_str() == "variable") {
            let is_literal = match block.body.get_attribute("type").map(|attribute| &attribute.value) {
                None => true,
                Some(Expression::Variable(kind)) => matches!(kind.as_str(), "string" | "number" | "bool"),
                Some(_) => false,
            };
            if is_literal && let Some(name) = block.labels.first() {
                names.push(name.as_str().to_owned());
            }
        }
    }
    names
}

/// The text of the `terraform` blocks, by which a lock file is known to fit: it is made from the requirements in them.
pub fn requirements(files: &std::collections::BTreeMap<String, String>) -> String {
    let mut text = String::new();
    for body in files.values().filter_map(|text| text.parse::<Body>().ok()) {
        for block in body.into_blocks().filter(|block| block.ident.as_str() == "terraform") {
            text.push_str(&Body::from_iter([block]).to_string());
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_becomes_an_expression_that_means_the_same() {
        assert_eq!(expression(r#"{"a":"${x} %{y} $ \/ \b"}"#), r#"{"a":"$${x} %%{y} $ / \u0008"}"#);
    }

    #[test]
    fn an_import_generates_beside_the_configuration_and_shows_what_it_found() {
        let plan = plan_phase(Operation::Import, &Options::default(), false);
        let file = format!("-generate-config-out={WORK}/{GENERATED_FILE}");
        assert!(plan.steps[1].argv.contains(&file) && plan.steps[2].always);
        assert!(!plan_phase(Operation::Plan, &Options::default(), false).steps[2].always);
    }

    #[test]
    fn a_destroy_plans_the_removal_and_applies_only_what_was_saved() {
        let plan = plan_phase(Operation::Destroy, &Options::default(), true);
        assert!(plan.steps[1].argv.contains(&"-destroy".to_owned()));
        assert!(plan.steps[0].argv.contains(&"-lockfile=readonly".to_owned()));
        let apply = apply_phase(MANAGED);
        assert_eq!(apply.steps[1].argv.last(), Some(&format!("{WORK}/{PLAN_FILE}")));
        assert!(!apply.steps.iter().any(|step| step.argv.iter().any(|argument| argument == "-auto-approve")));
    }
}
