//! One type that several convert to: the branches of a condition, the elements of a list.
//!
//! Source: <https://github.com/zclconf/go-cty/blob/main/docs/convert.md#type-unification>, by tests against the real
//! Terraform.

use std::{cmp::Ordering, collections::BTreeMap};

use cloudoven_crawler::catalog::{ObjectAttribute, Type};

use super::convertible;

/// With more different types than these, nothing is said of what they have in common.
const MAX_DISTINCT: usize = 64;

/// The type that all of these convert to; none if there is no such type.
///
/// A type that is not known goes with what the others have in common. With lists, objects and the like it may still
/// turn out to decide, so that nothing but [`Type::Dynamic`] can be said.
pub(crate) fn unify(types: &[&Type]) -> Option<Type> {
    let mut distinct: Vec<&Type> = Vec::new();
    let mut vague = false;
    for ty in types {
        match ty {
            Type::Dynamic => vague = true,
            ty if !distinct.contains(ty) => distinct.push(ty),
            _ => {}
        }
        if distinct.len() > MAX_DISTINCT {
            return Some(Type::Dynamic);
        }
    }
    let kinds = Kinds::of(&distinct);
    let common = match distinct.as_slice() {
        [] => return vague.then_some(Type::Dynamic),
        [one] => Some((*one).clone()),
        _ if kinds.objects > 0 && kinds.tuples > 0 => return None,
        many => match structural(many, &kinds) {
            Some(structural) => Some(structural?),
            None => preferred(many),
        },
    };
    match common {
        Some(common) if vague && !common.is_primitive() => Some(Type::Dynamic),
        None if vague => Some(Type::Dynamic),
        common => common,
    }
}

/// How many there are of each kind.
#[derive(Debug, Default)]
struct Kinds {
    lists: usize,
    sets: usize,
    maps: usize,
    tuples: usize,
    objects: usize,
}

impl Kinds {
    fn of(types: &[&Type]) -> Kinds {
        let mut kinds = Kinds::default();
        for ty in types {
            match ty {
                Type::List(_) => kinds.lists += 1,
                Type::Set(_) => kinds.sets += 1,
                Type::Map(_) => kinds.maps += 1,
                Type::Tuple(_) => kinds.tuples += 1,
                Type::Object(_) => kinds.objects += 1,
                _ => {}
            }
        }
        kinds
    }
}

/// The common type of types of one structure, part by part; the outer none where they are of several.
fn structural(types: &[&Type], kinds: &Kinds) -> Option<Option<Type>> {
    let all = types.len();
    let collection = |wrap: fn(Box<Type>) -> Type| {
        let elements: Vec<&Type> = types.iter().filter_map(|ty| ty.element()).collect();
        unify(&elements).map(|element| wrap(Box::new(element)))
    };
    if kinds.lists == all {
        return Some(collection(Type::List));
    }
    if kinds.sets == all {
        return Some(collection(Type::Set));
    }
    if kinds.maps == all {
        return Some(collection(Type::Map));
    }
    if kinds.objects == all {
        return Some(objects(types));
    }
    if kinds.tuples == all {
        return Some(tuples(types));
    }
    // Objects are often maps, and tuples lists, that are merely written so.
    if kinds.maps > 0 && kinds.maps + kinds.objects == all {
        return written(types, Type::Map).map(Some);
    }
    if kinds.lists > 0 && kinds.lists + kinds.tuples == all {
        return written(types, Type::List).map(Some);
    }
    None
}

/// The collection that real ones have in common with the objects or tuples that are meant as such; none where the latter
/// have no element type of their own.
fn written(types: &[&Type], wrap: fn(Box<Type>) -> Type) -> Option<Type> {
    let (real, meant): (Vec<&Type>, Vec<&Type>) = types.iter().partition(|ty| ty.element().is_some());
    let own = unify(&meant.into_iter().flat_map(parts).collect::<Vec<_>>())?;
    let elements: Vec<&Type> = real.into_iter().filter_map(Type::element).chain([&own]).collect();
    unify(&elements).map(|element| wrap(Box::new(element)))
}

/// The types inside a type.
fn parts(ty: &Type) -> Vec<&Type> {
    match ty {
        Type::List(element) | Type::Set(element) | Type::Map(element) => vec![element],
        Type::Tuple(types) => types.iter().collect(),
        Type::Object(attributes) => attributes.values().map(|a| &a.ty).collect(),
        _ => Vec::new(),
    }
}

/// Objects with the same attributes are unified attribute by attribute; others become a map.
fn objects(types: &[&Type]) -> Option<Type> {
    let all: Vec<&BTreeMap<String, ObjectAttribute>> = types
        .iter()
        .filter_map(|ty| match ty {
            Type::Object(attributes) => Some(attributes),
            _ => None,
        })
        .collect();
    let first = all.first()?;
    if !all.iter().all(|attributes| attributes.keys().eq(first.keys())) {
        let element = unify(&types.iter().flat_map(|ty| parts(ty)).collect::<Vec<_>>())?;
        return Some(Type::Map(Box::new(element)));
    }
    let attribute = |name: &String| {
        let across: Vec<&Type> =
            all.iter().filter_map(|attributes| Some(&attributes.get(name)?.ty)).collect();
        Some((name.clone(), ObjectAttribute { ty: unify(&across)?, optional: false }))
    };
    first.keys().map(attribute).collect::<Option<_>>().map(Type::Object)
}

/// Tuples of the same length are unified element by element; others become a list.
fn tuples(types: &[&Type]) -> Option<Type> {
    let all: Vec<Vec<&Type>> = types.iter().map(|ty| parts(ty)).collect();
    let first = all.first()?;
    if !all.iter().all(|elements| elements.len() == first.len()) {
        let element = unify(&all.concat())?;
        return Some(Type::List(Box::new(element)));
    }
    let element = |i: usize| unify(&all.iter().map(|elements| elements[i]).collect::<Vec<_>>());
    (0..first.len()).map(element).collect::<Option<_>>().map(Type::Tuple)
}

/// The one of the types that all others convert to; of several the most general.
fn preferred(types: &[&Type]) -> Option<Type> {
    let fits = |wanted: &&&Type| types.iter().all(|ty| ty == *wanted || convertible(ty, wanted));
    let fitting: Vec<&Type> = types.iter().filter(fits).copied().collect();
    let best =
        |candidate: &&&Type| fitting.iter().all(|other| generality(other, candidate) != Ordering::Less);
    fitting.iter().find(best).or(fitting.first()).map(|ty| (*ty).clone())
}

/// `Less` where `a` is preferred.
fn generality(a: &Type, b: &Type) -> Ordering {
    use Ordering::{Equal, Greater, Less};
    match (a, b) {
        (Type::String, Type::Number | Type::Bool) => Less,
        (Type::Number | Type::Bool, Type::String) => Greater,
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
            generality(a, b)
        }
        (Type::List(_), Type::Tuple(_) | Type::Set(_))
        | (Type::Tuple(_), Type::Set(_))
        | (Type::Map(_), Type::Object(_)) => Less,
        (Type::Tuple(_) | Type::Set(_), Type::List(_))
        | (Type::Set(_), Type::Tuple(_))
        | (Type::Object(_), Type::Map(_)) => Greater,
        _ => Equal,
    }
}

/// A type for a new variable: what a literal is, with lists and maps where its parts agree.
pub(crate) fn general(ty: &Type) -> Type {
    match ty {
        Type::Tuple(types) => match uniform(types.iter()) {
            Some(one) => Type::List(Box::new(one)),
            None => Type::Dynamic,
        },
        Type::Object(attributes) => match uniform(attributes.values().map(|a| &a.ty)) {
            Some(one @ (Type::String | Type::Number | Type::Bool)) => Type::Map(Box::new(one)),
            _ => Type::Object(
                attributes
                    .iter()
                    .map(|(k, a)| (k.clone(), ObjectAttribute { ty: general(&a.ty), optional: a.optional }))
                    .collect(),
            ),
        },
        other => other.clone(),
    }
}

fn uniform<'a>(types: impl Iterator<Item = &'a Type>) -> Option<Type> {
    let mut general = types.map(general);
    let first = general.next()?;
    general.all(|t| t == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::constraint;

    /// Those of two known types were read from `terraform console`, of `type(true ? a : b)`.
    #[test]
    fn unifies_as_terraform_does() {
        for (types, common) in [
            (&["string", "number"][..], Some("string")),
            (&["number", "bool"], None),
            (&["tuple([string])", "tuple([])"], Some("list(string)")),
            (&["tuple([string, bool])", "tuple([number, bool])"], Some("tuple([string, bool])")),
            (&["object({ a = string })", "object({ b = number })"], Some("map(string)")),
            (&["object({ a = string })", "object({ a = list(string) })"], None),
            (&["list(number)", "tuple([string])"], Some("list(string)")),
            (&["map(number)", "object({ a = bool, b = string })"], Some("map(string)")),
            (&["list(string)", "set(string)"], Some("list(string)")),
            (&["object({})", "tuple([])"], None),
            (&["map(string)", "object({})"], Some("map(string)")),
            (&["any", "string"], Some("string")),
            (&["any", "list(string)"], Some("any")),
            (&["any", "number", "bool"], Some("any")),
            (&["list(any)", "tuple([number, bool])"], None),
        ] {
            let types: Vec<Type> = types.iter().map(|ty| constraint(&ty.parse().unwrap())).collect();
            let found = unify(&types.iter().collect::<Vec<_>>());
            assert_eq!(found.map(|ty| ty.to_string()).as_deref(), common, "{types:?}");
        }
    }
}
