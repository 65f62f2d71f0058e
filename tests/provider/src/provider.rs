//! The provider: its configuration, and the types that it has.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use tf_provider::schema::Schema;
use tf_provider::value::ValueEmpty;
use tf_provider::{AttributePath, Diagnostics, DynamicDataSource, DynamicResource, Provider};

use crate::cloud::Cloud;
use crate::data::{Object, text, whole};
use crate::kinds;
use crate::lookup::NetworkLookup;
use crate::resource::{DemoResource, SharedCloud};
use crate::schema::{Argument, Block, Type};

/// What it is, in Markdown.
pub const TEXT: &str = "Simulates a small cloud, to try plan and apply with no cloud account. \
    Nothing that it makes costs anything or leaves this machine.";

/// The arguments of the provider.
pub fn block() -> Block {
    Block::new([
        Argument::optional(
            "directory",
            Type::Text,
            "Where the cloud keeps its things, one JSON file for each, sensitive values included. \
             Can also be given as `DEMO_DIRECTORY`. Without it, Terraform's state is all there is.",
        ),
        Argument::optional("operation_seconds", Type::Number, "How long each create, update and delete takes, in seconds, where the resource does not say. Not given, they take no time."),
        Argument::optional(
            "token",
            Type::Text,
            "The token to sign in with. Any will do but `expired`, which the cloud refuses. Can also be given as `DEMO_TOKEN`.",
        )
        .sensitive(),
    ])
}

/// The provider.
#[derive(Debug, Default)]
pub struct DemoProvider {
    cloud: SharedCloud,
}

#[async_trait]
impl Provider for DemoProvider {
    type Config<'a> = Object;
    type MetaState<'a> = ValueEmpty;

    fn schema(&self, _diags: &mut Diagnostics) -> Option<Schema> {
        Some(Schema { version: 0, block: block().schema(TEXT) })
    }

    async fn validate<'a>(&self, diags: &mut Diagnostics, config: Object) -> Option<()> {
        block().check(&config, &AttributePath::root(), diags);
        Some(())
    }

    async fn configure<'a>(
        &self,
        diags: &mut Diagnostics,
        _terraform_version: String,
        config: Object,
    ) -> Option<()> {
        let given = |argument: &str, variable: &str| {
            text(&config, argument).map(str::to_owned).or_else(|| std::env::var(variable).ok())
        };
        if given("token", "DEMO_TOKEN").as_deref() == Some("expired") {
            let detail = "The token has expired. Give the provider another, or set DEMO_TOKEN.";
            diags.error("Cannot sign in", detail, AttributePath::new("token"));
            return None;
        }
        let cloud = Cloud {
            directory: given("directory", "DEMO_DIRECTORY")
                .filter(|path| !path.is_empty())
                .map(PathBuf::from),
            ledger: std::env::var_os("DEMO_LEDGER").filter(|path| !path.is_empty()).map(PathBuf::from),
            operation_seconds: whole(&config, "operation_seconds").unwrap_or(0).try_into().unwrap_or(0),
        };
        match self.cloud.write() {
            Ok(mut configured) => *configured = cloud,
            Err(poisoned) => *poisoned.into_inner() = cloud,
        }
        Some(())
    }

    fn get_resources(&self, _diags: &mut Diagnostics) -> Option<HashMap<String, Box<dyn DynamicResource>>> {
        let resource = |kind: kinds::Kind| -> (String, Box<dyn DynamicResource>) {
            (kind.name.to_owned(), Box::new(DemoResource { kind, cloud: Arc::clone(&self.cloud) }))
        };
        Some(kinds::all().into_iter().map(resource).collect())
    }

    fn get_data_sources(
        &self,
        _diags: &mut Diagnostics,
    ) -> Option<HashMap<String, Box<dyn DynamicDataSource>>> {
        let network: Box<dyn DynamicDataSource> = Box::new(NetworkLookup { cloud: Arc::clone(&self.cloud) });
        Some(HashMap::from([("network".to_owned(), network)]))
    }
}
