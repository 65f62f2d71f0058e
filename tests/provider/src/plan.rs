//! What a block comes to before it is applied: defaults filled in, values of the cloud marked unknown, mistakes found.

use tf_provider::{AttributePath, Diagnostics};

use crate::data::{Data, Known, Object};
use crate::schema::{Argument, Block, Need, Nesting, Type};

impl Block {
    /// Puts the defaults of what the configuration leaves out into the planned values, and marks as unknown what the
    /// cloud has yet to give. What it gave before, Terraform has already carried over.
    pub fn plan(&self, planned: &mut Object, config: &Object) {
        plan_arguments(&self.arguments, planned, config);
        for nested in &self.nested {
            let (Some(Data::Value(planned)), Some(Data::Value(config))) =
                (planned.get_mut(nested.name), config.get(nested.name))
            else {
                continue;
            };
            match (nested.nesting, planned, config) {
                (Nesting::List | Nesting::Optional, Known::List(planned), Known::List(config)) => {
                    for (planned, config) in planned.iter_mut().zip(config) {
                        nested.block.plan_value(planned, config);
                    }
                }
                (Nesting::Map, Known::Object(planned), Known::Object(config)) => {
                    for (label, planned) in planned {
                        nested.block.plan_value(planned, config.get(label).unwrap_or(&Data::Null));
                    }
                }
                (Nesting::Single | Nesting::Group, Known::Object(planned), Known::Object(config)) => {
                    nested.block.plan(planned, config);
                }
                _ => {}
            }
        }
    }

    fn plan_value(&self, planned: &mut Data, config: &Data) {
        if let (Data::Value(Known::Object(planned)), Data::Value(Known::Object(config))) = (planned, config) {
            self.plan(planned, config);
        }
    }

    /// Reports every value that its argument does not allow, each at its own place.
    pub fn check(&self, config: &Object, path: &AttributePath, diags: &mut Diagnostics) {
        check_arguments(&self.arguments, config, path, diags);
        for nested in &self.nested {
            let path = path.clone().attribute(nested.name);
            match config.get(nested.name) {
                Some(Data::Value(Known::List(items))) => {
                    for (index, item) in (0_i64..).zip(items) {
                        // An element of a set has no index, so the set itself is the place.
                        let set = nested.nesting == Nesting::Set;
                        let path = if set { path.clone() } else { path.clone().index(index) };
                        nested.block.check_value(item, &path, diags);
                    }
                }
                Some(Data::Value(Known::Object(items))) if nested.nesting == Nesting::Map => {
                    for (label, item) in items {
                        nested.block.check_value(item, &path.clone().key(label.clone()), diags);
                    }
                }
                Some(value) => nested.block.check_value(value, &path, diags),
                None => {}
            }
        }
    }

    fn check_value(&self, value: &Data, path: &AttributePath, diags: &mut Diagnostics) {
        if let Data::Value(Known::Object(config)) = value {
            self.check(config, path, diags);
        }
    }
}

fn plan_arguments(arguments: &[Argument], planned: &mut Object, config: &Object) {
    for argument in arguments {
        let given = config.get(argument.name).unwrap_or(&Data::Null);
        let value = planned.entry(argument.name.to_owned()).or_default();
        match &argument.default {
            Some(default) if given.is_null() => *value = Data::Value(default.clone()),
            _ if argument.need == Need::Computed && value.is_null() => *value = Data::Unknown,
            _ => {}
        }
    }
}

fn check_arguments(arguments: &[Argument], config: &Object, path: &AttributePath, diags: &mut Diagnostics) {
    for argument in arguments {
        let Some(Data::Value(value)) = config.get(argument.name) else { continue };
        let place = || path.clone().attribute(argument.name);
        match (&argument.kind, value) {
            (Type::Text, Known::Text(text))
                if !argument.values.is_empty() && !argument.values.contains(&text.as_str()) =>
            {
                let detail =
                    format!("{} must be one of {}, not {text:?}.", argument.name, argument.values.join(", "));
                diags.error("Value not allowed", detail, place());
            }
            (Type::Number, Known::Whole(0..)) => {}
            (Type::Number, _) => {
                let detail = format!("{} must be a whole number, zero or more.", argument.name);
                diags.error("Value not allowed", detail, place());
            }
            (Type::Object(inner), Known::Object(object)) => check_arguments(inner, object, &place(), diags),
            _ => {}
        }
    }
}
