//! Terraform's built-in functions: one object of the catalog, beside the providers.

use std::collections::BTreeMap;

use object_store::{ObjectStoreExt, path::Path};
use serde::{Deserialize, Serialize};

use super::{Catalog, Function, store::encode};
use crate::error::{Error, Result};

/// The functions of one version of Terraform, as `terraform metadata functions -json` tells them.
///
/// Source: <https://developer.hashicorp.com/terraform/cli/commands/metadata/functions>
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Functions {
    /// The version of Terraform that has them.
    pub terraform: String,
    /// By the name that a call uses: `upper`, `core::upper`.
    pub functions: BTreeMap<String, BuiltinFunction>,
}

/// One function that is part of the language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BuiltinFunction {
    /// Markdown, unsanitised.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(flatten)]
    pub signature: Function,
}

impl Functions {
    /// Where the catalog has them. No provider's folder: those are three levels deep.
    pub const KEY: &str = "catalog/v1/terraform/functions.json";
}

impl Catalog {
    /// The built-in functions; `None` when nobody has put them in.
    pub async fn functions(&self) -> Result<Option<Functions>> {
        Ok(self.get(&Path::from(Functions::KEY)).await?.map(|(functions, _)| functions))
    }

    /// Puts the built-in functions in, in one step, in place of those that are there.
    ///
    /// # Errors
    /// Also where there are none: Terraform has always some.
    pub async fn publish_functions(&self, functions: &Functions) -> Result<()> {
        if functions.functions.is_empty() {
            return Err(Error::invalid("terraform metadata functions", "there are none"));
        }
        self.store.put(&Path::from(Functions::KEY), encode(functions).into()).await?;
        Ok(())
    }
}
