//! Changes in words.

use std::fmt;

use super::{Impact, Node, What};
use crate::catalog::Nesting;

impl Impact {
    pub fn label(self) -> &'static str {
        match self {
            Impact::Harmless => "harmless",
            Impact::Attention => "attention",
            Impact::Breaking => "breaking",
        }
    }
}

impl Node {
    pub fn label(self) -> &'static str {
        match self {
            Node::Element => "element",
            Node::Argument => "argument",
            Node::Attribute => "attribute",
            Node::Block => "block",
            Node::Parameter => "parameter",
        }
    }
}

impl Nesting {
    pub fn label(self) -> &'static str {
        match self {
            Nesting::Single => "single",
            Nesting::Group => "group",
            Nesting::List => "list",
            Nesting::Set => "set",
            Nesting::Map => "map",
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Added { node: Node::Element, .. } => f.write_str("added"),
            What::Added { node, required: true } => write!(f, "{} added, required", node.label()),
            What::Added { node, required: false } => write!(f, "{} added", node.label()),
            What::Removed { node: Node::Element } => f.write_str("removed"),
            What::Removed { node } => write!(f, "{} removed", node.label()),
            What::Deprecated => f.write_str("deprecated"),
            What::NoLongerDeprecated => f.write_str("no longer deprecated"),
            What::NowRequired => f.write_str("now required"),
            What::NoLongerRequired => f.write_str("no longer required"),
            What::NowComputedOnly => f.write_str("now computed only"),
            What::NowSettable => f.write_str("can be set now"),
            What::NowComputed => f.write_str("computed now when not set"),
            What::NoLongerComputed => f.write_str("no longer computed when not set"),
            What::Type { from, to } => write!(f, "type changed from {from} to {to}"),
            What::Nesting { from, to } => {
                write!(f, "nesting changed from {} to {}", from.label(), to.label())
            }
            What::MinItems { from, to } => write!(f, "at least {to} needed, was {from}"),
            What::MaxItems { from, to } => {
                write!(f, "at most {} allowed, was {}", limit(*to), limit(*from))
            }
            What::BlockToAttribute => f.write_str("block became an attribute"),
            What::AttributeToBlock => f.write_str("attribute became a block"),
            What::NowSensitive => f.write_str("now sensitive"),
            What::NoLongerSensitive => f.write_str("no longer sensitive"),
            What::NowWriteOnly => f.write_str("now write-only"),
            What::NoLongerWriteOnly => f.write_str("no longer write-only"),
            What::Default { from, to } => {
                write!(f, "default changed from {} to {}", value(from.as_ref()), value(to.as_ref()))
            }
            What::Allowed { added, removed } => allowed(f, added, removed),
            What::NowForcesReplacement => f.write_str("a change forces replacement now"),
            What::NoLongerForcesReplacement => f.write_str("a change no longer forces replacement"),
        }
    }
}

fn limit(items: u64) -> String {
    if items == 0 { "any number".into() } else { items.to_string() }
}

fn value(default: Option<&String>) -> &str {
    default.map_or("none", String::as_str)
}

fn allowed(f: &mut fmt::Formatter<'_>, added: &[String], removed: &[String]) -> fmt::Result {
    f.write_str("values ")?;
    if !removed.is_empty() {
        write!(f, "removed: {}", removed.join(", "))?;
    }
    if !removed.is_empty() && !added.is_empty() {
        f.write_str("; ")?;
    }
    if !added.is_empty() {
        write!(f, "added: {}", added.join(", "))?;
    }
    Ok(())
}
