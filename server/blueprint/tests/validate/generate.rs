//! Configurations in which everything is right.

use rand::{RngExt as _, rngs::StdRng, seq::IndexedRandom as _};

use super::tree::{Body, Node, argument, block};

/// What is declared so far and can be referred to, by type.
pub struct Maker<'r> {
    rng: &'r mut StdRng,
    texts: Vec<String>,
    numbers: Vec<String>,
    flags: Vec<String>,
    lists: Vec<String>,
    maps: Vec<String>,
}

const VARIABLES: [(&str, &str, &str); 9] = [
    ("text", "string", "\"x\""),
    ("number", "number", "1"),
    ("flag", "bool", "true"),
    ("list", "list(string)", "[\"a\"]"),
    ("set", "set(string)", "[]"),
    ("map", "map(string)", "{ a = \"b\" }"),
    ("object", "object({ a = string, b = optional(number) })", "{ a = \"x\" }"),
    ("any", "any", "null"),
    ("secret", "string", "\"x\""),
];

/// A valid configuration: what all of them have, and some of what else there is.
pub fn configuration(rng: &mut StdRng) -> Body {
    let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let mut maker = Maker {
        rng,
        texts: own(&[
            "\"x\"",
            "\"10.0.0.0/16\"",
            "var.text",
            "\"${var.text}-a\"",
            "upper(var.text)",
            "var.object.a",
        ]),
        numbers: own(&["1", "20", "var.number", "length(var.list)", "2 + 3"]),
        flags: own(&["true", "false", "var.flag", "!var.flag"]),
        lists: own(&[
            "[]",
            "[\"a\", \"b\"]",
            "var.list",
            "tolist(var.set)",
            "[for x in var.list : upper(x)]",
        ]),
        maps: own(&[
            "{}",
            "{ a = \"b\" }",
            "var.map",
            "{ for k, v in var.map : k => v }",
            "merge(var.map, { c = \"d\" })",
        ]),
    };
    let mut body = maker.settings();
    body.extend(maker.variables());
    body.push(maker.locals());
    body.extend(maker.networks());
    for make in [
        Maker::server,
        Maker::bucket,
        Maker::database,
        Maker::data,
        Maker::module,
        Maker::plain,
        Maker::hooks,
    ] {
        if maker.likely() {
            let made = make(&mut maker);
            body.extend(made);
        }
    }
    body.extend(maker.repeated());
    for make in [Maker::moves, Maker::assertion] {
        if !maker.likely() {
            let made = make(&mut maker);
            body.extend(made);
        }
    }
    for i in 0..maker.rng.random_range(1..4) {
        body.push(maker.output(i));
    }
    body
}

impl Maker<'_> {
    /// Two times of three.
    fn likely(&mut self) -> bool {
        self.rng.random_ratio(2, 3)
    }

    fn any(&mut self, of: fn(&Self) -> &Vec<String>) -> String {
        let index = self.rng.random_range(0..of(self).len());
        of(self)[index].clone()
    }

    fn text(&mut self) -> String {
        self.any(|maker| &maker.texts)
    }

    fn one_of(&mut self, values: &[&str]) -> String {
        format!("\"{}\"", values.choose(self.rng).copied().unwrap_or_default())
    }

    /// Keeps some of the arguments and blocks.
    fn some(&mut self, nodes: Body) -> Body {
        nodes.into_iter().filter(|_| self.likely()).collect()
    }

    fn settings(&mut self) -> Body {
        let source = "{\n      source = \"registry.cloudoven.dev/cloudoven/demo\"\n    }";
        let mut settings = vec![block("required_providers", &[], vec![argument("demo", source)])];
        if self.likely() {
            settings.push(argument("required_version", "\">= 1.5\""));
        }
        if !self.likely() {
            settings.push(block("backend", &["local"], self.path()));
        }
        let mut body = vec![block("terraform", &[], settings)];
        if self.likely() {
            let arguments = vec![argument("operation_seconds", "0"), argument("token", "var.secret")];
            let arguments = self.some(arguments);
            body.push(block("provider", &["demo"], arguments));
            body.push(block("provider", &["demo"], vec![argument("alias", "\"west\"")]));
        }
        body
    }

    fn path(&mut self) -> Body {
        self.some(vec![argument("path", "\"state\"")])
    }

    fn variables(&mut self) -> Body {
        let mut body = Vec::new();
        for (name, ty, default) in VARIABLES {
            let mut arguments = vec![argument("type", ty)];
            let more = vec![argument("default", default), argument("description", "\"A value.\"")];
            arguments.extend(self.some(more));
            if name == "secret" {
                arguments.push(argument("sensitive", "true"));
            }
            if name == "text" && self.likely() {
                let rule = vec![
                    argument("condition", "length(var.text) > 0"),
                    argument("error_message", "\"The text is empty.\""),
                ];
                arguments.push(block("validation", &[], rule));
            }
            body.push(block("variable", &[name], arguments));
        }
        body
    }

    fn locals(&mut self) -> Node {
        let text = self.text();
        let locals = vec![
            argument("text", text),
            argument("list", "concat(var.list, [\"z\"])"),
            argument("object", "{ a = var.number, b = [1] }"),
        ];
        self.texts.push("local.text".to_owned());
        self.numbers.push("local.object.a".to_owned());
        self.lists.push("local.list".to_owned());
        block("locals", &[], locals)
    }

    fn networks(&mut self) -> Body {
        let option = block(
            "option",
            &[],
            vec![argument("code", self.any(|m| &m.numbers)), argument("value", self.text())],
        );
        let dhcp = vec![
            argument("enabled", self.any(|m| &m.flags)),
            argument("lease_hours", self.any(|m| &m.numbers)),
            option,
        ];
        let dhcp = self.some(dhcp);
        let optional = vec![
            argument("dns_servers", self.any(|m| &m.lists)),
            argument("tags", self.any(|m| &m.maps)),
            block("dhcp", &[], dhcp),
            block("peering", &[], vec![argument("network_id", self.text())]),
        ];
        let mut network = vec![argument("name", self.text()), argument("cidr", self.text())];
        network.extend(self.some(optional));
        self.meta(&mut network, "[input]");
        self.texts
            .extend(["demo_network.main.id".to_owned(), "demo_network.main.gateway_address".to_owned()]);
        let delegation =
            vec![argument("service", "\"servers\""), argument("actions", self.any(|m| &m.lists))];
        let optional = vec![
            argument("zone", self.one_of(&["a", "b", "c"])),
            argument("service_endpoints", "var.set"),
            block("delegation", &[], delegation),
        ];
        let mut subnet = vec![argument("network_id", "demo_network.main.id"), argument("cidr", self.text())];
        subnet.extend(self.some(optional));
        self.texts.push("demo_subnet.front.id".to_owned());
        self.numbers.push("demo_subnet.front.available_addresses".to_owned());
        vec![
            block("resource", &["demo_network", "main"], network),
            block("resource", &["demo_subnet", "front"], subnet),
        ]
    }

    /// Sometimes meta-arguments and a lifecycle.
    fn meta(&mut self, body: &mut Body, ignored: &str) {
        let ignored = if ignored == "[input]" { "[tags]" } else { ignored };
        if self.likely() {
            return;
        }
        let settings = vec![
            argument("create_before_destroy", "true"),
            argument("prevent_destroy", "false"),
            argument("ignore_changes", ignored),
            block(
                "precondition",
                &[],
                vec![argument("condition", "var.number > 0"), argument("error_message", "\"Too small.\"")],
            ),
        ];
        let settings = self.some(settings);
        let meta = vec![
            argument("depends_on", "[]"),
            argument("provider", "demo"),
            block("lifecycle", &[], settings),
        ];
        body.extend(self.some(meta));
    }

    fn server(&mut self) -> Body {
        let disk = |maker: &mut Self| {
            let mut disk = vec![argument("size_gb", maker.any(|m| &m.numbers))];
            let optional = vec![
                argument("type", maker.one_of(&["standard", "fast"])),
                argument("delete_with_server", maker.any(|m| &m.flags)),
            ];
            disk.extend(maker.some(optional));
            block("disk", &[], disk)
        };
        let interface =
            vec![argument("subnet_id", self.text()), argument("security_groups", self.any(|m| &m.lists))];
        let content =
            block("content", &[], vec![argument("size_gb", "disk.value"), argument("type", "\"fast\"")]);
        let optional = vec![
            argument("size", self.one_of(&["small", "large"])),
            argument("admin_password", "var.secret"),
            argument("boot", "{ firmware = \"uefi\", secure = var.flag }"),
            argument("tags", self.any(|m| &m.maps)),
            disk(self),
            disk(self),
            block("network_interface", &[], interface),
            block("dynamic", &["disk"], vec![argument("for_each", "var.list"), content]),
        ];
        let mut server = vec![argument("name", self.text()), argument("subnet_id", self.text())];
        server.extend(self.some(optional));
        self.meta(&mut server, "all");
        self.texts.push("demo_server.web.ip_address".to_owned());
        vec![block("resource", &["demo_server", "web"], server)]
    }

    fn bucket(&mut self) -> Body {
        let transition =
            vec![argument("days", self.any(|m| &m.numbers)), argument("storage_class", "\"cool\"")];
        let rule = vec![argument("name", self.text()), block("transition", &[], transition)];
        let optional = vec![
            argument("versioning", self.any(|m| &m.flags)),
            block("lifecycle_rule", &[], rule),
            block("website", &[], vec![argument("index_document", self.text())]),
        ];
        let mut bucket = vec![argument("name", self.text())];
        bucket.extend(self.some(optional));
        self.texts.push("demo_bucket.logs.url".to_owned());
        vec![block("resource", &["demo_bucket", "logs"], bucket)]
    }

    fn database(&mut self) -> Body {
        let storage =
            vec![argument("size_gb", self.any(|m| &m.numbers)), argument("grow", self.any(|m| &m.flags))];
        let optional = vec![
            argument("maintenance_window", "{ day = \"sunday\", hour = var.number }"),
            argument("allowed_cidrs", self.any(|m| &m.lists)),
            block("user", &["reports"], vec![argument("role", "\"reader\"")]),
            block("user", &["admin"], vec![]),
        ];
        let mut database = vec![
            argument("name", self.text()),
            argument("engine", self.one_of(&["postgres", "mysql"])),
            argument("admin_password", "var.secret"),
            block("storage", &[], storage),
        ];
        database.extend(self.some(optional));
        self.numbers.push("demo_database.orders.port".to_owned());
        vec![block("resource", &["demo_database", "orders"], database)]
    }

    fn data(&mut self) -> Body {
        let found = vec![argument("name", self.text())];
        self.texts.push("data.demo_network.found.id".to_owned());
        self.lists.push("data.demo_network.found.dns_servers".to_owned());
        let state = vec![argument("backend", "\"local\""), argument("config", "{ path = \"x\" }")];
        let mut body = vec![block("data", &["demo_network", "found"], found)];
        if self.likely() {
            body.push(block("data", &["terraform_remote_state", "other"], state));
        }
        body
    }

    fn module(&mut self) -> Body {
        let mut call = vec![argument("source", "\"./child\""), argument("name", self.text())];
        let optional =
            vec![argument("size", self.any(|m| &m.numbers)), argument("depends_on", "[demo_network.main]")];
        call.extend(self.some(optional));
        self.texts.push("module.child.name".to_owned());
        vec![block("module", &["child"], call)]
    }

    fn plain(&mut self) -> Body {
        let arguments =
            vec![argument("input", self.text()), argument("triggers_replace", self.any(|m| &m.lists))];
        let arguments = self.some(arguments);
        self.texts.push("terraform_data.one.id".to_owned());
        vec![block("resource", &["terraform_data", "one"], arguments)]
    }

    fn hooks(&mut self) -> Body {
        let command =
            vec![argument("command", "\"echo ${self.id}\""), argument("environment", self.any(|m| &m.maps))];
        let last = vec![
            argument("when", "destroy"),
            argument("command", "self.id"),
            argument("on_failure", "continue"),
        ];
        let remote = vec![argument("inline", self.any(|m| &m.lists))];
        let connection = vec![argument("host", "self.output"), argument("user", "\"root\"")];
        let condition =
            vec![argument("condition", "self.id != \"\""), argument("error_message", "\"No id.\"")];
        let lifecycle = vec![
            argument("replace_triggered_by", "[demo_network.main.id]"),
            block("postcondition", &[], condition),
        ];
        let optional = vec![
            argument("input", self.text()),
            block("provisioner", &["local-exec"], command),
            block("provisioner", &["local-exec"], last),
            block("lifecycle", &[], lifecycle),
        ];
        let mut hooks = self.some(optional);
        if self.likely() {
            hooks.push(block("provisioner", &["remote-exec"], remote));
            hooks.push(block("connection", &[], connection));
        }
        vec![block("resource", &["terraform_data", "hooks"], hooks)]
    }

    fn repeated(&mut self) -> Body {
        let many =
            vec![argument("count", self.any(|m| &m.numbers)), argument("input", "\"n${count.index}\"")];
        let each = *["var.map", "var.set", "{ a = 1 }", "toset([\"a\"])"].choose(self.rng).unwrap_or(&"{}");
        let keyed = vec![argument("for_each", each), argument("input", "[each.key, each.value]")];
        self.texts
            .extend(["terraform_data.many[0].id".to_owned(), "terraform_data.keyed[\"a\"].id".to_owned()]);
        self.lists.push("terraform_data.many[*].id".to_owned());
        vec![
            block("resource", &["terraform_data", "many"], many),
            block("resource", &["terraform_data", "keyed"], keyed),
        ]
    }

    fn moves(&mut self) -> Body {
        let moved = vec![argument("from", "demo_network.old"), argument("to", "demo_network.main")];
        let import = vec![argument("to", "demo_subnet.front"), argument("id", self.text())];
        let import = if import[1..]
            .iter()
            .any(|n| matches!(n, Node::Argument(_, v) if v.contains("demo_") || v.contains("module.")))
        {
            vec![argument("to", "demo_subnet.front"), argument("id", "\"sub-1\"")]
        } else {
            import
        };
        let removed = vec![
            argument("from", "demo_bucket.gone"),
            block("lifecycle", &[], vec![argument("destroy", "false")]),
        ];
        let blocks =
            vec![block("moved", &[], moved), block("import", &[], import), block("removed", &[], removed)];
        self.some(blocks)
    }

    fn assertion(&mut self) -> Body {
        let scoped = block("data", &["demo_network", "scoped"], vec![argument("name", self.text())]);
        let with_data = self.likely();
        let condition = if with_data { "data.demo_network.scoped.id != \"\"" } else { "var.number > 1" };
        let assert = vec![argument("condition", condition), argument("error_message", "\"Not so.\"")];
        let mut body = if with_data { vec![scoped] } else { Vec::new() };
        body.push(block("assert", &[], assert));
        vec![block("check", &["healthy"], body)]
    }

    fn output(&mut self, number: usize) -> Node {
        let value = self.text();
        let mut output = vec![argument("value", value)];
        let rule = vec![argument("condition", "var.number > 0"), argument("error_message", "\"Too small.\"")];
        let optional = vec![
            argument("description", "\"What it is.\""),
            argument("sensitive", "true"),
            argument("depends_on", "[demo_network.main]"),
            block("precondition", &[], rule),
        ];
        output.extend(optional.into_iter().filter(|_| self.rng.random_ratio(1, 4)));
        block("output", &[format!("out{number}").as_str()], output)
    }
}
