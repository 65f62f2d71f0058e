//! Calls of functions, by the signatures that Terraform itself tells.

use cloudoven_crawler::catalog::{Function, Parameter, Type};
use hcl_edit::expr::{Expression, FuncCall};

use super::{Knowledge, Walk, convert};
use crate::{diagnostic::Code, locate::span, similar::similar, types::Inferred};

/// The functions of Terraform's language that take expressions, not values: what fails in them is not an error.
///
/// Source: <https://developer.hashicorp.com/terraform/language/functions/try>
const TOLERANT: [&str; 2] = ["try", "can"];

impl<'a> Walk<'a, '_> {
    pub(super) fn call(&mut self, call: &'a FuncCall) -> Inferred {
        let namespace = call.name.namespace.iter().map(|part| part.as_str());
        let parts: Vec<&str> = namespace.chain([call.name.name.as_str()]).collect();
        let name = parts.join("::");
        let functions = &self.inference.schemas.functions.functions;
        let Some(function) = functions.get(&name) else {
            if functions.is_empty() || parts.first() == Some(&"provider") {
                call.args.iter().for_each(|argument| drop(self.of(argument)));
                return Inferred::UNKNOWN;
            }
            let names = functions.keys().map(String::as_str).filter(|name| !name.contains("::"));
            let hint = similar(parts.last().unwrap_or(&""), names);
            let hint = hint.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
            return self.fault(
                span(&call.name.name),
                Code::UnknownFunction,
                format!("there is no function {name}{hint}"),
            );
        };
        let signature = &function.signature;
        if TOLERANT.contains(&call.name.name.as_str()) {
            let mut values: Vec<Inferred> =
                self.silently(|walk| call.args.iter().map(|argument| walk.of(argument)).collect());
            // `try` gives the first that works, which most often is meant to be the first.
            return match (&signature.return_type, self.inference.knowledge) {
                (Type::Dynamic, Knowledge::Design) if !values.is_empty() => values.swap_remove(0),
                (ty, _) => Inferred::Of(ty.clone()),
            };
        }
        match self.expanded(call) {
            Some(arguments) => self.apply(call, &name, signature, &arguments),
            None => Inferred::UNKNOWN,
        }
    }

    /// The arguments with their values, where those of `list...` are known; the values of others are found in their turn.
    fn expanded(&mut self, call: &'a FuncCall) -> Option<Vec<(&'a Expression, Option<Inferred>)>> {
        let mut arguments: Vec<_> = call.args.iter().map(|argument| (argument, None)).collect();
        if !call.args.expand_final() {
            return Some(arguments);
        }
        let (last, _) = arguments.pop()?;
        match self.of(last) {
            Inferred::Tuple(items) => arguments.extend(items.iter().map(|item| (last, Some(item.clone())))),
            Inferred::Of(Type::Dynamic | Type::List(_) | Type::Set(_) | Type::Tuple(_)) => return None,
            _ => {
                self.wrong_type(last, "only a list, set or tuple can be spread with `...`");
                return None;
            }
        }
        Some(arguments)
    }

    fn apply(
        &mut self,
        call: &'a FuncCall,
        name: &str,
        signature: &Function,
        arguments: &[(&'a Expression, Option<Inferred>)],
    ) -> Inferred {
        if let Some(message) = miscounted(name, signature, arguments.len()) {
            return self.fault(span(&call.name.name), Code::WrongArgumentCount, message);
        }
        let before = self.failed.get();
        let mut vague = false;
        let parameters =
            signature.parameters.iter().map(Some).chain(std::iter::repeat(signature.variadic.as_ref()));
        for ((expression, value), parameter) in arguments.iter().zip(parameters) {
            let Some(parameter) = parameter else { continue };
            let value = match value {
                Some(value) => value.clone(),
                None => self.of(expression),
            };
            self.argument(name, parameter, expression, &value, vague);
            vague |= value.is_unknown() && has_any(&parameter.ty);
        }
        // Of what type the result is depends on a value of which not even the type is known.
        if vague || self.failed.get() > before {
            return Inferred::UNKNOWN;
        }
        Inferred::Of(signature.return_type.clone())
    }

    fn argument(
        &self,
        function: &str,
        parameter: &Parameter,
        expression: &Expression,
        value: &Inferred,
        vague: bool,
    ) {
        let name = &parameter.name;
        if let Err(mismatch) = convert(value, &parameter.ty) {
            self.wrong_type(expression, format!("{name} of {function}: {mismatch}"));
        } else if *value == Inferred::Null && !parameter.nullable && !vague {
            self.wrong_type(expression, format!("{name} of {function} cannot be null"));
        }
    }
}

fn miscounted(name: &str, signature: &Function, count: usize) -> Option<String> {
    let wanted = signature.parameters.len();
    let arguments = if wanted == 1 { "argument" } else { "arguments" };
    if let Some(missing) = signature.parameters.get(count) {
        let least = if signature.variadic.is_some() { "at least " } else { "" };
        return Some(format!("{name} takes {least}{wanted} {arguments}; {} is missing", missing.name));
    }
    (count > wanted && signature.variadic.is_none())
        .then(|| format!("{name} takes {wanted} {arguments}, not {count}"))
}

/// Whether a type leaves something open.
fn has_any(ty: &Type) -> bool {
    match ty {
        Type::Dynamic => true,
        Type::List(ty) | Type::Set(ty) | Type::Map(ty) => has_any(ty),
        Type::Tuple(types) => types.iter().any(has_any),
        Type::Object(attributes) => attributes.values().any(|a| has_any(&a.ty)),
        _ => false,
    }
}
