//! Crawls: the newest in a list that is renewed while they go on, and each with its problems on a page of its own.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use cloudoven_crawler::source::Stage;

use super::{Admin, HOME, source_of};
use crate::{
    app::App,
    error::Result,
    http::{
        api::Cursor,
        ui::{
            layout::{Chip, Layout, Moment, count},
            page::{PageResult, go, url_encode},
            projects::refresh,
        },
    },
    jobs::service::{self, CrawlActions, CrawlView},
    project::Page,
    store::{
        CrawlId,
        crawl_jobs::{CrawlProblem, CrawlProgress, CrawlSource, CrawlStatus},
    },
};

/// Crawls shown on one page of the list.
const SHOWN: usize = 8;

/// The stages in order, and what is done in each.
const STAGES: [(Stage, &str); 6] = [
    (Stage::Listing, "Listing the pages"),
    (Stage::Pages, "Fetching pages"),
    (Stage::Package, "Fetching the provider"),
    (Stage::Schema, "Asking the provider for its schema"),
    (Stage::Reading, "Reading the documentation"),
    (Stage::Writing, "Writing the catalog"),
];

/// One crawl in a list.
pub(super) struct CrawlRow {
    pub id: String,
    /// The provider's source address, or the bundle's file name.
    pub title: String,
    /// The version that was asked for; empty for a bundle.
    pub wanted: String,
    pub url: String,
    pub state: Chip,
    pub live: bool,
    /// What is being done or what came of it, in a line.
    pub line: String,
    /// In per mille; none while it can't be told.
    pub bar: Option<i64>,
    /// "120 of 400 · 31 a second · about 9 s left".
    pub pace: String,
    pub problems: String,
    pub reason: String,
    pub created: Moment,
    pub by: String,
    pub actions: CrawlActions,
    pub results: Vec<ResultLink>,
}

/// A provider version that a crawl has brought, with its page in the catalog.
pub(super) struct ResultLink {
    pub label: String,
    pub url: String,
}

impl From<CrawlView> for CrawlRow {
    fn from(view: CrawlView) -> CrawlRow {
        let CrawlView { job, actions } = view;
        let live = !job.status.is_final();
        let results: Vec<ResultLink> = job
            .results
            .iter()
            .map(|r| ResultLink {
                label: match job.source {
                    CrawlSource::Bundle => format!("{} {}", source_of(&r.provider), r.version),
                    CrawlSource::Registry => r.version.clone(),
                },
                url: format!("/catalog/{}/{}", r.provider, r.version),
            })
            .collect();
        let unchanged = !results.is_empty() && job.results.iter().all(|r| r.unchanged);
        let (title, wanted) = match job.source {
            CrawlSource::Bundle => (job.requested, String::new()),
            CrawlSource::Registry => (source_of(&job.provider), job.requested),
        };
        let working = job.status == CrawlStatus::Running;
        CrawlRow {
            url: format!("{HOME}/crawls/{}", job.id),
            id: job.id.0,
            title,
            wanted,
            state: chip(job.status, job.cancel_requested),
            live,
            line: line(job.status, &job.progress, unchanged),
            bar: if working { bar(&job.progress) } else { None },
            pace: if working { pace(&job.progress) } else { String::new() },
            problems: problems(job.progress.problem_count),
            reason: job.reason.unwrap_or_default(),
            created: job.created_at.into(),
            by: job.created_by.unwrap_or_else(|| "a deleted account".into()),
            actions,
            results,
        }
    }
}

fn chip(status: CrawlStatus, canceling: bool) -> Chip {
    match status {
        CrawlStatus::Queued => Chip::new("", "queued"),
        CrawlStatus::Running if canceling => Chip::live("update", "canceling"),
        CrawlStatus::Running => Chip::live("read", "running"),
        CrawlStatus::Done => Chip::new("create", "done"),
        CrawlStatus::Failed => Chip::new("destroy", "failed"),
        CrawlStatus::Canceled => Chip::new("", "canceled"),
    }
}

fn line(status: CrawlStatus, progress: &CrawlProgress, unchanged: bool) -> String {
    let at = progress.stage.and_then(|stage| STAGES.iter().position(|(s, _)| *s == stage));
    match (status, at) {
        (CrawlStatus::Queued, _) => "Waits for its turn".into(),
        (CrawlStatus::Running, Some(i)) => {
            format!("Step {} of {}: {}", i + 1, STAGES.len(), STAGES[i].1.to_lowercase())
        }
        (CrawlStatus::Running, None) => "Begins".into(),
        (CrawlStatus::Done, _) if unchanged => "Nothing had changed".into(),
        (CrawlStatus::Done, _) => "In the catalog".into(),
        (CrawlStatus::Failed, Some(i)) => format!("Stopped while {}", STAGES[i].1.to_lowercase()),
        (CrawlStatus::Failed, None) => "Did not begin".into(),
        (CrawlStatus::Canceled, _) => "What it has fetched is kept for a retry".into(),
    }
}

fn bar(progress: &CrawlProgress) -> Option<i64> {
    (progress.total > 0).then(|| (progress.done.min(progress.total) * 1000).div_euclid(progress.total))
}

fn pace(progress: &CrawlProgress) -> String {
    let mut parts = Vec::new();
    if progress.total > 0 {
        parts.push(format!("{} of {}", progress.done, progress.total));
    } else if progress.done > 0 {
        parts.push(progress.done.to_string());
    }
    if progress.rate >= 0.05 {
        let rate = progress.rate;
        parts.push(if rate >= 10.0 { format!("{rate:.0} a second") } else { format!("{rate:.1} a second") });
    }
    if let Some(seconds) = progress.seconds_left.filter(|s| *s > 0) {
        parts.push(match seconds {
            ..90 => format!("about {seconds} s left"),
            90..5400 => format!("about {} min left", (seconds + 30) / 60),
            _ => format!("about {} h left", (seconds + 1800) / 3600),
        });
    }
    parts.join(" · ")
}

fn problems(n: i64) -> String {
    match usize::try_from(n).unwrap_or(usize::MAX) {
        0 => String::new(),
        n => count(n, "problem", "problems"),
    }
}

/// The newest crawls, a part of the list of providers.
#[derive(Template, WebTemplate)]
#[template(path = "providers/_crawls.html")]
pub(super) struct Crawls {
    rows: Vec<CrawlRow>,
    /// The cursor of those before.
    older: Option<String>,
    /// Whether the list changes by itself.
    live: bool,
    /// Names the state of what has ended: when it changes, so has the catalog.
    ended: usize,
    /// Where the list can be asked for again.
    from: String,
}

impl Crawls {
    pub(super) async fn load(app: &App, admin: &Admin, cursor: Option<&str>) -> Result<Crawls> {
        let mut page = service::list(app, admin.actor(), cursor).await?;
        if page.items.len() > SHOWN {
            page.items.truncate(SHOWN);
            page.next = page.items.last().map(service::cursor);
        }
        let Page { items, next } = page;
        let rows: Vec<CrawlRow> = items.into_iter().map(CrawlRow::from).collect();
        let live = rows.iter().any(|row| row.live);
        let query = cursor.map(|cursor| format!("?cursor={}", url_encode(cursor))).unwrap_or_default();
        Ok(Crawls {
            ended: rows.iter().filter(|row| !row.live).count(),
            rows,
            older: next,
            live,
            from: format!("{HOME}/crawls{query}"),
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

pub(super) async fn fragment(
    State(app): State<App>,
    admin: Admin,
    Query(page): Query<Cursor>,
) -> PageResult<Crawls> {
    Ok(Crawls::load(&app, &admin, page.cursor.as_deref()).await?)
}

#[derive(Template, WebTemplate)]
#[template(path = "providers/crawl.html")]
pub(super) struct CrawlPage {
    layout: Layout,
    crawl: CrawlRow,
    problems: Vec<CrawlProblem>,
    /// How many problems there are beyond those listed.
    more: i64,
    attempts: i64,
    started: Option<Moment>,
    ended: Option<Moment>,
}

pub(super) async fn page(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<CrawlId>,
) -> PageResult<CrawlPage> {
    let view = service::get(&app, admin.actor(), &id).await?;
    let problems = view.job.progress.problems.clone();
    let listed: u64 = problems.iter().map(|p| p.count).sum();
    let title = match view.job.source {
        CrawlSource::Bundle => view.job.requested.clone(),
        CrawlSource::Registry => format!("{} {}", source_of(&view.job.provider), view.job.requested),
    };
    Ok(CrawlPage {
        layout: admin.layout_below().here(title),
        more: view.job.progress.problem_count.saturating_sub(i64::try_from(listed).unwrap_or(i64::MAX)),
        problems,
        attempts: view.job.attempts,
        started: view.job.started_at.map(Moment::from),
        ended: view.job.ended_at.map(Moment::from),
        crawl: view.into(),
    })
}

pub(super) async fn cancel(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<CrawlId>,
) -> PageResult<Response> {
    service::cancel(&app, admin.actor(), &id).await?;
    Ok(refresh())
}

pub(super) async fn retry(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<CrawlId>,
) -> PageResult<Response> {
    service::retry(&app, admin.actor(), &id).await?;
    Ok(go(HOME))
}
