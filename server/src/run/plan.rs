//! What a plan would do, read from `terraform show -json` (JSON output format, version 1): what people see before they
//! confirm. Sensitive values never get into it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::diff::{Marks, attributes};
use crate::{secret::mask::Masker, store::runs::Counts};

/// Resources that a view lists; the counts are of all.
const MOST_RESOURCES: usize = 2_000;

/// A plan for people.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PlanView {
    pub counts: Counts,
    /// How many resources are brought under Terraform's care, moved or forgotten without a change to them.
    pub imports: usize,
    pub resources: Vec<ResourceChange>,
    /// Resources that changed outside of Terraform since the state was last written.
    pub drift: Vec<ResourceChange>,
    pub outputs: Vec<OutputChange>,
    /// How many changes are left out, since they would be too many to show.
    pub omitted: usize,
    /// Whether applying it would do anything.
    pub applyable: bool,
}

/// What happens to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Create,
    Read,
    Update,
    /// Destroyed, then created.
    Replace,
    /// Created, then the old one destroyed.
    CreateThenDestroy,
    Delete,
    /// Terraform forgets it; it stays.
    Forget,
    NoOp,
}

/// A resource that changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ResourceChange {
    pub address: String,
    pub module: Option<String>,
    #[serde(rename = "type")]
    pub kind: String,
    pub name: String,
    pub provider: String,
    pub action: Action,
    /// Terraform's reason, such as `replace_because_cannot_update`.
    pub reason: Option<String>,
    pub previous_address: Option<String>,
    pub importing: bool,
    pub attributes: Vec<AttributeChange>,
    /// How many attributes stay as they are.
    pub unchanged: usize,
    /// How many changed ones are left out.
    pub omitted: usize,
}

/// An attribute that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AttributeChange {
    /// Such as `subnet[0].tags["team"]`.
    pub path: String,
    /// As JSON; absent where there is none and where it is sensitive.
    pub before: Option<String>,
    pub after: Option<String>,
    pub known_after_apply: bool,
    pub sensitive: bool,
    pub forces_replacement: bool,
}

/// An output that changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OutputChange {
    pub name: String,
    pub action: Action,
    pub attributes: Vec<AttributeChange>,
}

#[derive(Deserialize)]
struct Shown {
    format_version: String,
    #[serde(default)]
    resource_changes: Vec<ShownResource>,
    #[serde(default)]
    resource_drift: Vec<ShownResource>,
    #[serde(default)]
    output_changes: Map<String, Value>,
    #[serde(default)]
    applyable: Option<bool>,
}

#[derive(Deserialize)]
struct ShownResource {
    address: String,
    #[serde(default)]
    module_address: Option<String>,
    #[serde(default)]
    previous_address: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    name: String,
    #[serde(default)]
    provider_name: String,
    #[serde(default)]
    action_reason: Option<String>,
    change: Change,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Change {
    actions: Vec<String>,
    before: Value,
    after: Value,
    after_unknown: Value,
    before_sensitive: Value,
    after_sensitive: Value,
    replace_paths: Vec<Vec<Value>>,
    importing: Option<Value>,
}

impl PlanView {
    /// Reads the output of `terraform show -json`. `masker` knows the values that are sensitive here even where the
    /// configuration does not say so.
    ///
    /// # Errors
    /// When it is no plan of format version 1.
    pub fn read(json: &[u8], masker: &Masker) -> anyhow::Result<PlanView> {
        let shown: Shown = serde_json::from_slice(json)?;
        anyhow::ensure!(
            shown.format_version.starts_with("1."),
            "the plan is in format {}, and only 1 is known here",
            shown.format_version
        );
        let mut view = PlanView::default();
        for resource in shown.resource_changes {
            view.add(resource, masker);
        }
        for resource in shown.resource_drift.into_iter().take(MOST_RESOURCES) {
            view.drift.push(resource_change(resource, masker));
        }
        for (name, change) in shown.output_changes.into_iter().take(MOST_RESOURCES) {
            let change: Change = serde_json::from_value(change)?;
            let action = action(&change.actions);
            if action != Action::NoOp {
                let (attributes, ..) = change.attributes(masker);
                view.outputs.push(OutputChange { name: masker.mask(&name), action, attributes });
            }
        }
        view.applyable = shown.applyable.unwrap_or(!view.is_empty());
        Ok(view)
    }

    /// Whether the plan changes nothing at all.
    fn is_empty(&self) -> bool {
        self.counts == Counts::default()
            && self.imports == 0
            && self.outputs.is_empty()
            && self.drift.is_empty()
    }

    fn add(&mut self, resource: ShownResource, masker: &Masker) {
        let moved = resource.previous_address.is_some() || resource.change.importing.is_some();
        let action = action(&resource.change.actions);
        match action {
            Action::Create => self.counts.adds += 1,
            Action::Update => self.counts.changes += 1,
            Action::Delete => self.counts.destroys += 1,
            Action::Replace | Action::CreateThenDestroy => {
                self.counts.adds += 1;
                self.counts.destroys += 1;
            }
            Action::Forget => self.imports += 1,
            Action::Read | Action::NoOp => {}
        }
        self.imports += usize::from(moved);
        if action == Action::NoOp && !moved {
            return;
        }
        if self.resources.len() == MOST_RESOURCES {
            self.omitted += 1;
        } else {
            self.resources.push(resource_change(resource, masker));
        }
    }
}

fn resource_change(resource: ShownResource, masker: &Masker) -> ResourceChange {
    let (attributes, unchanged, omitted) = resource.change.attributes(masker);
    ResourceChange {
        // An address may hold the key of a `for_each`, which is whatever its author made it from.
        address: masker.mask(&resource.address),
        module: resource.module_address.map(|address| masker.mask(&address)),
        kind: resource.kind,
        name: resource.name,
        provider: resource.provider_name,
        action: action(&resource.change.actions),
        reason: resource.action_reason,
        previous_address: resource.previous_address.map(|address| masker.mask(&address)),
        importing: resource.change.importing.is_some(),
        attributes,
        unchanged,
        omitted,
    }
}

impl Change {
    fn attributes(&self, masker: &Masker) -> (Vec<AttributeChange>, usize, usize) {
        let marks = Marks {
            unknown: &self.after_unknown,
            before_sensitive: &self.before_sensitive,
            after_sensitive: &self.after_sensitive,
            replace_paths: &self.replace_paths,
        };
        attributes(&self.before, &self.after, &marks, masker)
    }
}

fn action(actions: &[String]) -> Action {
    let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
    match actions.as_slice() {
        ["create"] => Action::Create,
        ["read"] => Action::Read,
        ["update"] => Action::Update,
        ["delete", "create"] => Action::Replace,
        ["create", "delete"] => Action::CreateThenDestroy,
        ["delete"] => Action::Delete,
        ["forget"] => Action::Forget,
        _ => Action::NoOp,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(change: &Value) -> Value {
        serde_json::json!({
            "format_version": "1.2",
            "applyable": true,
            "resource_changes": [{
                "address": "demo_server.a", "mode": "managed", "type": "demo_server", "name": "a",
                "provider_name": "registry.example.com/acme/demo", "change": change,
            }],
        })
    }

    fn view(change: &Value) -> PlanView {
        PlanView::read(plan(change).to_string().as_bytes(), &Masker::new(["swordfish"]).unwrap()).unwrap()
    }

    #[test]
    fn a_replacement_counts_twice_and_says_what_forces_it() {
        let view = view(&serde_json::json!({
            "actions": ["delete", "create"],
            "before": {"id": "1", "size": "small", "tags": {"a": "b"}, "ports": [1, 2]},
            "after": {"size": "large", "tags": {"a": "b"}, "ports": [1]},
            "after_unknown": {"id": true, "tags": {}},
            "before_sensitive": {}, "after_sensitive": {},
            "replace_paths": [["size"]],
        }));
        assert_eq!(view.counts, Counts { adds: 1, changes: 0, destroys: 1 });
        let shown: Vec<_> = view.resources[0]
            .attributes
            .iter()
            .map(|a| {
                (
                    a.path.as_str(),
                    a.before.as_deref(),
                    a.after.as_deref(),
                    a.known_after_apply,
                    a.forces_replacement,
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("id", Some("\"1\""), None, true, false),
                ("ports[1]", Some("2"), None, false, false),
                ("size", Some("\"small\""), Some("\"large\""), false, true),
            ]
        );
        assert_eq!(view.resources[0].unchanged, 2);
    }

    #[test]
    fn sensitive_values_are_nowhere_in_it() {
        let view = view(&serde_json::json!({
            "actions": ["update"],
            "before": {"password": "old-password", "nested": [{"key": "old-key"}], "note": "has swordfish in it"},
            "after": {"password": "new-password", "nested": [{"key": "new-key"}], "note": "swordfish"},
            "after_unknown": {},
            "before_sensitive": {"password": true, "nested": true},
            "after_sensitive": {"password": true, "nested": [{"key": true}]},
        }));
        let text = serde_json::to_string(&view).unwrap();
        for secret in ["old-password", "new-password", "old-key", "new-key", "swordfish"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        assert!(view.resources[0].attributes.iter().any(|a| a.path == "password" && a.sensitive));
    }

    #[test]
    fn nothing_to_do_is_nothing_to_apply() {
        let view = PlanView::read(br#"{"format_version":"1.2"}"#, &Masker::new([]).unwrap()).unwrap();
        assert!(!view.applyable);
        assert!(PlanView::read(br#"{"format_version":"2.0"}"#, &Masker::new([]).unwrap()).is_err());
        assert!(PlanView::read(b"[]", &Masker::new([]).unwrap()).is_err());
    }
}
