use super::Kind;
use crate::data::{Object, set, text};
use crate::schema::{Argument, Block, Nesting, Type};

pub fn kind() -> Kind {
    Kind {
        name: "subnet",
        prefix: "sub",
        subcategory: "Networking",
        text: "A part of a network, in one zone.",
        example: include_str!("../../examples/subnet.tf"),
        block: block(),
        complete,
    }
}

fn block() -> Block {
    let delegation = Block::new([
        Argument::required("service", Type::Text, "The service that may put its own things into the subnet.")
            .one_of(&["databases", "servers"]),
        Argument::optional("actions", Type::TextSet, "What the service may do there."),
    ]);
    Block::new([
        Argument::required("network_id", Type::Text, "The id of the network that the subnet is a part of.")
            .replaces(),
        Argument::required("cidr", Type::Text, "The address range of the subnet, within the network's.")
            .replaces(),
        Argument::optional("zone", Type::Text, "The zone that the subnet is in.")
            .one_of(&["a", "b", "c"])
            .default("a")
            .replaces(),
        Argument::optional(
            "service_endpoints",
            Type::TextSet,
            "The services that can be reached without leaving the network.",
        ),
        Argument::computed("available_addresses", Type::Number, "How many addresses the subnet has to give."),
    ])
    .nested("delegation", Nesting::Optional, "Hands the subnet to a service.", delegation)
}

fn complete(subnet: &mut Object, _id: &str) {
    let bits = text(subnet, "cidr").and_then(|cidr| cidr.rsplit_once('/')?.1.parse::<u32>().ok());
    // The first addresses and the last belong to the cloud.
    let addresses = bits.and_then(|bits| 1_i64.checked_shl(32_u32.checked_sub(bits)?)).unwrap_or(0) - 5;
    set(subnet, "available_addresses", addresses.max(0));
}
