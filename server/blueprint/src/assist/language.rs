//! Terraform's own blocks: which there are, and what stands in them.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/block>

use std::{collections::BTreeMap, sync::LazyLock};

use cloudoven_crawler::catalog::{Block, NestedBlock, Type};

use crate::{
    document::ElementKind,
    view::{attributes, builtin_of, meta, nested},
};

/// A block that stands in a file itself.
pub(super) struct TopLevel {
    pub keyword: &'static str,
    /// How many labels it takes.
    pub labels: usize,
    pub docs: &'static str,
}

/// In the order in which they are offered.
pub(super) const TOP_LEVEL: [TopLevel; 13] = [
    TopLevel {
        keyword: "resource",
        labels: 2,
        docs: "An object that Terraform creates and keeps as described.",
    },
    TopLevel { keyword: "data", labels: 2, docs: "An object that is only read." },
    TopLevel { keyword: "variable", labels: 1, docs: "A value that each deployment sets." },
    TopLevel { keyword: "output", labels: 1, docs: "A value to show and to hand on." },
    TopLevel { keyword: "locals", labels: 0, docs: "Names for expressions." },
    TopLevel { keyword: "module", labels: 1, docs: "Another configuration, used as a part of this one." },
    TopLevel { keyword: "provider", labels: 1, docs: "The configuration of a provider." },
    TopLevel { keyword: "terraform", labels: 0, docs: "Settings of Terraform itself." },
    TopLevel {
        keyword: "ephemeral",
        labels: 2,
        docs: "An object that is opened for a run and never stored.",
    },
    TopLevel { keyword: "moved", labels: 0, docs: "Tells that an element has another address now." },
    TopLevel { keyword: "import", labels: 0, docs: "Brings an object that exists under Terraform." },
    TopLevel { keyword: "removed", labels: 0, docs: "Lets go of an element without or with its object." },
    TopLevel { keyword: "check", labels: 1, docs: "Something that should hold after each run." },
];

/// The labels that Terraform itself knows, of blocks in other blocks.
pub(super) fn labels(keyword: &str) -> &'static [&'static str] {
    match keyword {
        "backend" => {
            &["azurerm", "consul", "cos", "gcs", "http", "kubernetes", "local", "oss", "pg", "remote", "s3"]
        }
        "provisioner" => &["file", "local-exec", "remote-exec"],
        _ => &[],
    }
}

/// How many labels a block in another block takes.
pub(super) fn label_count(keyword: &str) -> usize {
    usize::from(matches!(keyword, "backend" | "provisioner" | "dynamic" | "data" | "provider_meta"))
}

/// What stands in a top-level block besides what a provider says of it.
pub(super) fn block(keyword: &str) -> Option<&'static Block> {
    static BLOCKS: LazyLock<BTreeMap<&str, Block>> =
        LazyLock::new(|| TOP_LEVEL.iter().map(|top| (top.keyword, build(top.keyword))).collect());
    BLOCKS.get(keyword)
}

/// What stands in a `dynamic` block.
pub(super) fn dynamic() -> &'static Block {
    static DYNAMIC: LazyLock<Block> = LazyLock::new(|| {
        let arguments = [
            ("for_each", Type::Dynamic, true, "One block for each element."),
            (
                "iterator",
                Type::Dynamic,
                false,
                "The name of the current element; that of the block if absent.",
            ),
            ("labels", Type::List(Box::new(Type::String)), false, "The labels of the block."),
        ];
        let content = NestedBlock { min_items: 1, ..nested(&[], 1, "The body of each block.") };
        with(Block { attributes: attributes(&arguments), ..Block::default() }, [("content", content)])
    });
    &DYNAMIC
}

type Arguments<'a> = &'a [(&'a str, Type, bool, &'a str)];

fn plain(arguments: Arguments) -> Block {
    Block { attributes: attributes(arguments), ..Block::default() }
}

fn with<'a>(mut block: Block, blocks: impl IntoIterator<Item = (&'a str, NestedBlock)>) -> Block {
    block.blocks.extend(blocks.into_iter().map(|(name, nested)| (name.to_owned(), nested)));
    block
}

fn build(keyword: &str) -> Block {
    match keyword {
        "resource" => resource(),
        "data" | "ephemeral" => checked(meta(ElementKind::Data)),
        "variable" => builtin_of(ElementKind::Variable, Type::Dynamic).unwrap_or_default(),
        "output" => with(
            builtin_of(ElementKind::Output, Type::Dynamic).unwrap_or_default(),
            [condition("precondition")],
        ),
        "module" => {
            let mut block = builtin_of(ElementKind::Module, Type::Dynamic).unwrap_or_default();
            block.attributes.extend(meta(ElementKind::Module).attributes);
            block
        }
        "provider" => meta(ElementKind::Provider),
        "terraform" => terraform(),
        "moved" => plain(&[
            ("from", Type::Dynamic, true, "The address that was."),
            ("to", Type::Dynamic, true, "The address that is."),
        ]),
        "import" => plain(&[
            ("to", Type::Dynamic, true, "The resource that the object becomes."),
            ("id", Type::String, false, "What the provider calls the object."),
            (
                "identity",
                Type::Dynamic,
                false,
                "What tells the object from others, for providers that have it.",
            ),
            ("for_each", Type::Dynamic, false, "One import for each entry of a map or set."),
            ("provider", Type::Dynamic, false, "Which configuration of its provider to use."),
        ]),
        "removed" => with(
            plain(&[("from", Type::Dynamic, true, "The address that was.")]),
            [(
                "lifecycle",
                nested(
                    &[("destroy", Type::Bool, true, "Whether the object is destroyed.")],
                    1,
                    "What becomes of the object.",
                ),
            )],
        ),
        "check" => {
            let read = NestedBlock {
                block: checked(meta(ElementKind::Data)),
                ..nested(&[], 1, "An object to read for the check.")
            };
            with(Block::default(), [condition("assert"), ("data", read)])
        }
        _ => Block::default(),
    }
}

const CONDITION: &str = "An expression that is true when all is well.";

fn condition(name: &str) -> (&str, NestedBlock) {
    let rule = [
        ("condition", Type::Bool, true, CONDITION),
        ("error_message", Type::String, true, "What to say when it is not."),
    ];
    (name, nested(&rule, 0, "Something that must hold."))
}

/// With what must hold before and after.
fn checked(block: Block) -> Block {
    let lifecycle = nested(&[], 1, "What must hold.");
    let block_of = with(Block::default(), [condition("precondition"), condition("postcondition")]);
    with(block, [("lifecycle", NestedBlock { block: block_of, ..lifecycle })])
}

fn resource() -> Block {
    let mut block = meta(ElementKind::Resource);
    if let Some(lifecycle) = block.blocks.get_mut("lifecycle") {
        lifecycle.block = with(
            std::mem::take(&mut lifecycle.block),
            [condition("precondition"), condition("postcondition")],
        );
    }
    let connection = || nested(&connection(), 1, "How to reach the machine.");
    let provisioner = nested(&provisioner(), 0, "Something to run where the object was created.");
    let body = with(provisioner.block.clone(), [("connection", connection())]);
    with(block, [("connection", connection()), ("provisioner", NestedBlock { block: body, ..provisioner })])
}

/// Source: <https://developer.hashicorp.com/terraform/language/block/resource#provisioner>
fn provisioner() -> [(&'static str, Type, bool, &'static str); 12] {
    let strings = || Type::List(Box::new(Type::String));
    [
        ("when", Type::Dynamic, false, "`create` or `destroy`."),
        ("on_failure", Type::Dynamic, false, "`fail` or `continue`."),
        ("command", Type::String, false, "local-exec: what to run."),
        ("working_dir", Type::String, false, "local-exec: where to run it."),
        ("interpreter", strings(), false, "local-exec: what runs the command."),
        ("environment", Type::Map(Box::new(Type::String)), false, "local-exec: environment variables."),
        ("quiet", Type::Bool, false, "local-exec: keeps the command out of the log."),
        ("source", Type::String, false, "file: what to copy."),
        ("content", Type::String, false, "file: what to write."),
        ("destination", Type::String, false, "file: where it goes."),
        ("inline", strings(), false, "remote-exec: what to run."),
        ("script", Type::String, false, "remote-exec: a script to copy and run."),
    ]
}

/// Source: <https://developer.hashicorp.com/terraform/language/block/resource#connection>
fn connection() -> [(&'static str, Type, bool, &'static str); 8] {
    [
        ("type", Type::String, false, "`ssh` or `winrm`."),
        ("host", Type::String, true, "The address of the machine."),
        ("port", Type::Number, false, "The port."),
        ("user", Type::String, false, "Who signs in."),
        ("password", Type::String, false, "The password."),
        ("private_key", Type::String, false, "The content of an SSH key."),
        ("agent", Type::Bool, false, "Whether to use an SSH agent."),
        ("timeout", Type::String, false, "How long to wait: `5m`."),
    ]
}

fn terraform() -> Block {
    let cloud = nested(
        &[
            ("organization", Type::String, true, "The organisation."),
            ("hostname", Type::String, false, "The host."),
        ],
        1,
        "Runs in HCP Terraform.",
    );
    let workspaces = nested(
        &[
            ("name", Type::String, false, "The workspace."),
            ("tags", Type::Set(Box::new(Type::String)), false, "Tags of the workspaces."),
            ("project", Type::String, false, "The project."),
        ],
        1,
        "Which workspaces it is for.",
    );
    let cloud = NestedBlock { block: with(cloud.block.clone(), [("workspaces", workspaces)]), ..cloud };
    with(
        plain(&[
            ("required_version", Type::String, false, "Which versions of Terraform to accept."),
            ("experiments", Type::Dynamic, false, "Experiments to take part in."),
        ]),
        [
            ("required_providers", nested(&[], 1, "Which providers this needs, in which versions.")),
            ("backend", nested(&[], 1, "Where the state is kept.")),
            ("cloud", cloud),
            ("provider_meta", nested(&[], 0, "What a provider is to be told.")),
        ],
    )
}

/// What stands in an entry of `required_providers`.
pub(super) fn required_provider() -> &'static Block {
    static ENTRY: LazyLock<Block> = LazyLock::new(|| {
        plain(&[
            ("source", Type::String, true, "Where the provider comes from: `hashicorp/aws`."),
            ("version", Type::String, false, "Which versions to accept: `~> 5.0`."),
            ("configuration_aliases", Type::Dynamic, false, "Configurations that the caller must pass."),
        ])
    });
    &ENTRY
}
