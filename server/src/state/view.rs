//! What a state holds, read from Terraform's state file (version 4), without anything sensitive in it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::secret::mask::Masker;

/// Resource instances that a view lists.
const MOST_INSTANCES: usize = 5_000;

/// A state for people.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StateView {
    pub serial: i64,
    pub lineage: String,
    pub terraform_version: String,
    pub resources: Vec<ResourceView>,
    pub outputs: Vec<OutputView>,
    /// How many resource instances are left out, since they would be too many to show.
    pub omitted: usize,
}

/// A resource instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ResourceView {
    pub address: String,
    /// `managed` or `data`.
    pub mode: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub provider: String,
    /// The `id` attribute, where there is one.
    pub id: Option<String>,
    /// Whether it will be replaced, since its creation did not succeed.
    pub tainted: bool,
    #[schema(value_type = Object)]
    pub attributes: Map<String, Value>,
}

/// An output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OutputView {
    pub name: String,
    pub sensitive: bool,
    /// Absent when it is sensitive.
    #[schema(value_type = Option<Object>)]
    pub value: Option<Value>,
}

/// What tells one state from another.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct StateHead {
    pub version: i64,
    pub serial: i64,
    pub lineage: String,
    #[serde(default)]
    terraform_version: String,
}

impl StateHead {
    /// # Errors
    /// When it is no state file of version 4.
    pub fn read(json: &[u8]) -> anyhow::Result<StateHead> {
        let head: StateHead = serde_json::from_slice(json)?;
        anyhow::ensure!(
            head.version == 4,
            "the state is in version {}, and only 4 is known here",
            head.version
        );
        Ok(head)
    }
}

#[derive(Deserialize)]
struct StateFile {
    #[serde(flatten)]
    head: StateHead,
    #[serde(default)]
    outputs: Map<String, Value>,
    #[serde(default)]
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    #[serde(default)]
    module: Option<String>,
    mode: String,
    #[serde(rename = "type")]
    kind: String,
    name: String,
    #[serde(default)]
    provider: String,
    #[serde(default)]
    instances: Vec<Instance>,
}

#[derive(Deserialize)]
struct Instance {
    #[serde(default)]
    index_key: Option<Value>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    attributes: Map<String, Value>,
    #[serde(default)]
    sensitive_attributes: Vec<Vec<PathStep>>,
}

/// `{"type": "get_attr", "value": "password"}` or `{"type": "index", "value": {"value": 0, "type": "number"}}`.
#[derive(Deserialize)]
struct PathStep {
    value: Value,
}

impl StateView {
    /// Reads a state file. `masker` knows the values that are sensitive here even where the state does not say so.
    ///
    /// # Errors
    /// When it is no state file of version 4.
    pub fn read(json: &[u8], masker: &Masker) -> anyhow::Result<StateView> {
        let head = StateHead::read(json)?;
        let file: StateFile = serde_json::from_slice(json)?;
        let mut view = StateView {
            serial: head.serial,
            lineage: head.lineage,
            terraform_version: file.head.terraform_version.clone(),
            outputs: file
                .outputs
                .into_iter()
                .map(|(name, output)| output_view(&name, &output, masker))
                .collect(),
            ..StateView::default()
        };
        for mut resource in file.resources {
            for instance in std::mem::take(&mut resource.instances) {
                if view.resources.len() == MOST_INSTANCES {
                    view.omitted += 1;
                } else {
                    view.resources.push(resource_view(&resource, instance, masker));
                }
            }
        }
        Ok(view)
    }

    /// How many managed resource instances there are.
    pub fn managed(&self) -> usize {
        self.omitted + self.resources.iter().filter(|resource| resource.mode == "managed").count()
    }
}

fn output_view(name: &str, output: &Value, masker: &Masker) -> OutputView {
    let sensitive = output.get("sensitive").and_then(Value::as_bool).unwrap_or(false);
    let value = output.get("value").filter(|_| !sensitive).cloned();
    let value = value.map(|mut value| {
        masker.mask_json(&mut value);
        value
    });
    OutputView { name: masker.mask(name), sensitive, value }
}

fn resource_view(resource: &Resource, instance: Instance, masker: &Masker) -> ResourceView {
    let mut attributes = Value::Object(instance.attributes);
    for path in &instance.sensitive_attributes {
        redact(&mut attributes, path);
    }
    masker.mask_json(&mut attributes);
    let attributes = match attributes {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    let mut address = resource.module.as_ref().map(|module| format!("{module}.")).unwrap_or_default();
    if resource.mode == "data" {
        address.push_str("data.");
    }
    address.push_str(&format!("{}.{}", resource.kind, resource.name));
    if let Some(key) = &instance.index_key {
        address.push_str(&format!("[{key}]"));
    }
    ResourceView {
        address: masker.mask(&address),
        mode: resource.mode.clone(),
        kind: resource.kind.clone(),
        provider: provider_address(&resource.provider),
        id: attributes.get("id").and_then(Value::as_str).map(str::to_owned),
        tainted: instance.status.as_deref() == Some("tainted"),
        attributes,
    }
}

/// `provider["registry.terraform.io/hashicorp/aws"].west` names `registry.terraform.io/hashicorp/aws`.
fn provider_address(text: &str) -> String {
    text.split('"').nth(1).unwrap_or(text).to_owned()
}

/// Takes a sensitive value out. A path that leads nowhere takes out the value that it leaves off at.
fn redact(value: &mut Value, path: &[PathStep]) {
    let Some((step, rest)) = path.split_first() else {
        if !value.is_null() {
            *value = Value::from("(sensitive)");
        }
        return;
    };
    let step = step.value.get("value").unwrap_or(&step.value);
    let inner = match (&mut *value, step) {
        (Value::Object(fields), Value::String(key)) => fields.get_mut(key),
        (Value::Array(items), Value::Number(index)) => index
            .as_u64()
            .and_then(|index| usize::try_from(index).ok())
            .and_then(|index| items.get_mut(index)),
        (Value::Null, _) => return,
        _ => None,
    };
    match inner {
        Some(inner) => redact(inner, rest),
        None => redact(value, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATE: &str = r#"{"version":4,"terraform_version":"1.11.4","serial":7,"lineage":"l",
        "outputs":{"a":{"value":"shown","type":"string"},"b":{"value":"hidden-output","type":"string","sensitive":true}},
        "resources":[{"module":"module.m","mode":"managed","type":"demo_db","name":"x",
            "provider":"provider[\"registry.example.com/acme/demo\"].west",
            "instances":[{"index_key":"k","attributes":{"id":"db-1","password":"hidden-password",
                "users":[{"key":"hidden-key"},{"key":"shown-key"}],"note":"swordfish"},
                "sensitive_attributes":[[{"type":"get_attr","value":"password"}],
                    [{"type":"get_attr","value":"users"},{"type":"index","value":{"value":0,"type":"number"}},{"type":"get_attr","value":"key"}]]}]}]}"#;

    #[test]
    fn lists_instances_without_what_is_sensitive() {
        let view = StateView::read(STATE.as_bytes(), &Masker::new(["swordfish"]).unwrap()).unwrap();
        let resource = &view.resources[0];
        assert_eq!(resource.address, "module.m.demo_db.x[\"k\"]");
        assert_eq!(
            (resource.provider.as_str(), resource.id.as_deref()),
            ("registry.example.com/acme/demo", Some("db-1"))
        );
        assert_eq!((view.serial, view.managed()), (7, 1));
        let text = serde_json::to_string(&view).unwrap();
        assert!(!text.contains("hidden") && !text.contains("swordfish"), "{text}");
        assert!(text.contains("shown-key") && text.contains("\"shown\""));
    }

    #[test]
    fn other_bytes_are_an_error() {
        let masker = Masker::new([]).unwrap();
        for text in ["", "[]", "{}", r#"{"version":3,"serial":1,"lineage":"x"}"#] {
            assert!(StateView::read(text.as_bytes(), &masker).is_err());
        }
    }
}
