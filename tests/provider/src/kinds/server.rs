use super::{Kind, octet};
use crate::data::{Object, each, set};
use crate::schema::{Argument, Block, Nesting, Type};

pub fn kind() -> Kind {
    Kind {
        name: "server",
        prefix: "srv",
        subcategory: "Compute",
        text: "A virtual machine.",
        example: include_str!("../../examples/server.tf"),
        block: block(),
        complete,
    }
}

fn block() -> Block {
    let disk = Block::new([
        Argument::required("size_gb", Type::Number, "The size of the disk in GB."),
        Argument::optional("type", Type::Text, "What the disk is made of.")
            .one_of(&["standard", "fast"])
            .default("standard"),
        Argument::optional("delete_with_server", Type::Flag, "Whether the disk goes when the server goes.")
            .default(true),
        Argument::computed("device", Type::Text, "The name that the server has for the disk."),
    ]);
    let network_interface = Block::new([
        Argument::required("subnet_id", Type::Text, "The id of the subnet that the interface is in."),
        Argument::optional("public", Type::Flag, "Whether the interface gets a public address too.")
            .default(false),
        Argument::optional("security_groups", Type::TextSet, "The names of the groups whose rules apply."),
        Argument::computed("address", Type::Text, "The address of the interface."),
    ]);
    let boot = vec![
        Argument::required("firmware", Type::Text, "The firmware that starts the server.")
            .one_of(&["bios", "uefi"]),
        Argument::required("secure", Type::Flag, "Whether only signed systems start."),
    ];
    Block::new([
        Argument::required("name", Type::Text, "The name of the server."),
        Argument::required("subnet_id", Type::Text, "The id of the subnet that the server is in.").replaces(),
        Argument::optional("size", Type::Text, "How much of a machine it is.")
            .one_of(&["small", "medium", "large", "huge"])
            .default("small"),
        Argument::optional("image", Type::Text, "The system that the server starts with.")
            .one_of(&["debian-12", "ubuntu-24.04", "rocky-9"])
            .default("debian-12")
            .replaces(),
        Argument::optional("admin_username", Type::Text, "The name of the administrator.")
            .default("admin")
            .replaces(),
        Argument::optional("admin_password", Type::Text, "The password of the administrator.").sensitive(),
        Argument::optional("user_data", Type::Text, "A script that the server runs when it first starts."),
        Argument::optional("boot", Type::Object(boot), "How the server starts."),
        Argument::optional("tags", Type::TextMap, "Labels for finding and billing it."),
        Argument::computed("ip_address", Type::Text, "The address of the server in its subnet."),
    ])
    .nested("disk", Nesting::List, "A disk of the server, besides the one it starts from.", disk)
    .nested("network_interface", Nesting::List, "A further connection to a network.", network_interface)
}

fn complete(server: &mut Object, id: &str) {
    set(server, "ip_address", address(id, 0));
    for (index, disk) in each(server, "disk") {
        set(disk, "device", format!("/dev/disk{}", index + 1));
    }
    for (index, network_interface) in each(server, "network_interface") {
        set(network_interface, "address", address(id, index + 1));
    }
}

fn address(id: &str, index: usize) -> String {
    format!("10.{}.{}.{}", octet(id, 1), octet(id, 2), 10 + index)
}
