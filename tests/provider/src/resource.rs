//! A managed resource of any kind: planned from its description, kept in the cloud.

use std::sync::{Arc, RwLock};
use std::time::Duration;

use anyhow::{Context, anyhow};
use async_trait::async_trait;
use tf_provider::schema::Schema;
use tf_provider::value::ValueEmpty;
use tf_provider::{AttributePath, Diagnostics, Resource};

use crate::cloud::{Cloud, Lookup, Operation};
use crate::data::{Data, Object, set, text, whole};
use crate::kinds::Kind;

/// The cloud that the provider's configuration names. Terraform configures a provider after it has asked for its resources.
pub type SharedCloud = Arc<RwLock<Cloud>>;

/// A copy of the cloud as it is configured now.
pub fn configured(cloud: &SharedCloud) -> Cloud {
    cloud.read().map_or_else(|poisoned| poisoned.into_inner().clone(), |cloud| cloud.clone())
}

/// One resource type.
#[derive(Debug)]
pub struct DemoResource {
    pub kind: Kind,
    pub cloud: SharedCloud,
}

impl DemoResource {
    /// Takes the time that the operation is to take, then fails if it is to fail.
    async fn simulate(&self, operation: Operation, state: &Object) -> anyhow::Result<()> {
        let seconds = match whole(state, &format!("{}_seconds", operation.name())) {
            Some(seconds) => u64::try_from(seconds)?,
            None => configured(&self.cloud).operation_seconds,
        };
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        if text(state, "fail_on") == Some(operation.name()) {
            return Err(anyhow!("fail_on is {:?}, so the cloud refuses.", operation.name()));
        }
        Ok(())
    }

    /// Does the operation in the cloud, after the time it takes.
    async fn put(&self, operation: Operation, id: &str, state: &Object) -> anyhow::Result<()> {
        self.simulate(operation, state).await?;
        let kept = (!matches!(operation, Operation::Delete)).then_some(state);
        configured(&self.cloud).put(operation, self.kind.name, id, kept)
    }

    fn get(&self, state: Object) -> anyhow::Result<Option<Object>> {
        if text(&state, "fail_on") == Some("read") {
            return Err(anyhow!("fail_on is \"read\", so the cloud refuses."));
        }
        let id = text(&state, "id").context("the state has no id")?;
        Ok(match configured(&self.cloud).get(self.kind.name, id)? {
            Lookup::Found(object) => Some(object),
            Lookup::Gone => None,
            Lookup::NotKept => Some(state),
        })
    }

    fn report<T>(&self, diags: &mut Diagnostics, operation: &str, result: anyhow::Result<T>) -> Option<T> {
        result
            .inspect_err(|error| {
                let summary = format!("Cannot {operation} demo_{}", self.kind.name);
                diags.root_error(summary, format!("{error:#}"));
            })
            .ok()
    }
}

#[async_trait]
impl Resource for DemoResource {
    type State<'a> = Object;
    type PrivateState<'a> = ValueEmpty;
    type ProviderMetaState<'a> = ValueEmpty;

    fn schema(&self, _diags: &mut Diagnostics) -> Option<Schema> {
        Some(Schema { version: 0, block: self.kind.block.schema(self.kind.text) })
    }

    async fn validate<'a>(&self, diags: &mut Diagnostics, config: Object) -> Option<()> {
        self.kind.block.check(&config, &AttributePath::root(), diags);
        Some(())
    }

    async fn read<'a>(
        &self,
        diags: &mut Diagnostics,
        state: Object,
        private: ValueEmpty,
        _meta: ValueEmpty,
    ) -> Option<(Object, ValueEmpty)> {
        let result = self.get(state);
        self.report(diags, "read", result)?.map(|state| (state, private))
    }

    async fn plan_create<'a>(
        &self,
        _diags: &mut Diagnostics,
        mut proposed: Object,
        config: Object,
        _meta: ValueEmpty,
    ) -> Option<(Object, ValueEmpty)> {
        self.kind.block.plan(&mut proposed, &config);
        Some((proposed, ValueEmpty::Null))
    }

    async fn plan_update<'a>(
        &self,
        _diags: &mut Diagnostics,
        prior: Object,
        mut proposed: Object,
        config: Object,
        private: ValueEmpty,
        _meta: ValueEmpty,
    ) -> Option<(Object, ValueEmpty, Vec<AttributePath>)> {
        self.kind.block.plan(&mut proposed, &config);
        if proposed == prior {
            return Some((proposed, private, Vec::new()));
        }
        proposed.insert("revision".to_owned(), Data::Unknown);
        let changed = |name: &&str| proposed.get(*name) != prior.get(*name);
        let replaced = self.kind.block.replacing().filter(changed).map(AttributePath::new).collect();
        Some((proposed, private, replaced))
    }

    async fn plan_destroy<'a>(
        &self,
        _diags: &mut Diagnostics,
        _prior: Object,
        private: ValueEmpty,
        _meta: ValueEmpty,
    ) -> Option<ValueEmpty> {
        Some(private)
    }

    async fn create<'a>(
        &self,
        diags: &mut Diagnostics,
        mut planned: Object,
        _config: Object,
        private: ValueEmpty,
        _meta: ValueEmpty,
    ) -> Option<(Object, ValueEmpty)> {
        let id = format!("{}-{:08x}", self.kind.prefix, rand::random::<u32>());
        set(&mut planned, "id", id.as_str());
        set(&mut planned, "revision", 1);
        (self.kind.complete)(&mut planned, &id);
        let result = self.put(Operation::Create, &id, &planned).await;
        self.report(diags, "create", result)?;
        Some((planned, private))
    }

    async fn update<'a>(
        &self,
        diags: &mut Diagnostics,
        prior: Object,
        mut planned: Object,
        _config: Object,
        private: ValueEmpty,
        _meta: ValueEmpty,
    ) -> Option<(Object, ValueEmpty)> {
        let id = text(&prior, "id").unwrap_or_default().to_owned();
        set(&mut planned, "revision", whole(&prior, "revision").unwrap_or(0) + 1);
        (self.kind.complete)(&mut planned, &id);
        let result = self.put(Operation::Update, &id, &planned).await;
        self.report(diags, "update", result)?;
        Some((planned, private))
    }

    async fn destroy<'a>(
        &self,
        diags: &mut Diagnostics,
        state: Object,
        _private: ValueEmpty,
        _meta: ValueEmpty,
    ) -> Option<()> {
        let result = self.put(Operation::Delete, text(&state, "id").unwrap_or_default(), &state).await;
        self.report(diags, "delete", result)
    }

    async fn import<'a>(&self, diags: &mut Diagnostics, id: String) -> Option<(Object, ValueEmpty)> {
        let result = configured(&self.cloud).get(self.kind.name, &id).and_then(|found| match found {
            Lookup::Found(object) => Ok(object),
            Lookup::Gone => Err(anyhow!("There is no {id} in the provider's directory.")),
            Lookup::NotKept => {
                Err(anyhow!("Give the provider a directory: without one its cloud keeps nothing."))
            }
        });
        self.report(diags, "import", result).map(|state| (state, ValueEmpty::Null))
    }
}
