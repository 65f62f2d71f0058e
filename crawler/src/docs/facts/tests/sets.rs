//! Sets of values.

use super::{list, number, text};

#[test]
fn allowed_values() {
    for said in [
        "Possible values are `A`, `B` and `C`.",
        "Valid values: `A`, `B`, `C`.",
        "Valid values for this are: `A`, `B`, or `C`. Defaults to `A`.",
        "Must be one of `A`, `B` or `C`.",
        "Can be `A`, `B` or `C`.",
        "Can either be `A`, `B` or `C`.",
        "Valid Values: A, B, C",
        "Valid values are `A, B, C`.",
        "Either `A`, `B` or `C`.",
        "Possible values include: `\"A\"`, `\"B\"`, `\"C\"`",
        "Possible values: \"A\", 'B', \"C\"",
        "Possible values are [`A`](x), [`B`](y) and [`C`](z).",
        "Supported values are:\n\n* `A` - first\n* `B` - second, not `D`\n  * `E` - inner\n* `C`",
        "Valid values are `A` (the first), `B` (default), `C`.",
        "Valid values are `A` for one, `B` for two and `C` for three.",
        "Valid values are `A | B | C`.",
        "The following values are supported: `A`, `B`, `C`.",
        "Only `A`, `B` and `C` are supported.",
        "`A`, `B` or `C` are valid values.",
        "Can be either `A`, `B` or `C`, as documented [here](x).",
        "Allowed values are (any case): `A`, `B`, `C`",
        "Valid types are `A`, `B` and `C`.",
        "Valid values are `A`, `B`, `C` or empty.",
        "Possible values are `A`, `B` and `C`, and it must be set when `zone` is `D`.",
    ] {
        assert_eq!(text(said).allowed, ["A", "B", "C"], "{said}");
    }
    for said in [
        "Possible values:\n* `A`: first\n* `B`: second. It applies to either:\n* A zone.\nPossible values are `A`, `B` and `C`.",
        "Currently `A`, `B` and `C` are supported.",
        "A name, e.g. `x`\nPossible values are: `A`, `B`, `C`.",
        "Following kinds are allowed (case-sensitive): \"A\", \"B\", \"C\", Default kind is \"B\".",
        "Values are `A` (first), `B` where you say it in the `ids` field, and `C` which does both.",
        "Kind of recovery. Can be of the following: `A`, `B`, and `C`.",
    ] {
        assert_eq!(text(said).allowed, ["A", "B", "C"], "{said}");
    }
    for said in [
        "One of: AA, BB",
        "Can only be one of AA or BB.",
        "Possible values:\nAA\nBB",
        "You can specify either AA to forbid any actions, or BB to allow all of them.",
        "Available options:\nAA: If it is equal.\nBB: If it starts with\nit.",
    ] {
        assert_eq!(text(said).allowed, ["AA", "BB"], "{said}");
    }
    assert_eq!(text("Valid values are small, medium and large.").allowed, ["small", "medium", "large"]);
    for said in [
        "The only possible value is `A`.",
        "Valid option is `A` only.",
        "Currently, the only supported version is `A`.",
        "Currently, this value must be `A`.",
        "The roles. One of `A`.",
    ] {
        assert_eq!(text(said).allowed, ["A"], "{said}");
    }
    for said in [
        "The kind (`A`, `B`, `C`).",
        "Must supply one of the 3 filters (A | B | C)",
        "Supports `A`, `B`, and `C`, with `A` being the default.",
        "Currently, you can choose from `A`, `B` or `C`.",
        "Specify one of these kinds of thing: `A`, `B`, or `C`.",
        "The kind (`A`, `B` or `C` are accepted values).",
        "An enum with possible values of `A`, `B` and `C`.",
        "Possible values are, `A`, `B` and `C`.",
        "May be any of `A`, `B`, or `C`.",
        "Can be a list of `A`, `B`, `C`.",
        "The kind to use, `A`, `B` or `C`.",
        "The kind. For one, specify `A`. For two, specify `B`. For three, specify `C`.",
        "Which kinds there are: `A`, `B` or `C`. Required for `zone`, set to either `A`, `B` or `C`.",
        "The kind. `A`, `B` or `C`. Changing this makes a new one.",
        "Whether the things are `A`, `B`, or `C`.",
        "Valid values: `A`, `B`, `C`. If it is `A`, the following values are used:\n* `x = 1`\n* `y = 2`",
        "```\nValid names:\n  * A - first\n  * B - second\n  * C\n```",
    ] {
        assert_eq!(text(said).allowed, ["A", "B", "C"], "{said}");
    }
    for said in [
        "Set to `A` to use the first. Set to `B` to use the second.",
        "The kind.\n* `A`: The first of all.\n* `B`: The second.",
        "`A` if it is the first. `B` if it is the second.",
        "Either owned by the service (`A`) or by the customer (`B`).",
        "`A` for the first or `B` to use the second.",
        "Specify `B` to use the second. The default is `A`. Specify `A` to use the first.",
        "Currently only supports `A` and `B`.",
        "The allowed values A or B.",
        "Valida values: `A` and `B`.",
        "Specify \"A\" (default) or \"B\".",
    ] {
        let mut found = text(said).allowed;
        found.sort();
        assert_eq!(found, ["A", "B"], "{said}");
    }
    for said in [
        "Only global is supported at the moment.",
        "The one supported kind is `global`.",
        "Only the value `global` is supported.",
        "Currently, only `global` sizes are supported.",
        "`global` is currently the only allowed value and also the default value.",
        "Each value may be one of: `global`.",
    ] {
        assert_eq!(text(said).allowed, ["global"], "{said}");
    }
    assert_eq!(text("A valid method name (GET, PUT, POST).").allowed, ["GET", "PUT", "POST"]);
    assert_eq!(text("The supported locations are: \"a\" \"b\"").allowed, ["a", "b"]);
    assert_eq!(text("The one supported kind is `global`.").allowed, ["global"]);
    assert_eq!(text("Currently supported values: x/y/z, as said.").allowed, ["x", "y", "z"]);
    assert_eq!(text("Possible values are ` ` (space), `,` (comma) and `|`.").allowed, [" ", ",", "|"]);
    assert_eq!(number("Currently, only the value 0 is supported.").allowed, ["0"]);
    assert_eq!(text("Valid values: `$a.b`, `$c`.").allowed, ["$a.b", "$c"]);
    assert_eq!(text("Possible values: KIND_A KIND_B OTHER").allowed, ["KIND_A", "KIND_B", "OTHER"]);
    assert_eq!(text("Of these:\na.b (first)\nc.d (second)").allowed, [""; 0]);
    let names = text("The following names are supported:\na.b (The First)\nc.d (Second)").allowed;
    assert_eq!(names, ["a.b", "c.d"]);
    assert_eq!(
        text("Valid values include day, month or year. If both are valid, the default is day; else").allowed,
        ["day", "month", "year"]
    );
    assert_eq!(number("Valid values are:\n0 - from 0:00\n4 - from 4:00").allowed, ["0", "4"]);
    assert_eq!(list("One or more values out of `A` and `B`").allowed, ["A", "B"]);
    assert_eq!(list("Any combination of `A` and `B`.").allowed, ["A", "B"]);
    assert_eq!(list("Valid values are `A`, `B`.").allowed, ["A", "B"]);
    assert_eq!(number("Valid values are 1, 2, 4.").allowed, ["1", "2", "4"]);
}

#[test]
fn no_allowed_values() {
    for said in [
        "Used by `x` and `y`.",
        "Such as `A`, `B` or `C`.",
        "Valid values are between `1` and `10`.",
        "Valid values are `1` to `10`.",
        "Valid values: `1-10`",
        "Refer to [the docs](x) for valid values.",
        "Values other than `A` and `B` are refused.",
        "Valid values are `A`, `B`, etc.",
        "Valid values are `A`, `B` or any number.",
        "Valid values are `A` or an ARN.",
        "Required if `zone` is one of `A`, `B`.",
        "When it is set, must be `A` or `B`.",
        "Exactly one of `zone` and `network`.",
        "One of `zone` or `network` must be set.",
        "Valid values are `projects/{id}` and `A`.",
        "Valid values for `zone` are `A` and `B`.",
        "Valid time units are `s` and `m`.",
        "The following kinds exist: `list kinds | grep -w id`",
        "Valid values are 1 through 12. Only value of 1 is supported with `A` or `B` but not required.",
        "The number, `$Latest`, or `$Default`.",
        "Using this value requires either `A=1` or `B=true` to be set.",
        "Valid values are:\n* RDS for one: `a`\n* RDS for the other: `b`",
        "The variable is given the value \"A\".",
        "Values include AA, BB, etc.",
        "Valid value pairs are `A` and `B`.",
        "Valid values also include `A` and `B`.",
        "The minimum allowed value is 5.",
        "Requires `zone` to be either `A` or `B`.",
        "The job that should be started or stopped.",
        "Valid values are small and other ones that exist.",
        "Valid values:\n* `A`: first\n* B that is large.\nIt must be `A` or `C`.",
        "Any combination of `A` and `B`.",
        "Often restricted to one of `A` or `B`.",
        "As of this writing only UTC is supported.",
        "Only IPv4 is supported.",
        "Valid values are `a*` and `b*`.",
        "Valid values are `ALL` and `COUNT(n)`.",
        "One of the following private blocks: 10.0.0.0/8 or 172.16.0.0/12.",
        "One of the standard actions including: `A` or `B`.",
        "Only valid when the kind is `A`.",
        "The following keywords may be used:\n* `a`: This one.\n* `b`: That one.",
        "Examples: `A` means one. `B` means two.",
        "Valid examples: `A` `B`",
        "One of the following values:\n* **A**: all\n* **b:{id}**: one",
    ] {
        assert!(text(said).allowed.is_empty(), "{said}: {:?}", text(said).allowed);
    }
    assert!(number("Valid values are `a` and `b`.").allowed.is_empty());
}
