//! The data source `demo_network`: a network by its name.

use async_trait::async_trait;
use tf_provider::schema::Schema;
use tf_provider::value::ValueEmpty;
use tf_provider::{AttributePath, DataSource, Diagnostics};

use crate::cloud::Lookup;
use crate::data::{Data, Known, Object, set, text};
use crate::resource::{SharedCloud, configured};
use crate::schema::{Argument, Block, Type};

/// What it is, in Markdown.
pub const TEXT: &str = "Finds a network by its name. A provider without a `directory` keeps nothing to look in, \
    so it answers every name with the same sample network.";

/// Its arguments.
pub fn block() -> Block {
    Block::new([
        Argument::required("name", Type::Text, "The name of the network."),
        Argument::computed("id", Type::Text, "The id of the network."),
        Argument::computed("cidr", Type::Text, "The address range of the network."),
        Argument::computed("dns_servers", Type::TextList, "The addresses of its name servers."),
        Argument::computed("gateway_address", Type::Text, "The address of its gateway."),
        Argument::computed("tags", Type::TextMap, "Its tags."),
    ])
}

/// The data source.
#[derive(Debug)]
pub struct NetworkLookup {
    pub cloud: SharedCloud,
}

#[async_trait]
impl DataSource for NetworkLookup {
    type State<'a> = Object;
    type ProviderMetaState<'a> = ValueEmpty;

    fn schema(&self, _diags: &mut Diagnostics) -> Option<Schema> {
        Some(Schema { version: 0, block: block().schema(TEXT) })
    }

    async fn read<'a>(
        &self,
        diags: &mut Diagnostics,
        mut config: Object,
        _meta: ValueEmpty,
    ) -> Option<Object> {
        let name = text(&config, "name").unwrap_or_default().to_owned();
        let network = match configured(&self.cloud).find("network", &name) {
            Ok(Lookup::Found(network)) => network,
            Ok(Lookup::NotKept) => sample(),
            Ok(Lookup::Gone) => {
                let detail = format!("There is no network named {name:?} in the provider's directory.");
                diags.error("Network not found", detail, AttributePath::new("name"));
                return None;
            }
            Err(error) => {
                diags.root_error("Cannot read demo_network", format!("{error:#}"));
                return None;
            }
        };
        for (argument, value) in &mut config {
            if value.is_null() {
                *value = network.get(argument).cloned().unwrap_or_default();
            }
        }
        Some(config)
    }
}

fn sample() -> Object {
    let mut network = Object::new();
    set(&mut network, "id", "net-sample");
    set(&mut network, "cidr", "10.0.0.0/16");
    set(&mut network, "gateway_address", "10.0.0.1");
    network.insert("dns_servers".to_owned(), Data::Value(Known::List(Vec::new())));
    network.insert("tags".to_owned(), Data::Value(Known::Object(Object::new())));
    network
}
