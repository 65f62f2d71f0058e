//! What is read from the set phrases, and what is not.

mod sets;

use std::collections::BTreeMap;

use super::{add, complete};
use crate::catalog::{Block, Bounds, Docs, Measure, NestedBlock, Nesting, Type};

/// The facts of the argument `size` of this type; beside it stand `zone`, `zones` and `network`, and a block `disk`
/// with `kind`.
fn facts_of(ty: &Type, text: &str, flags: &str) -> Docs {
    let attribute = |ty: &Type, docs: Docs| {
        let json = serde_json::json!({ "type": ty, "optional": true, "docs": docs });
        serde_json::from_value(json).unwrap()
    };
    let docs = add(Docs { text: text.into(), ..Docs::default() }, flags);
    let mut block = Block::default();
    block.attributes.insert("size".into(), attribute(ty, docs));
    for name in ["zone", "zones", "network", "ip_address"] {
        block.attributes.insert(name.into(), attribute(&Type::String, Docs::default()));
    }
    let inside = Block {
        attributes: BTreeMap::from([("kind".to_owned(), attribute(&Type::String, Docs::default()))]),
        ..Block::default()
    };
    let disk = NestedBlock {
        nesting: Nesting::List,
        min_items: 0,
        max_items: 0,
        deprecated: false,
        docs: Docs::default(),
        block: inside,
    };
    block.blocks.insert("disk".into(), disk);
    complete(&mut block);
    block.attributes.remove("size").unwrap().docs
}

fn text(text: &str) -> Docs {
    facts_of(&Type::String, text, "")
}

fn number(text: &str) -> Docs {
    facts_of(&Type::Number, text, "")
}

fn bool(text: &str) -> Docs {
    facts_of(&Type::Bool, text, "")
}

fn list(text: &str) -> Docs {
    facts_of(&Type::List(Box::new(Type::String)), text, "")
}

#[test]
fn defaults() {
    for (said, expected) in [
        ("The size. Defaults to `10`.", "10"),
        ("Default value is `\"eu\"`.", "eu"),
        ("The default is `a.b`.", "a.b"),
        ("(Default: `a`)", "a"),
        ("Default `a`.", "a"),
        ("Default value `a`.", "a"),
        ("Either way. Default HEAD.", "HEAD"),
        ("Defaults to standard.", "standard"),
        ("Defaults to 30 minutes.", "30 minutes"),
        ("If omitted, `a` is used.", "a"),
        ("If you omit this, `A` is used by default.", "A"),
        ("If not specified, defaults to `a`.", "a"),
        ("The default size of the thing is `a`.", "a"),
        ("It is set to `a` by default.", "a"),
        ("Valid values are `a` (default) and `b`.", "a"),
        ("`a` is the default.", "a"),
        ("The default separator is newline (`\\n`).", "\\n"),
        ("The default value is `a` (the smallest).", "a"),
        ("Possible values are `zone` and `network`. Defaults to `zone`.", "zone"),
        ("If this field is not specified, it is assumed to be PREMIUM.", "PREMIUM"),
        ("Accepted values are:\n* `A`: Default value. Not for use.\n* `B`: The other.", "A"),
        ("Can be `A` or `B`. By default, the state is `A`.", "A"),
    ] {
        assert_eq!(text(said).default.as_deref(), Some(expected), "{said}");
    }
    for (said, expected) in [
        ("Whether to. Default: true", "true"),
        ("Enabled by default.", "true"),
        ("By default, the state is set to true.", "true"),
        ("On by default.", "true"),
        ("Switches it (default is off).", "false"),
        ("If False (the default), nothing happens. If true (sic), …", "false"),
    ] {
        assert_eq!(bool(said).default.as_deref(), Some(expected), "{said}");
    }
    for (said, expected) in [
        ("Defaults to 30 seconds.", "30"),
        ("Default is 500GB.", "500"),
        ("Default is `1,000`.", "1000"),
        ("Defaults to midnight (0).", "0"),
        ("If not specified, or user specifies 0, then default value 10 will be used.", "10"),
        ("If you do not give a number, the default is 5.", "5"),
        ("Between `1` and `5` Defaults to `1`.", "1"),
        ("Default is -1", "-1"),
        ("The time in seconds. The default is 1 day (86400 seconds).", "86400"),
        ("Size in KB. (Default is 1 GB, *i.e.*, `1048576`.)", "1048576"),
    ] {
        assert_eq!(number(said).default.as_deref(), Some(expected), "{said}");
    }
    for (said, expected) in [
        ("The size in seconds. Defaults to 30 seconds.", "30"),
        ("The size in GB. The minimum (and default) size is 10GB.", "10"),
        ("A size in seconds, ending with 's'. Defaults to 30 seconds.", "30s"),
        ("If not set, it will default to a computed value (currently `a`).", "a"),
        ("Defaults to its maximum: `a`.", "a"),
        ("Defaults to a slash (`/`).", "/"),
        ("The default value is /.", "/"),
        ("The default size to 5.", "5"),
        ("By default, the size is set to small.", "small"),
        ("Defaults to Engine size 0.9.", "0.9"),
        ("The default name is used. If none is given, `a` will be used.", "a"),
        ("The default value is `A` when a thing is created.", "A"),
        ("Can be one of the following:\n* `A` - the first. (default)\n* `B` - the second.", "A"),
        ("The default is NFSv3. Possible values are: `NFS_V3`, `NFS_V4`.", "NFS_V3"),
        ("Defaults to never. Possible values are: `X_ALWAYS`, `X_NEVER`.", "X_NEVER"),
        ("KEY_A is the default output format.", "KEY_A"),
        ("The default is linear. Possible values are: `X_LINEAR`, `X_NONE`.", "X_LINEAR"),
        ("`A` or `B`. By default it is attached in `A` mode: the default is to attach it in `A` mode.", "A"),
        (
            "Enter ${a.b} to use the first. This is the default value. Enter ${c.d} to use the second.",
            "${a.b}",
        ),
    ] {
        assert_eq!(text(said).default.as_deref(), Some(expected), "{said}");
    }
    for (said, expected) in [
        ("The size in bytes. The default is 64 MiB.", "67108864"),
        ("The size in seconds. The default is 1 hour.", "3600"),
        ("Must be either -1 (for ever, and the default value) or between 60 and 100.", "-1"),
        ("If it is not specified, a default value (600 seconds) will be used.", "600"),
    ] {
        assert_eq!(number(said).default.as_deref(), Some(expected), "{said}");
    }
    for (said, expected) in [
        ("Defaults false.", "false"),
        ("By default, the size is disabled.", "false"),
        ("This will be by default True, and if not present too.", "true"),
        ("Whether it is kept. `false` by default.", "false"),
        ("It is turned \"on\" by default.", "true"),
    ] {
        assert_eq!(bool(said).default.as_deref(), Some(expected), "{said}");
    }
    for said in ["`a` and `b` are used by default.", "If not set, `a`, and `b` are used as default kinds."] {
        assert_eq!(list(said).default.as_deref(), Some("[\"a\", \"b\"]"), "{said}");
    }
    assert_eq!(list("Defaults to [`a`, `b`].").default.as_deref(), Some("[\"a\", \"b\"]"));
    let only = text("`A` is currently the only allowed value and also the default value.");
    assert_eq!((only.default.as_deref(), &only.allowed[..]), (Some("A"), &["A".to_owned()][..]));
    assert_eq!(list("This defaults to a list with `a`.").default.as_deref(), Some("[\"a\"]"));
    assert_eq!(list("Default is `a` and `b` kinds.").default.as_deref(), Some("[\"a\", \"b\"]"));
    assert_eq!(list("Defaults to [0].").default.as_deref(), Some("[0]"));
    assert_eq!(facts_of(&Type::String, "The size.", "Optional, Default: `5`").default.as_deref(), Some("5"));
}

#[test]
fn no_defaults() {
    for said in [
        "By default all are used.",
        "Defaults to the provider's region.",
        "Defaults to the value of `zone`.",
        "Defaults to `zone`.",
        "Default is `null`.",
        "Default: none",
        "There is no default `a`.",
        "Default is NULL.",
        "Before `a`, the default value is to do nothing.",
        "* For one kind, values are between 0 and 9. The default is `5`.\n* For others the default is `6`.",
        "The default size to be made.",
        "If `zone` is set, defaults to `a`.",
        "When it is `A`, the default is `b`.",
        "Defaults to `a` if `zone` is set, otherwise `b`.",
        "Defaults to `a` for x and `b` for y.",
        "`zone` defaults to `a`.",
        "The default `a` network.",
        "Defaults to `a` or `b`.",
        "The `default` value.",
        "For small ones, the default is `a`.",
        "If `zone` is set to `a` (default), it is needed.",
        "Small ones are started as `a` by default, large ones as `b`.",
        "Defaults to `a` if there is one; otherwise defaults to `b`.",
        "By default, the prefix is `a`.",
    ] {
        assert_eq!(text(said).default, None, "{said}");
    }
    assert_eq!(list("By default, the `a` and `b` scopes are used.").default, None);
    assert_eq!(bool("By default, the zone is true.").default, None);
    assert_eq!(bool("Defaults to `maybe`.").default, None);
    assert_eq!(bool("A thing which is disabled by default.").default, None);
    assert_eq!(number("Defaults to `a`.").default, None);
}

#[test]
fn bounds() {
    let stated = |of, min: Option<&str>, max: Option<&str>| {
        Some(Bounds { of, min: min.map(str::to_owned), max: max.map(str::to_owned) })
    };
    for said in [
        "Must be between `1` and `10`.",
        "Valid values are from 1 to 10.",
        "Possible values: `1` - `10`",
        "Valid range is `1-10`.",
        "Between 1 and 10 seconds.",
        "Minimum value of 1. Maximum value of 10.",
        "Must be at least 1 and at most 10.",
        "The value must be greater than or equal to 1 and less than or equal to 10.",
    ] {
        assert_eq!(number(said).bounds, stated(Measure::Value, Some("1"), Some("10")), "{said}");
    }
    assert_eq!(text("Up to 255 characters.").bounds, stated(Measure::Length, None, Some("255")));
    assert_eq!(text("Must be 3-24 characters long.").bounds, stated(Measure::Length, Some("3"), Some("24")));
    assert_eq!(text("Maximum length of 64.").bounds, stated(Measure::Length, None, Some("64")));
    assert_eq!(list("Up to 5 items.").bounds, stated(Measure::Items, None, Some("5")));
    for said in [
        "If `zone` is set, must be between 1 and 10.",
        "Must be between 15 minutes and 24 hours.",
        "Valid values are 1, 2 and 10.",
        "Must be between 1 and 10. Must be between 2 and 10.",
        "Must be between 10 and 1.",
        "Runs every 5 to 10 minutes.",
    ] {
        assert_eq!(number(said).bounds, None, "{said}");
    }
    assert_eq!(text("Must be between 1 and 10.").bounds, None);
}

#[test]
fn replacement() {
    for (said, flags) in [
        ("The name. Changing this forces a new resource to be created.", ""),
        ("The name.", "Required, Forces new resource"),
        ("Changing it forces replacement.", ""),
        ("A change will cause the server to be re-created.", ""),
        ("Changing this requires replacement.", ""),
    ] {
        assert!(facts_of(&Type::String, said, flags).forces_replacement, "{said} {flags}");
    }
    for said in [
        "The name of the resource.",
        "Changing this does not force a new resource.",
        "Forces the use of TLS.",
    ] {
        assert!(!text(said).forces_replacement, "{said}");
    }
}

#[test]
fn relations() {
    for (said, expected) in [
        ("Conflicts with `zone` and `network`.", &["zone", "network"][..]),
        ("Conflicts with `disk.0.kind`.", &["disk.kind"]),
        ("Cannot be used with `zone`.", &["zone"]),
        ("Can't be specified together with ipAddress.", &["ip_address"]),
        ("Cannot be set if `zone` is specified.", &["zone"]),
        ("Only one of `size`, `zone` and `network` may be set.", &["zone", "network"]),
        ("`size` and `zone` are mutually exclusive.", &["zone"]),
        ("Conflicts with `nothing_known`.", &[]),
        ("Conflicts with `zone` when `network` is set.", &[]),
        ("If `zone` is `A`, conflicts with `network`.", &[]),
        ("Only one of `zone` and `network` may be set.", &[]),
    ] {
        assert_eq!(text(said).conflicts_with, expected, "{said}");
    }
    assert_eq!(facts_of(&Type::String, "x", "Optional, conflicts with `zone`").conflicts_with, ["zone"]);
    let found = text("Exactly one of `zone` or `size` must be set.");
    assert_eq!(found.exactly_one_of, ["size", "zone"]);
    assert_eq!(text("Either `zone` or `size` must be set, but not both.").exactly_one_of, ["size", "zone"]);
    assert_eq!(text("At least one of `zone` or `size` is needed.").at_least_one_of, ["size", "zone"]);
    assert_eq!(text("One of `zone` or `size` must be specified.").at_least_one_of, ["size", "zone"]);
    assert_eq!(text("Must be used together with `zone`.").required_with, ["zone"]);
    assert_eq!(text("Requires `zone` to be set.").required_with, ["zone"]);
    assert!(text("Requires `zone` set to `A`.").required_with.is_empty());
}

#[test]
fn patterns_units_and_successors() {
    assert_eq!(text("Must match the regular expression `^[a-z]+$`.").pattern.as_deref(), Some("^[a-z]+$"));
    assert_eq!(text("It must match the regex: [a-z]+. Then").pattern.as_deref(), Some("[a-z]+"));
    assert_eq!(text("A regular expression such as `[a-z]+`.").pattern, None);
    assert_eq!(number("Time to wait in seconds.").unit.as_deref(), Some("seconds"));
    assert_eq!(number("The number of days to keep it.").unit.as_deref(), Some("days"));
    assert_eq!(number("Throughput in MiB/s.").unit, None);
    assert_eq!(text("Deprecated: use `zone` instead.").replaced_by.as_deref(), Some("zone"));
    assert_eq!(text("Deprecated in favour of `zone`.").replaced_by.as_deref(), Some("zone"));
    assert_eq!(text("Deprecated. Use this instead of `zone`.").replaced_by, None);
    assert_eq!(text("Use `zone` instead.").replaced_by, None);
}

#[test]
fn hostile_texts_take_little_time() {
    for part in [
        "one of ",
        "`",
        "\"",
        "defaults to ",
        "valid values ",
        "[",
        "(",
        "1 to ",
        "* ",
        "\n\n",
        "```\n",
        "conflicts with ",
    ] {
        text(&part.repeat(200_000 / part.len()));
    }
}
