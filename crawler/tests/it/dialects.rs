//! Shapes that other providers' pages take than those in `shapes`, bound to a schema.

use crate::shapes::{arguments, assert_texts, bound};

#[test]
fn blocks_introduced_in_plain_words() {
    for introduction in [
        "Add disks support the following:",
        "AddDisk (add_disk) supports the following:",
        "Add Disk configuration blocks support:",
        "**add_disk** requires the following:",
        "Add Disk (`add_disk`) is where the data goes and has these keys:",
        "An `add_disk` block is for data. It supports the following:",
        "An `add_disks` block supports the following:",
        "#### Add Disk Properties",
    ] {
        let list =
            format!("* `add_disk` - (Optional) A disk.\n\n{introduction}\n\n* `size` - (Required) The size.");
        assert_texts(
            &["add_disk/size"],
            &arguments(&list),
            &[("add_disk", "A disk."), ("add_disk/size", "The size.")],
        );
    }
}

#[test]
fn what_a_chapter_excepts_is_not_its_subject() {
    for introduction in [
        "In addition to all arguments above except `filter`, the following attributes are exported:",
        "`name` is set to the ID. In addition, the following attributes are exported:",
        "Either `name` or `id` is required. The following attributes are exported:",
    ] {
        let page = format!(
            "# cloud_server\n\n## Attributes Reference\n\n{introduction}\n\n* `id` - The ID.\n* `size` - The size.\n"
        );
        assert_texts(
            &["name", "-id", "-size", "filter/id"],
            &page,
            &[("id", "The ID."), ("size", "The size.")],
        );
    }
}

#[test]
fn arguments_after_a_blocks_are_the_elements() {
    let page = arguments(
        "* `disk` - (Optional) A disk.\n\n---\n\nA `disk` block supports the following:\n\n* `size` - (Required) The size.\n\n---\n\n* `name` - (Optional) The name.",
    );
    assert_texts(
        &["name", "disk/size"],
        &page,
        &[("disk", "A disk."), ("disk/size", "The size."), ("name", "The name.")],
    );
}

#[test]
fn a_further_paragraph_goes_on_about_the_block() {
    let page = arguments(
        "The `disk` block supports:\n\n* `size` - (Required) The size.\n\n`size` and `speed` must not be negative.\n\n* `speed` - (Optional) The speed.\n\nThe following properties apply to copies:\n\n* `from` - (Optional) The origin.",
    );
    assert_texts(
        &["from", "disk/size", "disk/speed", "disk/from"],
        &page,
        &[("disk/from", "The origin."), ("disk/size", "The size."), ("disk/speed", "The speed.")],
    );
}

#[test]
fn items_lead_to_sections_of_other_names() {
    for text in ["One or more `volume` blocks as defined below.", "Supports the same arguments as `volume`."]
    {
        let page = arguments(&format!(
            "* `disk` - (Optional) {text}\n\nA `volume` block supports the following:\n\n* `size` - (Required) The size."
        ));
        assert_texts(&["disk/size"], &page, &[("disk", text), ("disk/size", "The size.")]);
    }
}

#[test]
fn one_heading_for_two_blocks_in_words() {
    let page = arguments(
        "### in and out\n\nBoth have the same arguments.\n\nThe following arguments are required:\n\n* `port` - (Required) The port.\n\nThe following arguments are optional:\n\n* `note` - (Optional) A note.",
    );
    let expected = [
        ("in/note", "A note."),
        ("in/port", "The port."),
        ("out/note", "A note."),
        ("out/port", "The port."),
    ];
    assert_texts(&["in/port", "in/note", "out/port", "out/note"], &page, &expected);
}

#[test]
fn headings_that_are_paths() {
    let page = arguments(
        "### a.key Configuration Block\n\n* `id` - (Required) Of a.\n\n### port_b key Argument Reference\n\n* `id` - (Required) Of b.\n\n### `c: key`\n\n* `id` - (Required) Of c.",
    );
    let found = bound(&["a/key/id", "port_b/key/id", "c/key/id"], &page);
    let texts = ["a/key/id", "port_b/key/id", "c/key/id"].map(|path| found[path].text.as_str());
    assert_eq!(texts, ["Of a.", "Of b.", "Of c."]);
}

#[test]
fn a_block_like_a_described_one_is_described() {
    let page = arguments(
        "The `disk` block supports:\n\n* `with` - (Optional) With.\n* `without` - (Optional) Without.\n\nThe `with` block supports:\n\n* `label` - (Optional) A label.\n* `value` - (Optional) A value.",
    );
    let found =
        bound(&["disk/with/label", "disk/with/value", "disk/without/label", "disk/without/value"], &page);
    assert_eq!(found["disk/without/label"].text, "A label.");
    assert_eq!(found["disk/without/value"].text, "A value.");
    let found = bound(&["disk/with/label", "disk/with/value", "port/extra/label", "port/extra/value"], &page);
    assert!(!found.contains_key("port/extra/label"), "two names may be chance");
}

#[test]
fn headings_and_paragraphs_for_single_arguments() {
    for list in [
        "### name\n\n(Required) The name.\n\n### `disk`\n\nA disk.\n\n* `size` - (Required) The size.",
        "`name` - (Required) The name.\n\n`disk` - (Optional) A disk.\n\nThe `disk` block supports:\n\n`size` (Required)\n\nThe size.",
        "**name**\n\nThe name.\n\n**disk** (Optional)\n\nA disk.\n\n#### disk\n\n**size** - The size.",
        "<dl><dt><code>name</code> (Required)</dt><dd>The name.</dd><dt id=\"disk\"><code>disk</code></dt><dd><p>A disk.</p><dl><dt><code>size</code></dt><dd>The size.</dd></dl></dd></dl>",
    ] {
        let page = format!("# cloud_server\n\n## Argument Reference\n\n{list}\n");
        let found = bound(&["name", "disk/size"], &page);
        let text = |path: &str| found.get(path).map(|docs| docs.text.trim()).unwrap_or_default();
        assert_eq!(
            [text("name"), text("disk"), text("disk/size")],
            ["The name.", "A disk.", "The size."],
            "{list}"
        );
    }
}

#[test]
fn tables_of_arguments() {
    let page = arguments(
        "| Argument | Type | Required | Default | Description |\n|---|---|---|---|---|\n| `name` | string | yes | | The name. |\n| size | number | no | `10` | The size. |",
    );
    let found = bound(&["name", "size"], &page);
    assert_eq!(found["name"].text, "The name.");
    assert_eq!(found["size"].text, "The size. Defaults to `10`.");
    assert_eq!(found["size"].default.as_deref(), Some("10"));
}

#[test]
fn tables_in_arguments_are_text() {
    let page = arguments(
        "* `size` - (Optional) The size.\n\n  | Name | GB |\n  | --- | --- |\n  | `name` | 1 |\n\n* `name` - (Required) The name.",
    );
    assert_texts(
        &["name", "size"],
        &page,
        &[("name", "The name."), ("size", "The size.\n\n| Name | GB |\n| --- | --- |\n| `name` | 1 |")],
    );
}

#[test]
fn a_text_that_points_elsewhere_gives_way() {
    let page = arguments("* `name` - (Optional) The name.")
        + "\n## Attributes Reference\n\n* `name` - See Argument Reference above.\n* `id` - The ID.\n";
    assert_texts(&["-name", "-id"], &page, &[("id", "The ID."), ("name", "The name.")]);
}

#[test]
fn flags_as_words() {
    for bullet in [
        "`size` - **Required.** The size.",
        "`size`: _Optional_ - The size.",
        "`size` - Required. The size.",
        "`size` - (Required). The size.",
        "`size`: - (Optional), The size.",
        "`size`. The size.",
    ] {
        assert_texts(&["size"], &arguments(&format!("* {bullet}")), &[("size", "The size.")]);
    }
}

#[test]
fn underlined_headings() {
    let page = "cloud_server\n============\n\nArgument Reference\n------------------\n\n* `name` - (Required) The name.\n\nAttributes Reference\n--------------------\n\n* `id` - The ID.\n";
    assert_texts(&["name", "-id"], page, &[("id", "The ID."), ("name", "The name.")]);
}

#[test]
fn lists_four_deep() {
    let page = arguments(
        "* `a` - A.\n    * `b` - B.\n        * `c` - C.\n            * `d` - D.\n                1. `one` - a value\n* `z` - Z.",
    );
    assert_texts(
        &["z", "a/b/c/d"],
        &page,
        &[("a", "A."), ("a/b", "B."), ("a/b/c", "C."), ("a/b/c/d", "D.\n\n* `one` - a value"), ("z", "Z.")],
    );
}
