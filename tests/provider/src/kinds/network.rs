use super::Kind;
use crate::data::{Object, set, text};
use crate::schema::{Argument, Block, Nesting, Type};

pub fn kind() -> Kind {
    Kind {
        name: "network",
        prefix: "net",
        subcategory: "Networking",
        text: "A private network that subnets are cut from.",
        example: include_str!("../../examples/network.tf"),
        block: block(),
        complete,
    }
}

fn block() -> Block {
    let option = Block::new([
        Argument::required("code", Type::Number, "The number of the option."),
        Argument::required("value", Type::Text, "Its value."),
    ]);
    let dhcp = Block::new([
        Argument::optional("enabled", Type::Flag, "Whether addresses are handed out.").default(true),
        Argument::optional("lease_hours", Type::Number, "For how many hours an address is handed out.")
            .default(24),
    ])
    .nested("option", Nesting::List, "A further option that is handed out with the address.", option);
    let peering = Block::new([
        Argument::required("network_id", Type::Text, "The id of the other network."),
        Argument::optional("allow_forwarding", Type::Flag, "Whether traffic from further networks may pass."),
    ]);
    Block::new([
        Argument::required("name", Type::Text, "The name of the network."),
        Argument::required("cidr", Type::Text, "The address range of the network, such as `10.0.0.0/16`.")
            .replaces(),
        Argument::optional(
            "dns_servers",
            Type::TextList,
            "The addresses of the name servers, in the order they are asked.",
        ),
        Argument::optional("tags", Type::TextMap, "Labels for finding and billing it."),
        Argument::computed("gateway_address", Type::Text, "The address of the network's gateway."),
    ])
    .nested("dhcp", Nesting::Optional, "How addresses are handed out.", dhcp)
    .nested("peering", Nesting::Set, "A network that this one is connected to.", peering)
}

fn complete(network: &mut Object, _id: &str) {
    let cidr = text(network, "cidr").unwrap_or_default();
    let gateway = match cidr.split('/').next().and_then(|address| address.rsplit_once('.')) {
        Some((network, _)) => format!("{network}.1"),
        None => cidr.to_owned(),
    };
    set(network, "gateway_address", gateway);
}
