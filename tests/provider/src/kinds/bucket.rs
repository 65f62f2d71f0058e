use super::Kind;
use crate::data::{Object, set, text};
use crate::schema::{Argument, Block, Nesting, Type};

pub fn kind() -> Kind {
    Kind {
        name: "bucket",
        prefix: "bkt",
        subcategory: "Storage",
        text: "A place for objects.",
        example: include_str!("../../examples/bucket.tf"),
        block: block(),
        complete,
    }
}

fn block() -> Block {
    let transition = Block::new([
        Argument::required("days", Type::Number, "The age in days at which objects move."),
        Argument::required("storage_class", Type::Text, "Where they move to.").one_of(&["cool", "cold"]),
    ]);
    let lifecycle_rule = Block::new([
        Argument::required("name", Type::Text, "The name of the rule."),
        Argument::optional("enabled", Type::Flag, "Whether the rule is followed.").default(true),
        Argument::optional(
            "prefix",
            Type::Text,
            "What the names of the objects begin with. All objects if not given.",
        ),
        Argument::optional("expiration_days", Type::Number, "The age in days at which objects are deleted."),
    ])
    .nested("transition", Nesting::Set, "A move to cheaper storage.", transition);
    let website = Block::new([
        Argument::optional("index_document", Type::Text, "The object that is shown for a directory."),
        Argument::optional("error_document", Type::Text, "The object that is shown for an error."),
    ]);
    Block::new([
        Argument::required("name", Type::Text, "The name of the bucket. No other bucket may have it.")
            .replaces(),
        Argument::optional("storage_class", Type::Text, "How quickly objects are needed.")
            .one_of(&["hot", "cool", "cold"])
            .default("hot"),
        Argument::optional("versioning", Type::Flag, "Whether older versions of objects are kept.")
            .default(false),
        Argument::optional("tags", Type::TextMap, "Labels for finding and billing it."),
        Argument::computed("url", Type::Text, "The address of the bucket."),
    ])
    .nested("lifecycle_rule", Nesting::List, "What happens to objects as they grow old.", lifecycle_rule)
    .nested("website", Nesting::Group, "Shows the bucket as a website.", website)
}

fn complete(bucket: &mut Object, _id: &str) {
    let url = format!("https://{}.buckets.example", text(bucket, "name").unwrap_or_default());
    set(bucket, "url", url);
}
