//! Declaring what an expression refers to: a variable, a local, a provider configuration, a resource.

use cloudoven_crawler::catalog::Type;
use hcl_edit::expr::Expression;

use super::{
    Fix,
    site::{Site, shown},
};
use crate::{
    document::{ElementKind, RESERVED_VARIABLES},
    edit::{add_locals, append, declaration, set_code},
    locate::span,
    path::is_identifier,
    scaffold::{self, placeholder},
    schemas::local_name,
    write,
};

/// The argument set to a new variable: its value is then a matter of the deployment.
pub(super) fn variable_for(site: &Site) -> Option<Fix> {
    let place = site.place()?;
    let base = site.path.last_name().filter(|name| is_identifier(name))?;
    let name = site.document.free_variable(base);
    let code = declaration(site.element, &name, &site.wanted(), site.attribute(), None);
    site.fix(format!("Ask for it with a new variable, {name}"), |draft| {
        set_code(draft, &place, &format!("var.{name}"))?;
        draft.append(ElementKind::Variable.file(), &write::laid_out(&code, ""))
    })
}

/// The variable that is referred to and is not there.
pub(super) fn variable(site: &Site, name: &str) -> Option<Fix> {
    if RESERVED_VARIABLES.contains(&name) {
        return None;
    }
    let ty = alone(site).unwrap_or(Type::Dynamic);
    let facts = (ty != Type::Dynamic).then(|| site.attribute()).flatten();
    let code = declaration(site.element, name, &ty, facts, None);
    site.fix(format!("Declare the variable {name}"), |draft| {
        draft.append(ElementKind::Variable.file(), &write::laid_out(&code, ""))
    })
}

/// The local that is referred to and is not there, with the first empty value that is taken where it is used.
pub(super) fn local(site: &Site, name: &str) -> Option<Fix> {
    let fitting = alone(site).map(|ty| placeholder(&ty, 0, true));
    let empty = ["\"\"", "null", "{}", "[]", "0"].map(str::to_owned);
    let file = locals_file(site);
    let declared = |value: String| {
        let title = format!("Declare the local {name} = {}", shown(&value));
        let fix =
            site.fix(title, |draft| add_locals(draft, site.document, file, &format!("{name} = {value}")))?;
        site.works(&fix).then_some(fix)
    };
    fitting.into_iter().chain(empty).find_map(declared)
}

/// Where locals are: in the file at hand, else in the first that has some.
fn locals_file<'a>(site: &Site<'a>) -> &'a str {
    let mut locals = site.document.elements().iter().filter(|e| e.kind == ElementKind::Local);
    let here = locals.clone().any(|e| e.file == site.element.file);
    if here {
        return &site.element.file;
    }
    locals.next().map_or(ElementKind::Local.file(), |e| e.file.as_str())
}

/// The argument's type, if its value is nothing but what the finding marks.
fn alone(site: &Site) -> Option<Type> {
    let place = site.place()?;
    let value = &place.attribute()?.value;
    let whole = matches!(value, Expression::Traversal(_)) && span(value) == site.span();
    (whole && place.inner.is_empty()).then(|| site.wanted())
}

/// `provider = aws.west`: the configuration with that alias.
pub(super) fn provider(site: &Site, ty: &str, alias: &str) -> Option<Fix> {
    let schema = ElementKind::Provider.catalog().and_then(|kind| site.schemas.get(kind, ty));
    let body = schema.map(|page| scaffold::body(&page.block, site.context())).unwrap_or_default();
    site.fix(format!("Add the provider configuration {ty}.{alias}"), |draft| {
        let head = format!("provider {}", write::string(ty));
        let body = format!("alias = {}\n{body}", write::string(alias));
        append(draft, ElementKind::Provider.file(), &head, &body)
    })
}

/// The resource or data source that is referred to, as far as the catalog knows it.
pub(super) fn resource(site: &Site, kind: ElementKind, ty: &str, name: &str) -> Option<Fix> {
    let keyword = kind.catalog()?;
    let page = site.schemas.get(keyword, ty)?;
    let declared = site.document.required_providers();
    // Its provider is declared by an edit of its own.
    if !declared.is_empty() && !declared.contains_key(local_name(ty)) {
        return None;
    }
    let address = kind.address(ty, name)?;
    let body = scaffold::body(&page.block, scaffold::Context { address: &address, ..site.context() });
    site.fix(format!("Add the {} {address}", super::references::word(kind)), |draft| {
        let head = format!("{} {} {}", keyword.keyword(), write::string(ty), write::string(name));
        append(draft, kind.file(), &head, &body)
    })
}
