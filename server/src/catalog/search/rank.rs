//! Which elements and arguments of the searched versions match, best first.
//!
//! Everything that has all words is scored coarsely, by its words' quality, where they were found, and how long its name is;
//! then the best are scored finely, by how their names line up with the query. Where nothing has all words, what has
//! the weightiest of them counts.

use cloudoven_crawler::{
    catalog::{Entry, Index, Kind},
    search::{Dictionary, SearchObject},
};

use super::{
    align::Name,
    lanes::{self, Lanes},
    query::{INITIALS, MAX_INITIALS, MAX_WORDS, Query, Word, initials},
};

/// Best arguments that are named with their element.
pub const ARGUMENTS: usize = 3;
/// Arguments that earn less of what their element earns by itself are not worth naming.
const NOTABLE: f32 = 0.65;
/// How many of the best are scored finely.
const FINE: usize = 400;
/// A word that this many texts have is no typo, even if no name has it.
const KNOWN: usize = 8;

/// One version to search in.
pub struct Version<'a> {
    pub index: &'a Index,
    pub object: SearchObject,
}

/// An element that matches, itself or by its arguments.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Which of the versions.
    pub version: usize,
    /// Which of its elements.
    pub element: usize,
    pub score: f32,
    /// What the element earned by itself; 0 when only its arguments match.
    pub own: f32,
    /// Whether a word of the query is in the element's name.
    pub named: bool,
    /// Whether its name has initials of the query's words, which its text has.
    pub initials: bool,
    /// The best arguments, best first, with what each earned.
    pub arguments: Vec<(f32, usize)>,
    /// How much of the query it has, of 1.
    coverage: f32,
}

/// What is found, best first: as many as `most`, and how many there are in all.
pub fn search(versions: &[Version], query: &mut Query, most: usize) -> (Vec<Candidate>, usize) {
    if query.words.is_empty() {
        return (Vec::new(), 0);
    }
    forgive(versions, query);
    let weights = Weights::of(versions, query);
    let mut found = Vec::new();
    for (number, version) in versions.iter().enumerate() {
        Scan::new(version, number, query, &weights).run(&mut found);
    }
    let best = found.iter().fold(0.0f32, |best, c| best.max(c.coverage));
    let enough = if best > 0.999 { 0.999 } else { 0.7 * best };
    found.retain(|c| c.coverage >= enough);
    let total = found.len();
    best_first(&mut found, FINE.max(most), versions);
    for candidate in &mut found {
        refine(candidate, versions, query);
    }
    best_first(&mut found, most, versions);
    (found, total)
}

/// Lets words have typos that nothing is called by.
fn forgive(versions: &[Version], query: &mut Query) {
    for i in 0..query.words.len() {
        let (word, next) = (&query.words[i], query.words.get(i + 1));
        let before = i.checked_sub(1).map(|before| format!("{}{}", query.words[before].text, word.text));
        let called = |names: Dictionary| {
            lanes::count(names, word, next) > 0
                || before.as_ref().is_some_and(|joined| names.find(joined.as_bytes()).is_some())
                || word.last && !names.starting_with(word.text.as_bytes()).is_empty()
        };
        let named = |v: &Version| called(v.object.element_names()) || called(v.object.argument_names());
        let told = || versions.iter().map(|v| lanes::count(v.object.texts(), word, None)).sum::<usize>();
        if !word.optional && !versions.iter().any(named) && told() < KNOWN {
            query.words[i].forgive();
        }
    }
}

/// How much each word says: the fewer have it, the more.
struct Weights {
    of: [f32; MAX_WORDS],
    required: f32,
}

impl Weights {
    fn of(versions: &[Version], query: &Query) -> Weights {
        let units: usize = versions.iter().map(|v| v.object.elements() + v.object.arguments()).sum();
        let mut of = [0.0; MAX_WORDS];
        for (weight, word) in of.iter_mut().zip(&query.words).filter(|(_, word)| !word.optional) {
            let having = |v: &Version| {
                let names = [v.object.element_names(), v.object.argument_names(), v.object.texts()];
                names.into_iter().map(|d| lanes::count(d, word, None)).sum::<usize>()
            };
            let having: usize = versions.iter().map(having).sum();
            *weight = (1.0 + units as f32 / (1.0 + having as f32)).ln();
        }
        Weights { required: of.iter().sum(), of }
    }

    /// The share of the query that is there, and how well, both of 1.
    fn sum(&self, quality: &[u8; MAX_WORDS]) -> (f32, f32) {
        let (mut there, mut well) = (0.0, 0.0);
        for (weight, quality) in self.of.iter().zip(quality) {
            if *quality > 0 {
                there += weight;
                well += weight * f32::from(*quality) / 255.0;
            }
        }
        (there / self.required, well / self.required)
    }
}

/// The coarse pass over one version.
struct Scan<'a> {
    version: &'a Version<'a>,
    number: usize,
    query: &'a Query,
    weights: &'a Weights,
    elements: Lanes,
    names: Lanes,
    texts: Lanes,
}

impl<'a> Scan<'a> {
    fn new(version: &'a Version, number: usize, query: &'a Query, weights: &'a Weights) -> Scan<'a> {
        let (object, words) = (&version.object, &query.words);
        let units = object.elements() + object.arguments();
        let mut scan = Scan {
            version,
            number,
            query,
            weights,
            elements: lanes::names(object.element_names(), object.elements(), words, 1),
            names: lanes::names(object.argument_names(), object.names(), words, 2),
            texts: lanes::texts(object.texts(), units, words),
        };
        scan.initials();
        scan
    }

    /// `lb` in a name stands for "load balancer" where the element's text says so.
    fn initials(&mut self) {
        let words = &self.query.words;
        let names = self.version.object.element_names();
        for from in 0..words.len() {
            for to in (from + 2..=words.len()).take_while(|to| to - from <= MAX_INITIALS) {
                let Some(i) = names.find(initials(&words[from..to]).as_bytes()) else { continue };
                for element in names.postings(i) {
                    let text = self.texts.of(element as usize);
                    if text[from..to].iter().all(|quality| *quality > 0) {
                        (from..to).for_each(|word| self.elements.raise(element as usize, word, INITIALS));
                    }
                }
            }
        }
    }

    fn run(&self, found: &mut Vec<Candidate>) {
        for (element, entry) in self.version.index.elements.iter().enumerate() {
            if self.query.kind.is_some_and(|kind| kind != entry.kind) {
                continue;
            }
            let standing = self.standing(element, entry);
            let (own, mut coverage) = self.element(element, entry);
            let mut candidate = Candidate {
                version: self.number,
                element,
                score: 0.0,
                own: if own > 0.0 { own + standing } else { 0.0 },
                named: self.elements.any(element),
                initials: self.elements.of(element).contains(&INITIALS),
                arguments: Vec::new(),
                coverage,
            };
            for argument in self.version.object.arguments_of(element) {
                let Some((score, covered)) = self.argument(element, argument) else { continue };
                if covered > coverage + 0.001 {
                    // What has less of the query doesn't count beside it.
                    coverage = covered;
                    candidate.own = 0.0;
                    candidate.arguments.clear();
                }
                if covered >= coverage - 0.001 {
                    keep(&mut candidate.arguments, score + standing, argument);
                }
            }
            if coverage > 0.0 {
                candidate.coverage = coverage;
                candidate.total();
                found.push(candidate);
            }
        }
    }

    /// What an element has ahead of others that match as well.
    fn standing(&self, element: usize, entry: &Entry) -> f32 {
        let popularity = (1.0 + self.version.object.popularity(element) as f32).ln() * 22.0;
        let kind = match entry.kind {
            Kind::Resource => 60.0,
            Kind::Provider => 20.0,
            Kind::DataSource | Kind::Function => 0.0,
            Kind::EphemeralResource => -20.0,
        };
        kind + popularity.min(150.0) - if entry.deprecated { 200.0 } else { 0.0 }
    }

    fn element(&self, element: usize, entry: &Entry) -> (f32, f32) {
        let (names, mut quality) = (self.elements.of(element), self.texts.of(element));
        for (quality, name) in quality.iter_mut().zip(names) {
            *quality = (*quality).max(name);
        }
        let (coverage, well) = self.weights.sum(&quality);
        if coverage == 0.0 {
            return (0.0, 0.0);
        }
        let rest = entry.name.split_once('_').map_or(entry.name.as_str(), |(_, rest)| rest);
        (1000.0 * well + 350.0 * self.share(&names, rest), coverage)
    }

    /// About how much of a name the words are that were found in it.
    fn share(&self, found: &[u8; MAX_WORDS], name: &str) -> f32 {
        let typed: usize =
            self.query.words.iter().zip(found).filter(|(_, q)| **q > 0).map(|(w, _)| w.text.len()).sum();
        let letters = name.bytes().filter(|b| *b != b'_').count();
        if typed == 0 { 0.0 } else { (typed as f32 / letters.max(1) as f32).min(1.0) }
    }

    /// What an argument earns and its coverage; `None` when no word is its own.
    fn argument(&self, element: usize, argument: usize) -> Option<(f32, f32)> {
        let object = &self.version.object;
        let name = object.name_of(argument);
        let unit = object.elements() + argument;
        if !self.names.any(name) && !self.texts.any(unit) {
            return None;
        }
        let (names, mut quality) = (self.names.of(name), self.texts.of(unit));
        for (quality, name) in quality.iter_mut().zip(names) {
            *quality = (*quality).max(name);
        }
        let depth = self.context(element, argument, &mut quality);
        let (coverage, well) = self.weights.sum(&quality);
        let own = names.iter().any(|q| *q > 0);
        let mut score = 750.0 * well - 40.0 * depth as f32;
        if own {
            let share = self.share(&names, object.name(name));
            let whole = share >= 1.0 && self.weights.sum(&names).0 > 0.999;
            score += 250.0 * share * share + if whole { 320.0 } else { 0.0 };
        }
        Some((score * coverage, coverage))
    }

    /// Finds the missing words in the names of the blocks around an argument and of its element, where they say less.
    /// Gives how deep the argument is.
    fn context(&self, element: usize, argument: usize, quality: &mut [u8; MAX_WORDS]) -> usize {
        let object = &self.version.object;
        let mut raise = |from: [u8; MAX_WORDS]| {
            for (quality, q) in quality.iter_mut().zip(from) {
                if *quality == 0 {
                    *quality = (u16::from(q) * 7 / 10) as u8;
                }
            }
        };
        let parents = std::iter::successors(object.parent_of(argument), |at| object.parent_of(*at));
        let depth = parents.map(|parent| raise(self.names.of(object.name_of(parent)))).count();
        raise(self.elements.of(element));
        depth
    }
}

fn keep(best: &mut Vec<(f32, usize)>, score: f32, argument: usize) {
    let at = best.partition_point(|(other, _)| *other >= score);
    if at < ARGUMENTS {
        best.truncate(ARGUMENTS - 1);
        best.insert(at, (score, argument));
    }
}

impl Candidate {
    fn total(&mut self) {
        self.arguments.retain(|(score, _)| *score >= NOTABLE * self.own);
        let best = self.arguments.first().map_or(0.0, |(score, _)| *score);
        self.score = self.own.max(best) * self.coverage;
    }
}

/// Scores a candidate's own name finely.
fn refine(candidate: &mut Candidate, versions: &[Version], query: &Query) {
    if candidate.own <= 0.0 || !candidate.named {
        return;
    }
    let entry = &versions[candidate.version].index.elements[candidate.element];
    let aligned = name_of(entry).with_initials(candidate.initials).align(&query.words);
    let required = |(word, _): &(&Word, &u8)| !word.optional;
    let words = query.words.iter().zip(&aligned.quality).filter(required);
    let (all, there) = words.fold((0, 0), |(all, there), (_, q)| (all + 1, there + usize::from(*q > 0)));
    candidate.own += aligned.bonus * there as f32 / all.max(1) as f32;
    candidate.total();
}

/// An element's name; the provider at its front need not be typed.
pub fn name_of(entry: &Entry) -> Name<'_> {
    Name::new(&entry.name, usize::from(!matches!(entry.kind, Kind::Provider | Kind::Function)))
}

/// Sorts by score and keeps as many as `most`; what scores the same is in the order of names.
fn best_first(found: &mut Vec<Candidate>, most: usize, versions: &[Version]) {
    let order = |a: &Candidate, b: &Candidate| {
        let entry = |c: &Candidate| &versions[c.version].index.elements[c.element];
        let name = |c: &Candidate| (entry(c).name.len(), entry(c).name.as_str(), entry(c).kind, c.version);
        b.score.total_cmp(&a.score).then_with(|| name(a).cmp(&name(b)))
    };
    if found.len() > most {
        if most > 0 {
            found.select_nth_unstable_by(most - 1, order);
        }
        found.truncate(most);
    }
    found.sort_unstable_by(order);
}
