//! Each shape that providers' pages take, bound to a schema.

use std::collections::BTreeMap;

use cloudoven_crawler::{
    catalog::{Attribute, Block, Docs, NestedAttributes, NestedBlock, Nesting, Type},
    docs::{self, page},
    source::{PageFormat, PageText},
};

/// A block with these arguments; `disk/size` is `size` in the nested block `disk`, `boot:mode` is `mode` in the
/// structural attribute `boot`, a leading `-` marks what is computed only.
pub fn block_of(paths: &[&str]) -> Block {
    let mut block = Block::default();
    for path in paths {
        let (path, settable) = path.strip_prefix('-').map_or((*path, true), |path| (path, false));
        let (way, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut at = &mut block;
        for part in way.split('/').filter(|part| !part.is_empty()) {
            at = &mut at.blocks.entry(part.to_owned()).or_insert_with(nested_block).block;
        }
        match name.split_once(':') {
            Some((outer, inner)) => {
                let outer = at.attributes.entry(outer.to_owned()).or_insert_with(|| attribute(true));
                let nested = outer.nested.get_or_insert_with(|| {
                    Box::new(NestedAttributes { nesting: Nesting::Single, attributes: BTreeMap::new() })
                });
                nested.attributes.insert(inner.to_owned(), attribute(settable));
            }
            None => {
                at.attributes.insert(name.to_owned(), attribute(settable));
            }
        }
    }
    block
}

fn attribute(settable: bool) -> Attribute {
    Attribute {
        ty: Type::String,
        nested: None,
        required: false,
        optional: settable,
        computed: !settable,
        sensitive: false,
        write_only: false,
        deprecated: false,
        docs: Docs::default(),
        fields: BTreeMap::new(),
    }
}

fn nested_block() -> NestedBlock {
    NestedBlock {
        nesting: Nesting::List,
        min_items: 0,
        max_items: 0,
        deprecated: false,
        docs: Docs::default(),
        block: Block::default(),
    }
}

/// Binds a page and gives what it says, by path as in [`block_of`].
pub fn bound(paths: &[&str], markdown: &str) -> BTreeMap<String, Docs> {
    let mut block = block_of(paths);
    docs::document(&mut block, &page::read("resources/server.md", &PageText::markdown(markdown)));
    let mut found = BTreeMap::new();
    collect("", &block, &mut found);
    found.retain(|_, docs| *docs != Docs::default());
    found
}

fn collect(prefix: &str, block: &Block, into: &mut BTreeMap<String, Docs>) {
    for (name, attribute) in &block.attributes {
        into.insert(format!("{prefix}{name}"), attribute.docs.clone());
        for (inner, attribute) in attribute.nested.iter().flat_map(|nested| &nested.attributes) {
            into.insert(format!("{prefix}{name}:{inner}"), attribute.docs.clone());
        }
    }
    for (name, nested) in &block.blocks {
        into.insert(format!("{prefix}{name}"), nested.docs.clone());
        collect(&format!("{prefix}{name}/"), &nested.block, into);
    }
}

/// Asserts the texts of a page, as `path = text` pairs; nothing else may be bound.
pub fn assert_texts(paths: &[&str], markdown: &str, expected: &[(&str, &str)]) {
    let found = bound(paths, markdown);
    let texts = found.iter().map(|(path, docs)| (path.as_str(), docs.text.as_str()));
    let found: BTreeMap<&str, &str> = texts.filter(|(_, text)| !text.is_empty()).collect();
    assert_eq!(found, expected.iter().copied().collect(), "{markdown}");
}

pub fn arguments(list: &str) -> String {
    format!(
        "# cloud_server\n\nA server.\n\n## Argument Reference\n\nThe following arguments are supported:\n\n{list}\n"
    )
}

#[test]
fn flag_bullets_in_every_dialect() {
    for bullet in [
        "* `size` - (Required) The size.",
        "- `size` - (Optional) The size.",
        "* `size` (Required) The size.",
        "* `size` (Required) - The size.",
        "* `size`: (Optional) The size.",
        "* `size` – (Optional, Beta) The size.",
        "* `size` - (Optional, [Beta](https://example.com/a(b))) The size.",
        "* `size` - (Optional) (Deprecated) The size.",
        "* `size` -\n  (Required)\n  The size.",
        "* `size` - The size.",
        "* **size** - (Optional) The size.",
        "* **`size`** - (Optional) The size.",
        "* [`size`](#size) - (Optional) The size.",
        "* `size` - **(Required)** The size.",
        "* size - (Optional) The size.",
        "* `size` - [Required] The size.",
        "1. `size` - (Optional) The size.",
        "* `size` - (Optional)\nThe size.",
        "- `size` (Number) The size.",
    ] {
        assert_texts(&["size"], &arguments(bullet), &[("size", "The size.")]);
    }
}

#[test]
fn parentheses_that_are_no_flags_stay() {
    assert_texts(
        &["size"],
        &arguments("* `size` - (in GB) of the disk."),
        &[("size", "(in GB) of the disk.")],
    );
}

#[test]
fn several_names_in_one_bullet() {
    for names in ["`min`, `max`", "`min` and `max`", "`min` / `max`", "`min`/`max`"] {
        let page = arguments(&format!("* {names} - (Optional) A bound."));
        assert_texts(&["min", "max"], &page, &[("min", "A bound."), ("max", "A bound.")]);
    }
}

#[test]
fn dotted_names_reach_into_blocks() {
    let page = arguments(
        "* `disk` - (Optional) A disk.\n* `disk.size` - (Required) The size.\n* `disk.0.key.id` - (Optional) The key.",
    );
    assert_texts(
        &["disk/size", "disk/key/id"],
        &page,
        &[("disk", "A disk."), ("disk/size", "The size."), ("disk/key/id", "The key.")],
    );
}

#[test]
fn introduced_blocks() {
    for introduction in [
        "The `disk` block supports:",
        "A `disk` block supports the following:",
        "<a name=\"nested_disk\"></a>The `disk` block contains:",
        "Each `disk` accepts the following arguments:",
        "Disk blocks support the following:",
        "The following arguments are supported in the `disk` block:",
        "### disk",
        "### `disk`",
        "### Disk Configuration Block",
        "#### The `disk` block",
        "## Disk\n\nSome words about disks.",
    ] {
        let list =
            format!("* `disk` - (Optional) A disk.\n\n{introduction}\n\n* `size` - (Required) The size.");
        assert_texts(
            &["size", "disk/size"],
            &arguments(&list),
            &[("disk", "A disk."), ("disk/size", "The size.")],
        );
    }
}

#[test]
fn indented_arguments_belong_to_their_block() {
    let page = arguments(
        "* `disk` - (Optional) A disk.\n    * `size` - (Required) The size.\n* `name` - (Optional) The name.",
    );
    assert_texts(
        &["name", "size", "disk/size"],
        &page,
        &[("disk", "A disk."), ("disk/size", "The size."), ("name", "The name.")],
    );
}

#[test]
fn bullets_that_only_group_others_are_passed_over() {
    let page = arguments(
        "* For new servers:\n    * `size` - (Required) The size.\n* For copies:\n    * `from` - (Required) The origin.",
    );
    assert_texts(&["size", "from"], &page, &[("size", "The size."), ("from", "The origin.")]);
}

#[test]
fn inner_values_are_text() {
    let page = arguments(
        "* `mode` - (Optional) The mode. One of:\n    * `size` - by size\n    * `age` - by age\n* `size` - (Optional) The size.",
    );
    assert_texts(
        &["mode", "size"],
        &page,
        &[("mode", "The mode. One of:\n\n* `size` - by size\n* `age` - by age"), ("size", "The size.")],
    );
}

#[test]
fn notes_and_code_belong_to_the_argument_before() {
    let page = arguments(
        "* `size` - (Optional) The size.\n\n~> **Note:** Not zero. See also:\n\n* `other` - elsewhere\n\n```hcl\nsize = 1\n```\n\n* `name` - (Optional) The name.",
    );
    assert_texts(
        &["name", "size"],
        &page,
        &[
            ("name", "The name."),
            (
                "size",
                "The size.\n\n~> **Note:** Not zero. See also:\n\n* `other` - elsewhere\n\n```hcl\nsize = 1\n```",
            ),
        ],
    );
}

#[test]
fn generated_pages_bind_by_path() {
    let page = "# cloud_server\n\n## Schema\n\n### Required\n\n- `name` (String) The name.\n\n### Optional\n\n- `disk` (Block List) Disks. (see [below for nested schema](#nestedblock--disk))\n- `boot` (Attributes) Boot. (see [below for nested schema](#nestedatt--boot))\n\n### Read-Only\n\n- `id` (String) The ID.\n\n<a id=\"nestedblock--disk\"></a>\n### Nested Schema for `disk`\n\nRequired:\n\n- `name` (String) The disk's name.\n\nOptional:\n\n- `key` (Block) (see [below for nested schema](#nestedblock--disk--key))\n\n<a id=\"nestedblock--disk--key\"></a>\n### Nested Schema for `disk.key`\n\nOptional:\n\n- `name` (String) The key's name.\n\n\n<a id=\"nestedatt--boot\"></a>\n### Nested Schema for `boot`\n\nOptional:\n\n- `name` (String) The boot's name.\n";
    assert_texts(
        &["name", "-id", "disk/name", "disk/key/name", "boot:name"],
        page,
        &[
            ("boot", "Boot."),
            ("boot:name", "The boot's name."),
            ("disk", "Disks."),
            ("disk/key/name", "The key's name."),
            ("disk/name", "The disk's name."),
            ("id", "The ID."),
            ("name", "The name."),
        ],
    );
    let found = bound(&["disk/key/name"], page);
    assert!(found["disk/key"].text.is_empty() && found["disk/key"].position > 0, "documented without a text");
}

#[test]
fn one_name_in_several_parents_goes_to_the_best_fit() {
    let page = arguments(
        "* `disk` - (Optional) A disk.\n* `port` - (Optional) A port.\n\nThe `disk` block supports:\n\n* `key` - (Optional) The disk's key.\n\nThe `key` block supports:\n\n* `cipher` - (Optional) The cipher.\n\nThe `port` block supports:\n\n* `key` - (Optional) The port's key.\n\nThe `key` block supports:\n\n* `token` - (Optional) The token.",
    );
    assert_texts(
        &["disk/key/cipher", "port/key/token"],
        &page,
        &[
            ("disk", "A disk."),
            ("disk/key", "The disk's key."),
            ("disk/key/cipher", "The cipher."),
            ("port", "A port."),
            ("port/key", "The port's key."),
            ("port/key/token", "The token."),
        ],
    );
}

#[test]
fn equal_blocks_of_one_name_go_to_the_nearest_parent() {
    let page = arguments(
        "The `disk` block supports:\n\n* `key` - (Optional) The disk's key.\n\nThe `key` block supports:\n\n* `id` - (Optional) Of a disk.\n\nThe `port` block supports:\n\n* `key` - (Optional) The port's key.\n\nThe `key` block supports:\n\n* `id` - (Optional) Of a port.",
    );
    let found = bound(&["disk/key/id", "port/key/id"], &page);
    assert_eq!((&*found["disk/key/id"].text, &*found["port/key/id"].text), ("Of a disk.", "Of a port."));
}

#[test]
fn one_section_serves_every_parent_that_fits() {
    let page = arguments(
        "* `disk` - (Optional) A disk.\n* `port` - (Optional) A port.\n\nThe `disk` and `port` blocks support:\n\n* `key` - (Optional) A key.\n\n### key\n\n* `id` - (Required) The ID.",
    );
    let found = bound(&["disk/key/id", "port/key/id"], &page);
    for path in ["disk/key/id", "port/key/id"] {
        assert_eq!(found[path].text, "The ID.");
    }
}

#[test]
fn a_parent_that_is_named_wins() {
    let page = arguments(
        "The `key` block within the `port` block supports:\n\n* `id` - (Optional) Of a port.\n\nThe `key` block within the `disk` block supports:\n\n* `id` - (Optional) Of a disk.",
    );
    let found = bound(&["disk/key/id", "port/key/id"], &page);
    assert_eq!((&*found["disk/key/id"].text, &*found["port/key/id"].text), ("Of a disk.", "Of a port."));
}

#[test]
fn supports_and_exports_are_kept_apart() {
    let page = arguments(
        "* `disk` - (Optional) A disk.\n\nA `disk` block supports the following:\n\n* `size` - (Optional) The wanted size.",
    ) + "\n## Attributes Reference\n\n* `id` - The ID.\n\nA `disk` block exports the following:\n\n* `size` - The given size.\n* `used` - The used size.\n";
    assert_texts(
        &["-id", "disk/size", "-disk/used"],
        &page,
        &[
            ("disk", "A disk."),
            ("disk/size", "The wanted size."),
            ("disk/used", "The used size."),
            ("id", "The ID."),
        ],
    );
}

#[test]
fn links_lead_to_sections_of_other_names() {
    let page = arguments(
        "* `source` - (Optional) From. See [location](#place).\n* `target` - (Optional) To. See Place of a File below.\n\n### Place\n\n* `path` - (Required) The path.\n\n### Place of a File\n\n* `path` - (Required) The file.",
    );
    let found = bound(&["source/path", "target/path"], &page);
    assert_eq!((&*found["source/path"].text, &*found["target/path"].text), ("The path.", "The file."));
}

#[test]
fn sections_about_something_else_bind_nothing() {
    let page = arguments("* `name` - (Required) The name.")
        + "\n## Example Usage\n\n* `size` - not an argument\n\n## Attributes Reference\n\nAn `unknown` block exports the following:\n\n* `size` - of something else\n";
    assert_texts(&["name", "size"], &page, &[("name", "The name.")]);
}

#[test]
fn pages_without_chapters_still_bind() {
    assert_texts(
        &["name"],
        "# cloud_server\n\nA server.\n\n* `name` - (Required) The name.\n",
        &[("name", "The name.")],
    );
}

#[test]
fn facts_are_found() {
    let page = arguments(
        "* `size` - (Optional, Forces new resource) The size. Possible values are `S`, `M` and `L`. Defaults to `M`. Conflicts with `shape`.",
    );
    let docs = &bound(&["size", "shape"], &page)["size"];
    assert_eq!(docs.default.as_deref(), Some("M"));
    assert_eq!(docs.allowed, ["S", "M", "L"]);
    assert_eq!(docs.conflicts_with, ["shape"]);
    assert!(docs.forces_replacement);
}

#[test]
fn the_schemas_text_stays_where_the_page_says_nothing() {
    let mut block = block_of(&["name", "size"]);
    for (name, attribute) in &mut block.attributes {
        attribute.docs.text = format!("Schema's {name}.");
    }
    docs::document(
        &mut block,
        &page::read(
            "resources/server.md",
            &PageText::markdown(arguments("* `name` - The page's name.\n* `size`")),
        ),
    );
    assert_eq!(block.attributes["name"].docs.text, "The page's name.");
    assert_eq!(block.attributes["size"].docs.text, "Schema's size.");
}

#[test]
fn hostile_pages_end() {
    let many_blocks: String =
        (0..2_000).map(|i| format!("The `disk` block supports:\n\n* `b{i}` - x\n\n")).collect();
    for page in [
        arguments(&"* ".repeat(5_000)),
        arguments(&"(".repeat(100_000)),
        arguments(&format!("* `size` - {}", "(Optional) ".repeat(20_000))),
        arguments(&many_blocks),
        "---\n".repeat(10_000),
        format!("---\ndescription: {}", "\u{0}\u{feff}`".repeat(10_000)),
        arguments(&"The following apply when `size` is set:\n\n* `size` - x\n\n".repeat(5_000)),
        arguments(&"*".repeat(20_000)),
        arguments(&"*a ".repeat(10_000)),
        arguments(&"> ".repeat(10_000)),
        arguments(&format!("| Name | Description |\n| --- | --- |\n{}", "| `size` | x |\n".repeat(20_000))),
        "<table><tr><td><pre>x</pre>".repeat(200),
        "<dl><dt><code>size</code><dd>".repeat(200),
        "x".repeat(17 << 20),
    ] {
        bound(&["size", "disk/size"], &page);
        let html = PageText { format: PageFormat::Html, ..PageText::markdown(page) };
        docs::document(&mut block_of(&["size", "disk/size"]), &page::read("resources/server.html", &html));
    }
}
