use super::{Kind, octet};
use crate::data::{Object, set, text};
use crate::schema::{Argument, Block, Nesting, Type};

pub fn kind() -> Kind {
    Kind {
        name: "database",
        prefix: "db",
        subcategory: "Databases",
        text: "A database server that the cloud looks after.",
        example: include_str!("../../examples/database.tf"),
        block: block(),
        complete,
    }
}

fn block() -> Block {
    let storage = Block::new([
        Argument::required("size_gb", Type::Number, "The size of the storage in GB."),
        Argument::optional("type", Type::Text, "What the storage is made of.")
            .one_of(&["standard", "fast"])
            .default("standard"),
        Argument::optional("grow", Type::Flag, "Whether the storage grows when it is full.").default(true),
    ]);
    let user = Block::new([
        Argument::optional("role", Type::Text, "What the user may do.")
            .one_of(&["reader", "writer", "owner"])
            .default("reader"),
        Argument::optional("password", Type::Text, "The password of the user.").sensitive(),
    ]);
    let maintenance = vec![
        Argument::required("day", Type::Text, "The day of the week.").one_of(&["saturday", "sunday"]),
        Argument::required("hour", Type::Number, "The hour of the day, in UTC."),
    ];
    Block::new([
        Argument::required("name", Type::Text, "The name of the database server.").replaces(),
        Argument::required("engine", Type::Text, "The database system.")
            .one_of(&["postgres", "mysql"])
            .replaces(),
        Argument::optional(
            "engine_version",
            Type::Text,
            "The version of the database system. The newest if not given.",
        ),
        Argument::optional("size", Type::Text, "How much of a machine it runs on.")
            .one_of(&["small", "medium", "large"])
            .default("small"),
        Argument::required("admin_password", Type::Text, "The password of the administrator.").sensitive(),
        Argument::optional(
            "subnet_id",
            Type::Text,
            "The id of the subnet that the server is in. Reachable from everywhere if not given.",
        ),
        Argument::optional(
            "allowed_cidrs",
            Type::TextList,
            "The address ranges that may connect, such as `10.0.0.0/16`.",
        ),
        Argument::optional(
            "maintenance_window",
            Type::Object(maintenance),
            "When the cloud may restart the server.",
        ),
        Argument::optional("tags", Type::TextMap, "Labels for finding and billing it."),
        Argument::computed("port", Type::Number, "The port that the server listens on."),
        Argument::computed("connection_string", Type::Text, "What a client connects with.").sensitive(),
    ])
    .nested("storage", Nesting::Single, "Where the server keeps its data.", storage)
    .nested(
        "user",
        Nesting::Map,
        "A user besides the administrator. The label is the user's name.",
        user,
    )
}

fn complete(database: &mut Object, id: &str) {
    let engine = text(database, "engine").unwrap_or_default().to_owned();
    let port = if engine == "mysql" { 3306 } else { 5432 };
    let key = format!("{:02x}{:02x}{:02x}{:02x}", octet(id, 3), octet(id, 5), octet(id, 7), octet(id, 11));
    set(database, "port", port);
    set(database, "connection_string", format!("{engine}://admin:{key}@{id}.databases.example:{port}"));
}
