//! The graph: every element and what it refers to, drawn; one element's neighbourhood; DOT to take along.

use std::fmt::Write as _;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Path, Query, State},
    response::IntoResponse,
};
use serde::Deserialize;

use super::outline;
use crate::{
    app::App,
    blueprint::{self, Around, Graph, Layout as Drawing, MAX_DRAWN, NODE, Node, Point, Scope, Show},
    http::{
        download,
        ui::{
            layout::{Layout, count},
            page::{PageResult, Viewer, url_encode},
        },
    },
    project::{design, projects},
    store::BlueprintId,
};

/// The steps that can be chosen around an element.
const STEPS: [usize; 3] = [1, 2, 3];
/// Names offered while one is typed.
const OFFERED: usize = 2_000;
/// The most connected elements, offered when there are too many to draw.
const HUBS: usize = 24;
/// Around the drawing, so that no line or shadow is cut off.
const MARGIN: f64 = 24.0;

/// What is looked at: a link holds all of it.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Looked {
    #[serde(default)]
    show: Show,
    /// The chosen element.
    element: Option<String>,
    /// Only so many references around it.
    steps: Option<usize>,
}

impl Looked {
    fn scope(&self) -> Scope {
        let address = self.element.clone().filter(|e| !e.is_empty());
        let around = address.zip(self.steps).map(|(address, steps)| Around { address, steps });
        Scope { show: self.show, around }
    }

    fn url(&self, id: &BlueprintId) -> String {
        let mut url = format!("/blueprints/{id}/graph?show={}", self.word());
        if let Some(element) = &self.element {
            let _ = write!(url, "&element={}", url_encode(element));
        }
        if let Some(steps) = self.steps {
            let _ = write!(url, "&steps={steps}");
        }
        url
    }

    fn word(&self) -> &'static str {
        match self.show {
            Show::All => "all",
            Show::Resources => "resources",
        }
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "designer/graph.html")]
struct GraphPage {
    layout: Layout,
    id: String,
    looked: Looked,
    facts: String,
    shows: Vec<Choice>,
    steps: Vec<Choice>,
    dot: String,
    cycles: Vec<String>,
    offered: Vec<String>,
    picture: Option<Picture>,
    hubs: Vec<Link>,
    panel: Option<Panel>,
    limit: usize,
    empty: bool,
    incomplete: bool,
}

/// One of several links, of which one is current.
struct Choice {
    label: String,
    url: String,
    current: bool,
}

struct Link {
    address: String,
    url: String,
    facts: String,
}

/// The drawing as SVG.
struct Picture {
    width: f64,
    height: f64,
    box_width: f64,
    box_height: f64,
    nodes: Vec<NodeView>,
    arrows: Vec<ArrowView>,
}

struct NodeView {
    x: f64,
    y: f64,
    address: String,
    label: String,
    letters: String,
    class: &'static str,
    detail: String,
    url: String,
    selected: bool,
    in_cycle: bool,
}

struct ArrowView {
    path: String,
    from: usize,
    to: usize,
    in_cycle: bool,
    /// Begins or ends at the chosen element.
    chosen: bool,
}

/// What the chosen element uses, and what uses it.
struct Panel {
    address: String,
    place: String,
    open: String,
    uses: Vec<Link>,
    used_by: Vec<Link>,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<BlueprintId>,
    Query(looked): Query<Looked>,
) -> PageResult {
    let (blueprint, _, graph) = design::graph(&app, &viewer.actor, &id, None, looked.scope()).await?;
    let project = projects::get(&app, &viewer.actor, &blueprint.project_id).await?;
    let layout = viewer
        .layout()
        .crumb(&project.name, format!("/projects/{}", project.id))
        .crumb(&blueprint.name, format!("/blueprints/{id}"))
        .here("Graph");
    Ok(view(layout, &id, looked, &graph).into_response())
}

pub(super) async fn dot(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<BlueprintId>,
    Query(looked): Query<Looked>,
) -> PageResult {
    let (blueprint, revision, graph) = design::graph(&app, &viewer.actor, &id, None, looked.scope()).await?;
    let name = format!("{}-r{}", blueprint.name, revision.number);
    Ok(download::dot(&name, blueprint::dot(&graph)))
}

fn view(layout: Layout, id: &BlueprintId, looked: Looked, graph: &Graph) -> GraphPage {
    let chosen = graph.nodes.iter().position(|n| Some(&n.element.address) == looked.element.as_ref());
    let references = count(graph.arrows.len(), "reference", "references");
    GraphPage {
        layout,
        id: id.to_string(),
        facts: format!("{}, {references}", count(graph.nodes.len(), "element", "elements")),
        shows: shows(id, &looked),
        steps: chosen.map(|_| steps(id, &looked)).unwrap_or_default(),
        dot: looked.url(id).replacen("/graph?", "/graph.dot?", 1),
        cycles: graph.cycles.iter().map(|cycle| in_words(graph, cycle)).collect(),
        offered: graph.nodes.iter().take(OFFERED).map(|n| n.element.address.clone()).collect(),
        picture: graph.layout.as_ref().map(|drawing| picture(id, &looked, graph, drawing, chosen)),
        hubs: if graph.layout.is_none() { hubs(id, &looked, graph) } else { Vec::new() },
        panel: chosen.map(|node| panel(id, &looked, graph, node)),
        limit: MAX_DRAWN,
        empty: graph.nodes.is_empty(),
        incomplete: graph.incomplete,
        looked,
    }
}

fn shows(id: &BlueprintId, looked: &Looked) -> Vec<Choice> {
    let one = |(label, show): (&str, Show)| Choice {
        label: label.to_owned(),
        url: Looked { show, ..looked.clone() }.url(id),
        current: looked.show == show,
    };
    [("Everything", Show::All), ("Resources", Show::Resources)].map(one).into()
}

fn steps(id: &BlueprintId, looked: &Looked) -> Vec<Choice> {
    let one = |(label, steps): (String, Option<usize>)| Choice {
        label,
        url: Looked { steps, ..looked.clone() }.url(id),
        current: looked.steps == steps,
    };
    let whole = ("Whole graph".to_owned(), None);
    std::iter::once(whole).chain(STEPS.map(|n| (count(n, "step", "steps"), Some(n)))).map(one).collect()
}

fn in_words(graph: &Graph, cycle: &[usize]) -> String {
    let names: Vec<&str> = cycle.iter().map(|i| graph.nodes[*i].element.address.as_str()).collect();
    names.join(", ")
}

fn to(id: &BlueprintId, looked: &Looked, node: &Node) -> String {
    Looked { element: Some(node.element.address.clone()), ..looked.clone() }.url(id)
}

fn hubs(id: &BlueprintId, looked: &Looked, graph: &Graph) -> Vec<Link> {
    let mut degree = vec![0_usize; graph.nodes.len()];
    for arrow in &graph.arrows {
        degree[arrow.from] += 1;
        degree[arrow.to] += 1;
    }
    let mut order: Vec<usize> = (0..degree.len()).collect();
    order.sort_by_key(|i| std::cmp::Reverse(degree[*i]));
    let near = Looked { steps: Some(1), ..looked.clone() };
    let link = |i: usize| Link {
        address: graph.nodes[i].element.address.clone(),
        url: to(id, &near, &graph.nodes[i]),
        facts: count(degree[i], "reference", "references"),
    };
    order.into_iter().take(HUBS).map(link).collect()
}

fn panel(id: &BlueprintId, looked: &Looked, graph: &Graph, node: usize) -> Panel {
    let element = &graph.nodes[node].element;
    let link = |i: usize| Link {
        address: graph.nodes[i].element.address.clone(),
        url: to(id, looked, &graph.nodes[i]),
        facts: String::new(),
    };
    Panel {
        address: element.address.clone(),
        place: format!("{}, line {}", element.file, element.line),
        open: format!("/blueprints/{id}?element={}", url_encode(&element.address)),
        uses: graph.arrows.iter().filter(|a| a.from == node).map(|a| link(a.to)).collect(),
        used_by: graph.arrows.iter().filter(|a| a.to == node).map(|a| link(a.from)).collect(),
    }
}

fn picture(
    id: &BlueprintId,
    looked: &Looked,
    graph: &Graph,
    drawing: &Drawing,
    chosen: Option<usize>,
) -> Picture {
    let node = |(i, (node, at)): (usize, (&Node, &Point))| NodeView {
        x: at.x + MARGIN,
        y: at.y + MARGIN,
        address: node.element.address.clone(),
        label: node.element.name.clone(),
        letters: outline::letters(&node.element),
        class: outline::class(node.element.kind),
        detail: node.element.ty.clone().unwrap_or_else(|| node.element.keyword.clone()),
        url: to(id, looked, node),
        selected: chosen == Some(i),
        in_cycle: node.in_cycle,
    };
    let arrow = |(arrow, route): (&blueprint::Arrow, &Vec<Point>)| ArrowView {
        path: path(route),
        from: arrow.from,
        to: arrow.to,
        in_cycle: graph.cycles.iter().any(|c| c.contains(&arrow.from) && c.contains(&arrow.to)),
        chosen: chosen.is_some_and(|node| arrow.from == node || arrow.to == node),
    };
    let (width, height) = (drawing.width + 2.0 * MARGIN, drawing.height + 2.0 * MARGIN);
    Picture {
        width,
        height,
        box_width: NODE.0,
        box_height: NODE.1,
        nodes: graph.nodes.iter().zip(&drawing.nodes).enumerate().map(node).collect(),
        arrows: graph.arrows.iter().zip(&drawing.routes).map(arrow).collect(),
    }
}

/// A smooth line through the points, level where it begins and ends.
fn path(route: &[Point]) -> String {
    let mut d = String::new();
    for (i, point) in route.iter().enumerate() {
        let (x, y) = (point.x + MARGIN, point.y + MARGIN);
        match i.checked_sub(1).and_then(|before| route.get(before)) {
            None => d = format!("M{x:.1} {y:.1}"),
            Some(before) => {
                let (from_x, from_y) = (before.x + MARGIN, before.y + MARGIN);
                let middle = f64::midpoint(from_x, x);
                let _ = write!(d, "C{middle:.1} {from_y:.1} {middle:.1} {y:.1} {x:.1} {y:.1}");
            }
        }
    }
    d
}
