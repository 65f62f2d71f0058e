//! A version's quality report in columns.

use cloudoven_crawler::catalog::{Coverage, Index, Listing, QualityReport};

use crate::cli::print;

/// Lines of a list; `--json` has all that the report has.
const LINES: usize = 20;

pub fn print_report(index: &Index, report: &QualityReport) -> anyhow::Result<()> {
    print(&format!(
        "{} {} ({})\n",
        index.provider,
        index.version,
        index.digest.get(..16).unwrap_or(&index.digest)
    ))?;
    print(&format!(
        "{:<10} {:>8} {:>9} {:>9} {:>10} {:>8} {:>8} {:>10}",
        "", "elements", "with page", "arguments", "documented", "defaults", "values", "references"
    ))?;
    for kind in &report.kinds {
        print(&row(kind.kind.keyword(), &kind.coverage))?;
    }
    if report.kinds.len() > 1 {
        print(&row("all", &report.total()))?;
    }
    print_list("Elements with most arguments without docs", &report.worst, |element| {
        let page = if element.page.is_empty() { "no page" } else { &element.page };
        let title = format!("{} {}", element.kind.keyword(), element.name);
        format!("{:>5} of {:<5} {title:<60} {page}", element.undocumented, element.arguments)
    })?;
    print_list("Pages with arguments that the schema does not have", &report.unbound, |page| {
        let mut names: Vec<&str> = page.arguments.items.iter().map(|a| a.name.as_str()).collect();
        names.truncate(5);
        let more = page.arguments.total as usize - names.len().min(page.arguments.total as usize);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}: {}{more}", page.page, names.join(", "))
    })?;
    print_list("Pages of nothing that the schema has", &report.unused_pages, Clone::clone)?;
    print_list("Problems", &report.problems, |problem| format!("{}: {}", problem.item, problem.reason))
}

fn row(title: &str, of: &Coverage) -> String {
    let percent = |part: u32| format!("{:.1} %", 100.0 * of.share(part));
    format!(
        "{title:<10} {:>8} {:>9} {:>9} {:>10} {:>8} {:>8} {:>10}",
        of.elements,
        of.pages,
        of.arguments,
        percent(of.documented),
        percent(of.defaults),
        percent(of.allowed),
        percent(of.references)
    )
}

fn print_list<T>(title: &str, list: &Listing<T>, line: impl Fn(&T) -> String) -> anyhow::Result<()> {
    if list.total == 0 {
        return Ok(());
    }
    print(&format!("\n{title}: {}", list.total))?;
    list.items.iter().take(LINES).try_for_each(|item| print(&format!("  {}", line(item))))?;
    let more = (list.total as usize).saturating_sub(LINES.min(list.items.len()));
    if more > 0 { print(&format!("  and {more} more")) } else { Ok(()) }
}
