//! Terraform's backends: where a deployment's state is kept, and what goes where in its settings.
//!
//! What stands in the table is Terraform's own: <https://developer.hashicorp.com/terraform/language/backend>.

use serde_json::{Map, Value, json};

use crate::error::{Error, Result};

/// A backend and what we know of it.
#[derive(Debug)]
pub struct Backend {
    pub name: &'static str,
    /// Providers, as `<namespace>/<name>`, whose blueprints keep their state here unless somebody says otherwise.
    providers: &'static [&'static str],
    /// Arguments without which it does not work and which have no default here.
    required: &'static [&'static str],
    /// The argument that tells one state from another, and what its value ends in.
    name_argument: Option<(&'static str, &'static str)>,
    /// Arguments that are set unless the deployment sets them.
    defaults: &'static [(&'static str, bool)],
    /// Arguments that are secrets, and the environment variable that takes each.
    secrets: &'static [(&'static str, &'static str)],
}

/// State that CloudOven keeps itself.
pub const MANAGED: &str = "managed";

static BACKENDS: [Backend; 4] = [
    Backend {
        name: "azurerm",
        providers: &["hashicorp/azurerm", "hashicorp/azuread", "hashicorp/azurestack", "azure/azapi"],
        required: &["storage_account_name", "container_name"],
        name_argument: Some(("key", ".tfstate")),
        defaults: &[],
        secrets: &[
            ("access_key", "ARM_ACCESS_KEY"),
            ("sas_token", "ARM_SAS_TOKEN"),
            ("client_secret", "ARM_CLIENT_SECRET"),
            ("client_certificate_password", "ARM_CLIENT_CERTIFICATE_PASSWORD"),
            ("oidc_token", "ARM_OIDC_TOKEN"),
            ("oidc_request_token", "ARM_OIDC_REQUEST_TOKEN"),
        ],
    },
    Backend {
        name: "s3",
        providers: &["hashicorp/aws", "hashicorp/awscc"],
        required: &["bucket", "region"],
        name_argument: Some(("key", ".tfstate")),
        defaults: &[("use_lockfile", true), ("encrypt", true)],
        secrets: &[
            ("access_key", "AWS_ACCESS_KEY_ID"),
            ("secret_key", "AWS_SECRET_ACCESS_KEY"),
            ("token", "AWS_SESSION_TOKEN"),
            ("sse_customer_key", "AWS_SSE_CUSTOMER_KEY"),
        ],
    },
    Backend {
        name: "gcs",
        providers: &["hashicorp/google", "hashicorp/google-beta"],
        required: &["bucket"],
        name_argument: Some(("prefix", "")),
        defaults: &[],
        secrets: &[
            ("credentials", "GOOGLE_BACKEND_CREDENTIALS"),
            ("access_token", "GOOGLE_OAUTH_ACCESS_TOKEN"),
            ("encryption_key", "GOOGLE_ENCRYPTION_KEY"),
        ],
    },
    Backend {
        name: MANAGED,
        providers: &[],
        required: &[],
        name_argument: None,
        defaults: &[],
        secrets: &[],
    },
];

impl Backend {
    /// The backend of this name.
    pub fn named(name: &str) -> Option<&'static Backend> {
        BACKENDS.iter().find(|backend| backend.name == name)
    }

    /// The names of all.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BACKENDS.iter().map(|backend| backend.name)
    }

    /// The one of the blueprint's cloud. `sources` are provider addresses, with or without their host.
    pub fn for_providers<'a>(sources: impl IntoIterator<Item = &'a str>) -> &'static str {
        let sources: Vec<String> = sources.into_iter().map(str::to_ascii_lowercase).collect();
        let fits = |backend: &&Backend| {
            sources
                .iter()
                .any(|source| backend.providers.iter().any(|provider| is_provider(source, provider)))
        };
        BACKENDS.iter().find(fits).map_or(MANAGED, |backend| backend.name)
    }

    /// Says what is wrong with a deployment's settings; `field` is their name in the request.
    ///
    /// # Errors
    /// When a secret is among them: it would be rendered into a file.
    pub fn check_config(&self, field: &str, config: &Map<String, Value>) -> Result<()> {
        for (argument, variable) in self.secrets {
            if config.contains_key(*argument) {
                return Err(Error::field(
                    &format!("{field}/{argument}"),
                    format!(
                        "this is a secret: set the environment variable {variable} in the deployment's values"
                    ),
                ));
            }
        }
        Ok(())
    }

    /// Required arguments that the settings lack or leave blank.
    pub fn missing<'a>(&'a self, config: &'a Map<String, Value>) -> impl Iterator<Item = &'static str> + 'a {
        let is_blank = |value: &Value| value.is_null() || value.as_str().is_some_and(|t| t.trim().is_empty());
        self.required.iter().copied().filter(move |argument| config.get(*argument).is_none_or(is_blank))
    }

    /// The whole of the backend block's arguments. `state_name` names the state among others in the same place, such
    /// as `network/production`. Empty for managed state.
    pub fn arguments(&self, config: &Map<String, Value>, state_name: &str) -> Map<String, Value> {
        let mut arguments = Map::new();
        if self.name == MANAGED {
            return arguments;
        }
        if let Some((argument, ending)) = self.name_argument {
            arguments.insert(argument.to_owned(), Value::from(format!("{state_name}{ending}")));
        }
        arguments
            .extend(self.defaults.iter().map(|(argument, value)| ((*argument).to_owned(), json!(value))));
        arguments.extend(config.iter().map(|(argument, value)| (argument.clone(), value.clone())));
        arguments
    }

    /// An override file in Terraform's JSON syntax, which wins over any backend that the configuration names. In it the
    /// strings of a backend block are taken literally.
    pub fn override_file(&self, config: &Map<String, Value>, state_name: &str) -> String {
        let block = if self.name == MANAGED { "local" } else { self.name };
        json!({"terraform": {"backend": {block: self.arguments(config, state_name)}}}).to_string()
    }
}

fn is_provider(source: &str, provider: &str) -> bool {
    source == provider || source.strip_suffix(provider).is_some_and(|host| host.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_backend_follows_the_cloud() {
        assert_eq!(Backend::for_providers(["registry.terraform.io/hashicorp/azurerm"]), "azurerm");
        assert_eq!(Backend::for_providers(["hashicorp/random", "hashicorp/aws"]), "s3");
        assert_eq!(Backend::for_providers(["hashicorp/google-beta"]), "gcs");
        assert_eq!(Backend::for_providers(["registry.example.com/acme/cloud"]), "managed");
        assert_eq!(Backend::for_providers(["evilhashicorp/aws"]), "managed");
    }

    #[test]
    fn settings_win_over_defaults() {
        let config = json!({"bucket": "b", "region": "r", "encrypt": false});
        let config = config.as_object().unwrap();
        let s3 = Backend::named("s3").unwrap();
        assert_eq!(s3.missing(config).count(), 0);
        let blank = json!({"bucket": " ", "region": null});
        assert_eq!(s3.missing(blank.as_object().unwrap()).collect::<Vec<_>>(), ["bucket", "region"]);
        assert_eq!(
            Value::from(s3.arguments(config, "net/prod")),
            json!({"bucket": "b", "region": "r", "encrypt": false, "use_lockfile": true, "key": "net/prod.tfstate"})
        );
    }

    #[test]
    fn a_secret_among_the_settings_is_refused_with_the_way_to_give_it() {
        let config = json!({"access_key": "x"});
        let error =
            Backend::named("azurerm").unwrap().check_config("backend_config", config.as_object().unwrap());
        assert!(error.unwrap_err().to_string().contains("ARM_ACCESS_KEY"));
    }
}
