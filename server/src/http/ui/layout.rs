//! What every page shows around its content, and the small view pieces that all share.

use crate::{auth::Actor, clock::Timestamp};

/// The frame of a page: title, breadcrumbs, navigation, who is signed in.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    pub title: String,
    pub user: Option<UserView>,
    /// `light` or `dark`; none follows the system.
    pub theme: Option<&'static str>,
    pub crumbs: Vec<Crumb>,
    pub project: Option<ProjectNav>,
    /// Which entry of the side navigation is the current one.
    pub section: &'static str,
}

/// The person in the top bar.
#[derive(Debug, Clone)]
pub struct UserView {
    pub name: String,
    pub email: String,
    pub initials: String,
    pub is_admin: bool,
}

impl From<&Actor> for UserView {
    fn from(actor: &Actor) -> UserView {
        let initials = actor.name.split_whitespace().filter_map(|word| word.chars().next()).take(2).collect();
        UserView { name: actor.name.clone(), email: actor.email.clone(), initials, is_admin: actor.is_admin }
    }
}

/// One step of the breadcrumbs; the last one has no address.
#[derive(Debug, Clone)]
pub struct Crumb {
    pub label: String,
    pub href: Option<String>,
}

/// A project's entries in the side navigation.
#[derive(Debug, Clone)]
pub struct ProjectNav {
    pub id: String,
}

/// One entry of the side navigation.
#[derive(Debug)]
pub struct NavItem {
    pub label: &'static str,
    pub href: String,
    pub section: &'static str,
}

impl ProjectNav {
    pub fn items(&self) -> Vec<NavItem> {
        let item = |label, section, tail: &str| NavItem {
            label,
            section,
            href: format!("/projects/{}{tail}", self.id),
        };
        vec![
            item("Overview", "overview", ""),
            item("Blueprints", "blueprints", "/blueprints"),
            item("Environments", "environments", "/environments"),
            item("Runs", "runs", "/runs"),
            item("Settings", "settings", "/settings"),
        ]
    }
}

impl Layout {
    pub fn crumb(mut self, label: impl Into<String>, href: impl Into<String>) -> Layout {
        self.crumbs.push(Crumb { label: label.into(), href: Some(href.into()) });
        self
    }

    /// The page's own crumb, which is its title too.
    pub fn here(mut self, label: impl Into<String>) -> Layout {
        let label = label.into();
        self.title.clone_from(&label);
        self.crumbs.push(Crumb { label, href: None });
        self
    }

    /// A page inside a project.
    pub fn in_project(mut self, id: &str, name: &str, section: &'static str) -> Layout {
        self.project = Some(ProjectNav { id: id.to_owned() });
        self.section = section;
        if section == "overview" {
            return self.crumb("Projects", "/projects").here(name);
        }
        self.crumb("Projects", "/projects").crumb(name, format!("/projects/{id}"))
    }

    /// Whether an administrator looks at it.
    pub fn is_admin(&self) -> bool {
        self.user.as_ref().is_some_and(|user| user.is_admin)
    }

    pub fn section(mut self, section: &'static str) -> Layout {
        self.section = section;
        self
    }
}

/// A state in a word, with the tone that goes with it.
#[derive(Debug, Clone, Default)]
pub struct Chip {
    /// A class of the design system: `create`, `update`, `replace`, `destroy`, `read`, or empty for grey.
    pub tone: &'static str,
    pub label: String,
    /// Something is going on right now.
    pub live: bool,
}

impl Chip {
    pub fn new(tone: &'static str, label: impl Into<String>) -> Chip {
        Chip { tone, label: label.into(), live: false }
    }

    pub fn live(tone: &'static str, label: impl Into<String>) -> Chip {
        Chip { tone, label: label.into(), live: true }
    }
}

/// A point in time for the `time` macro.
#[derive(Debug, Clone)]
pub struct Moment {
    pub iso: String,
    pub exact: String,
}

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Moment {
        let iso = at.rfc3339();
        let exact = format!("{} UTC", iso.get(..16).unwrap_or(&iso).replace('T', " "));
        Moment { iso, exact }
    }
}

/// One input of a form: what was typed and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Field {
    pub id: String,
    pub name: &'static str,
    pub value: String,
    pub error: String,
}

impl Field {
    pub fn new(name: &'static str, value: impl Into<String>) -> Field {
        Field { id: format!("field-{name}"), name, value: value.into(), error: String::new() }
    }
}

/// "1 resource", "2 resources".
pub fn count(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}
