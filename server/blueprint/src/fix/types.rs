//! Values of a wrong type that are of the right one in another form.

use cloudoven_crawler::catalog::Type;
use hcl_edit::expr::Expression;

use super::{
    Fix,
    site::{Site, shown},
};
use crate::locate::{inside, span};

/// The value in another form, where it then is of the argument's type.
pub(super) fn wrong(site: &Site) -> Vec<Fix> {
    let Some(place) = site.place() else { return Vec::new() };
    let Some(attribute) = place.attribute() else { return Vec::new() };
    let (value, rest) = inside(&attribute.value, place.inner);
    if !rest.is_empty() || span(value) != site.span() {
        return Vec::new();
    }
    let wanted = site.wanted();
    let code = site.marked();
    let mut fixes: Vec<Fix> = Vec::new();
    for (title, code) in
        forms(site, value, code, &wanted).into_iter().filter(|(_, code)| site.fits(code, &wanted))
    {
        let fix = site.replaced(title, site.span(), &code);
        fixes.extend(fix.filter(|fix| site.works(fix)));
    }
    if let [only] = fixes.as_mut_slice() {
        only.sure = matches!(
            value,
            Expression::Array(_) | Expression::String(_) | Expression::Number(_) | Expression::Bool(_)
        );
    }
    fixes
}

/// Titles and codes to be tried.
fn forms(site: &Site, value: &Expression, code: &str, wanted: &Type) -> Vec<(String, String)> {
    let change = |code: String| (format!("Change to {}", shown(&code)), code);
    let mut forms = Vec::new();
    if let Expression::Array(items) = value
        && let (Some(item), 1) = (items.get(0), items.len())
    {
        forms.extend(
            site.text.get(span(item)).map(|item| ("Take it out of the list".to_owned(), item.to_owned())),
        );
    }
    match wanted {
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => {
            forms.push(("Put it into a list".to_owned(), format!("[{code}]")))
        }
        Type::Bool => {
            let word = code.trim_matches('"').to_ascii_lowercase();
            let meant = match word.as_str() {
                "true" | "yes" | "on" | "1" | "enabled" => Some("true"),
                "false" | "no" | "off" | "0" | "disabled" => Some("false"),
                _ => None,
            };
            forms.extend(meant.map(|meant| change(meant.to_owned())));
        }
        Type::Number => {
            let bare: String =
                code.trim_matches('"').chars().filter(|c| !matches!(c, ',' | '_' | ' ')).collect();
            let digits = !bare.is_empty() && bare.parse::<f64>().is_ok_and(f64::is_finite);
            forms.extend(digits.then(|| change(bare)));
        }
        _ => {}
    }
    // A whole element where one of its attributes is wanted.
    if matches!(value, Expression::Traversal(_)) && site.document.element(code).is_some() {
        let mined =
            site.attribute().into_iter().flat_map(|a| &a.docs.references).map(|r| r.attribute.as_str());
        let usual = mined.chain(["id", "name"]);
        forms.extend(usual.take(4).map(|attribute| change(format!("{code}.{attribute}"))));
    }
    forms
}
