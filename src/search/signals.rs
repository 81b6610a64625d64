//! How well does one operation fit a request, signal by signal?
//!
//! Each signal is cheap, named, and says one thing; a linear ranker weighs them (`weights.json`). None knows of any one API.

use super::asked::Asked;
use super::request::{Attribute, Request, Role};
use crate::document::route::RouteKind;
use crate::document::verbs::Intent;
use crate::index::{DocId, PathWords, Score, TermDocument, TermId, TermIndex};
use crate::openapi::Method;

/// The sign that a signal's weight may have. A weight of the other sign would be an accident of the judgements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// More is better.
    For,
    /// More is worse.
    Against,
    /// Either, as the judgements say.
    Either,
}

/// A signal's name, direction and meaning.
#[derive(Clone, Copy, Debug)]
pub struct Signal {
    /// The name in `weights.json` and in explanations; it does not change.
    pub name: &'static str,
    /// The sign that its weight may have.
    pub direction: Direction,
    /// The meaning of the value.
    pub says: &'static str,
}

/// Declares the signals: each is one field of [`Values`] and one place in every feature row, in the order of the list.
macro_rules! signals {
    ($($name:ident: $direction:ident, $says:literal;)*) => {
        /// How many signals there are.
        pub const COUNT: usize = SIGNALS.len();

        /// The signals in the order of every feature row.
        pub const SIGNALS: [Signal; [$(stringify!($name)),*].len()] =
            [$(Signal { name: stringify!($name), direction: Direction::$direction, says: $says }),*];

        /// One candidate's values by the names of their signals.
        #[derive(Clone, Copy, Debug, Default)]
        pub(super) struct Values {
            $(pub(super) $name: f32,)*
        }

        impl Values {
            pub(super) fn row(self) -> Features {
                [$(self.$name),*]
            }
        }
    };
}

signals! {
    cosine: For, "cosine of request and document";
    gloss: For, "cosine of request and what the resource is in plain words";
    written_resource: For, "cosine of request and the nearest that was written for the resource; of what the resource is in plain words where none was";
    written_operation: For, "cosine of request and the nearest that was written for the operation; the same of the resource where none was";
    bm25: For, "BM25 of the request's words, over the best candidate's";
    target_named: For, "share of the target's words that the request has";
    target_asked: For, "the same, in the phrase that names what is asked for";
    parents_unnamed: Against, "weight of the parents' words that the request lacks";
    target_unnamed: Against, "weight of the target's words that the request lacks";
    request_in_path: For, "share of the request that the path has";
    request_in_fields: For, "share of the rest that field names have";
    request_in_text: For, "share of the rest that summary, description or tags have";
    request_in_gloss: For, "share of the rest that the plain words of the resource have";
    head_word: For, "the last word of what is asked for is the target's";
    word_order: For, "words of the path stand side by side in the request";
    verb: For, "the kind of route answers the verb";
    verb_unsure: For, "the same, where the verb was not asked for outright";
    asked: For, "how likely such words ask for this kind of route";
    asked_at_all: For, "the logarithm of the same, from -1 to 0: what such words hardly ever ask for";
    asked_outright: For, "how likely they do, where a verb of an API asks outright";
    asked_outright_at_all: For, "the logarithm of that";
    one_or_many: For, "one where one is wanted, a list where many are";
    helper_route: Against, "a count, info, usages, bulk, default or search route nobody asked for";
    action_named: For, "share of the action's words that the request has";
    centrality: Either, "how many operations its resource has";
    field_count: Either, "how many fields it has";
    references: Either, "how many schemas refer to its own";
    route_covered: For, "the request has target, parents and action";
    parent_as_filter: Either, "a parent narrows down (1); the target only narrows down (-1)";
    minor_twin: Against, "another domain has the same resource and more about its first noun, and this one is not named";
    parent_numbered: For, "a number follows the parent's name: `notes of ticket 5`";
    target_numbered: For, "a number follows the name of what the route takes a key of (1), or another name (-1)";
    attribute_of_target: For, "a field of the target is asked for: `status of a ticket`";
    record_of_attribute: For, "the route is about the record whose attribute is spoken of (1), or such attributes have a list that it is about (-1)";
    gloss_words: For, "BM25 of the request's words in the plain words of the resource, over the best resource's";
    everywhere: For, "the same over path, texts, plain words and field names together, over the best candidate's";
    gloss_named: For, "share of the request that the path or the plain words of the resource have";
}

/// How a request is ranked: each way has signals that the other lacks, and weights of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ranker {
    /// By vectors and words.
    Hybrid,
    /// By words alone.
    Keyword,
}

/// Signals that need vectors.
const OF_VECTORS: [&str; 4] = ["cosine", "gloss", "written_resource", "written_operation"];
/// Signals that stand for the vectors where there are none.
const INSTEAD_OF_VECTORS: [&str; 3] = ["gloss_words", "everywhere", "gloss_named"];

impl Ranker {
    /// Whether a ranker has a signal.
    pub fn has(self, signal: &Signal) -> bool {
        match self {
            Self::Hybrid => !INSTEAD_OF_VECTORS.contains(&signal.name),
            Self::Keyword => !OF_VECTORS.contains(&signal.name),
        }
    }

    /// Which of [`SIGNALS`] a ranker has.
    pub fn mask(self) -> [bool; COUNT] {
        SIGNALS.map(|signal| self.has(&signal))
    }
}

/// How alike a candidate and the request are as a whole; 0 where it was not compared.
#[derive(Clone, Copy, Debug, Default)]
pub struct Likeness {
    /// Cosine of request and document.
    pub cosine: Score,
    /// Cosine of request and gloss.
    pub gloss: Score,
    /// Cosine of request and the nearest that was written for the resource.
    pub written_resource: Score,
    /// Cosine of request and the nearest that was written for the operation.
    pub written_operation: Score,
    /// BM25 of path and texts.
    pub bm25: Score,
    /// BM25 of the gloss.
    pub gloss_bm25: Score,
    /// BM25 of all together.
    pub everywhere: Score,
}

impl Likeness {
    /// Each value over the largest of all candidates, where there is one.
    fn over(self, best: &Self) -> Self {
        let over = |value: Score, best: Score| value / best.max(f32::MIN_POSITIVE);
        Self {
            bm25: over(self.bm25, best.bm25),
            gloss_bm25: over(self.gloss_bm25, best.gloss_bm25),
            everywhere: over(self.everywhere, best.everywhere),
            ..self
        }
    }
}

/// One candidate's values, in the order of [`SIGNALS`].
pub type Features = [f32; COUNT];

/// From this share on a name counts as given: a word and its meaning from the lexicon are 0.8 apart from each other.
const NAMED: f32 = 0.79;

/// From this on a kind of route answers an intent, as the list does that a count is asked of.
const ANSWERED: f32 = 0.3;

/// The logarithm of a share that is as good as none, 1 in 150.
const LEAST_LIKELY: f32 = -5.0;

/// Words of a request that are as good as all of them: people who say much say little of it in the API's words.
const ENOUGH: f32 = 3.0;

/// How well each kind of route answers an intent; what is not named does not.
fn answers(intent: Intent, kind: RouteKind, method: Method) -> f32 {
    use RouteKind as Kind;
    match (intent, kind) {
        (Intent::Read, Kind::List | Kind::One) => 1.0,
        (Intent::Read, Kind::Search | Kind::Info) => 0.5,
        (Intent::Read, Kind::Default) => 0.4,
        (Intent::Read, Kind::Count | Kind::Usages) => 0.2,
        (Intent::Read, Kind::Action) if method == Method::Get => 0.6,
        (Intent::Count, Kind::Count) | (Intent::Usages, Kind::Usages) => 1.0,
        (Intent::Count | Intent::Usages, Kind::List) => 0.3,
        (Intent::Usages, Kind::One) => 0.2,
        (Intent::Create, Kind::Create) => 1.0,
        (Intent::Update, Kind::Update) => 1.0,
        (Intent::Update, Kind::Replace) => 0.4,
        (Intent::Update, Kind::Create) => 0.1,
        (Intent::Update, Kind::Bulk) if method == Method::Put => 0.4,
        (Intent::Replace, Kind::Replace) => 1.0,
        (Intent::Replace, Kind::Update) => 0.7,
        (Intent::Replace, Kind::Bulk) if method == Method::Put => 0.4,
        (Intent::Delete, Kind::Delete) => 1.0,
        (Intent::End, Kind::Update) => 1.0,
        (Intent::End, Kind::Delete) => 0.8,
        (Intent::End, Kind::Replace) => 0.4,
        (Intent::Create, Kind::Bulk) if method == Method::Post => 0.5,
        (Intent::Delete, Kind::Bulk) if method == Method::Delete => 0.5,
        (Intent::Create | Intent::Update | Intent::Delete | Intent::End, Kind::Action) if method != Method::Get => 0.5,
        (Intent::Act, Kind::Action) => 1.0,
        (Intent::Act, Kind::Update) => 0.5,
        (Intent::Act, Kind::Create | Kind::Replace) => 0.3,
        _ => 0.0,
    }
}

/// The share of the request that an operation has anywhere: in its path, in its texts, in the plain words of its resource or, for
/// half, in the names of its fields. Words that no operation has count as well. Of a long request three whole words are enough, so that
/// it may be more than 1.
pub fn named(terms: &TermIndex, request: &Request, doc: DocId) -> Score {
    let document = terms.document(doc);
    let TermDocument { target, parents, domain, action, .. } = document;
    let in_path = |term: &TermId| {
        target.contains(term) || parents.contains(term) || domain.contains(term) || action.contains(term)
    };
    let (mut found, mut all) = (0.0, 0.0);
    for item in &request.items {
        let weight = item.zone.weight();
        all += weight;
        let Some(term) = item.term else {
            found += if item.meanings.iter().any(in_path) { weight } else { 0.0 };
            continue;
        };
        let is_said = in_path(&term)
            || item.meanings.iter().any(in_path)
            || terms.has_text(document, term)
            || document.gloss.is_some_and(|gloss| terms.gloss_has(gloss, term));
        let is_field = !is_said && terms.has_field(document, term);
        found += if is_said {
            weight
        } else if is_field {
            weight / 2.0
        } else {
            0.0
        };
    }
    if all > 0.0 { found / f32::min(all, ENOUGH) } else { 0.0 }
}

/// Whether a route is about the record whose attribute a request speaks of (1), or about what such attributes may be (-1).
fn record_fit(document: &TermDocument, attribute: &Attribute) -> f32 {
    let is_about = |words: &[TermId]| document.target.last().is_some_and(|last| words.contains(last));
    let answers = match document.kind {
        RouteKind::Update | RouteKind::Replace => attribute.role == Role::Changed,
        RouteKind::One => attribute.role == Role::Asked,
        RouteKind::List | RouteKind::Count => attribute.role == Role::Tells,
        _ => false,
    };
    if is_about(&attribute.record) {
        if answers { 1.0 } else { 0.0 }
    } else if is_about(&attribute.words) {
        -1.0
    } else {
        0.0
    }
}

/// Computes the signals of a request's candidates. It holds what is the same for all of them.
pub struct Scorer<'a> {
    terms: &'a TermIndex,
    request: &'a Request,
    /// The request's items that the index knows at all, each with its weight.
    known: Vec<(usize, f32)>,
    total: f32,
    best: Likeness,
}

impl<'a> Scorer<'a> {
    /// Computes what all candidates share. `best` holds the largest BM25 of each kind that any document has.
    pub fn new(terms: &'a TermIndex, request: &'a Request, best: Likeness) -> Self {
        let mut known = Vec::with_capacity(request.items.len());
        let mut total = 0.0;
        for (at, item) in request.items.iter().enumerate() {
            let telling = item
                .terms()
                .map(|(term, _)| terms.idf(term))
                .fold(None, |best: Option<f32>, idf| Some(best.map_or(idf, |best| best.max(idf))));
            if let Some(telling) = telling {
                let weight = item.zone.weight() * telling;
                known.push((at, weight));
                total += weight;
            }
        }
        let total = if total > 0.0 { total } else { 1.0 };
        Self { terms, request, known, total, best }
    }

    /// The weighted share of words that are there.
    fn coverage(&self, words: &[TermId], there: &[f32]) -> f32 {
        let mut found = 0.0;
        let mut all = 0.0;
        for word in words {
            let idf = self.terms.idf(*word);
            all += idf;
            found += idf * there.get(*word as usize).copied().unwrap_or(0.0);
        }
        if all > 0.0 { found / all } else { 0.0 }
    }

    /// The weight of words that are not there, from 0 to 2.
    fn lacking(&self, words: impl Iterator<Item = TermId>) -> f32 {
        let there = &self.request.weights;
        let sum: f32 =
            words.map(|word| self.terms.idf(word) * (1.0 - there.get(word as usize).copied().unwrap_or(0.0))).sum();
        sum.min(10.0) / 5.0
    }

    /// The values of one candidate.
    pub fn features(&self, doc: DocId, likeness: Likeness) -> Features {
        let (request, terms) = (self.request, self.terms);
        let likeness = likeness.over(&self.best);
        let document = terms.document(doc);
        let TermDocument { target, parents, domain, action, .. } = document;
        let in_path = |term: &TermId| {
            target.contains(term) || parents.contains(term) || domain.contains(term) || action.contains(term)
        };
        let (mut path, mut fields, mut texts, mut glossed, mut named) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (at, weight) in &self.known {
            let item = &request.items[*at];
            let found = if item.term.is_some_and(|term| in_path(&term)) {
                1.0
            } else if item.meanings.iter().any(in_path) {
                super::request::MEANING_WEIGHT
            } else {
                0.0
            };
            path += weight * found;
            named += weight * found;
            if found == 0.0
                && let Some(term) = item.term
            {
                fields += if terms.has_field(document, term) { *weight } else { 0.0 };
                texts += if terms.has_text(document, term) { *weight } else { 0.0 };
                if document.gloss.is_some_and(|gloss| terms.gloss_has(gloss, term)) {
                    glossed += item.zone.weight() * terms.gloss_idf(term);
                    named += weight;
                }
            }
        }
        let head = request.head.map(|head| &request.items[head]);
        let head_word = head.map_or(0.0, |head| match (head.term, target.last()) {
            (Some(term), Some(last)) if term == *last => 1.0,
            (_, Some(last)) if head.meanings.contains(last) => 0.8,
            (Some(term), _) if target.contains(&term) => 0.4,
            _ if head.meanings.iter().any(|meaning| target.contains(meaning)) => 0.32,
            _ => 0.0,
        });
        let outer: PathWords = parents.iter().copied().filter(|word| !target.contains(word)).collect();
        let target_named = self.coverage(target, &request.weights);
        let target_asked = self.coverage(target, &request.target_weights);
        let parents_named = self.coverage(&outer, &request.weights);
        let action_named = self.coverage(action, &request.weights);
        let domain_named =
            domain.iter().map(|word| request.weights.get(*word as usize).copied().unwrap_or(0.0)).fold(0.0, f32::max);
        let route_words = domain.iter().chain(parents).chain(target);
        let side_by_side =
            route_words.clone().zip(route_words.skip(1)).filter(|(a, b)| request.pairs.contains(&(**a, **b))).count();
        let verb =
            request.intents.iter().map(|intent| answers(*intent, document.kind, document.method)).fold(0.0, f32::max);
        // `removeTag` is what removes, whatever else is deleted.
        let acts =
            request.verb.is_some() && document.kind == RouteKind::Action && action.first() == request.verb.as_ref();
        let verb = if acts { 1.0 } else { verb };
        // `log time on ticket 5` makes a time entry, though a ticket has a list of them.
        let answered = if request.is_sure { (verb / ANSWERED).min(1.0).floor() } else { 1.0 };
        let (verb, verb_unsure) = if request.is_sure { (verb, 0.0) } else { (0.0, verb) };
        // Where few routes act, words that ask for one are told as whatever they mostly ask for.
        let asked = if acts {
            request.asked.iter().copied().fold(0.0, f32::max)
        } else {
            request.asked[Asked::of(document.kind, document.method) as usize]
        };
        let hardly = asked.ln().max(LEAST_LIKELY) / -LEAST_LIKELY;
        let one = request.wants_one || target.last().is_some_and(|last| request.numbered.contains(last));
        let one_or_many = if one {
            1.0
        } else if request.wants_many {
            -1.0
        } else {
            -0.3
        } * match document.kind {
            RouteKind::One => 1.0,
            RouteKind::List | RouteKind::Search => -1.0,
            _ => 0.0,
        };
        let route_covered = target_named >= NAMED
            && (outer.is_empty() || parents_named >= NAMED)
            && (action.is_empty() || action_named >= NAMED);
        let parent_as_filter = if !outer.is_empty() {
            let narrows = outer.iter().any(|word| request.filter_terms.contains(word));
            if target_asked > 0.0 && narrows { 1.0 } else { 0.0 }
        } else if target_named > 0.0 && target_asked == 0.0 {
            -1.0
        } else {
            0.0
        };
        let attribute = head.and_then(|head| head.term).is_some_and(|term| terms.has_field(document, term))
            && target_named >= NAMED
            && target_asked < NAMED
            && matches!(document.kind, RouteKind::Update | RouteKind::Replace | RouteKind::One);
        let flag = |is: bool| if is { 1.0 } else { 0.0 };
        Values {
            cosine: likeness.cosine,
            gloss: likeness.gloss,
            written_resource: likeness.written_resource,
            written_operation: likeness.written_operation,
            bm25: likeness.bm25,
            target_named,
            target_asked,
            parents_unnamed: self.lacking(outer.iter().copied().filter(|word| !domain.contains(word))),
            target_unnamed: self.lacking(target.iter().copied()),
            request_in_path: path / self.total,
            request_in_fields: fields / self.total,
            request_in_text: texts / self.total,
            request_in_gloss: glossed / self.total,
            head_word,
            word_order: side_by_side.min(2) as f32 / 2.0,
            verb,
            verb_unsure,
            asked: if request.is_sure { 0.0 } else { asked },
            asked_at_all: if request.is_sure { 0.0 } else { hardly },
            asked_outright: if request.is_sure { asked } else { 0.0 },
            asked_outright_at_all: if request.is_sure { hardly } else { 0.0 },
            one_or_many,
            helper_route: self.helper(document),
            action_named,
            centrality: document.centrality / 3.0,
            field_count: document.field_count / 3.0,
            references: document.references / 3.0,
            route_covered: flag(route_covered),
            parent_as_filter,
            minor_twin: flag(document.is_minor && domain_named < 0.5),
            parent_numbered: answered
                * flag(document.keyed_parent.is_some_and(|parent| request.numbered.contains(&parent))),
            target_numbered: self.key_fit(document),
            attribute_of_target: flag(attribute && request.attribute.is_none()),
            record_of_attribute: request.attribute.as_ref().map_or(0.0, |attribute| record_fit(document, attribute)),
            gloss_words: likeness.gloss_bm25,
            everywhere: likeness.everywhere,
            gloss_named: named / self.total,
        }
        .row()
    }

    /// Whether the number in the request is the key of what the route is about.
    fn key_fit(&self, document: &TermDocument) -> f32 {
        let numbered = &self.request.numbered;
        let takes_key = matches!(
            document.kind,
            RouteKind::One | RouteKind::Update | RouteKind::Replace | RouteKind::Delete | RouteKind::Action
        );
        if !takes_key || numbered.is_empty() {
            0.0
        } else if document.target.last().is_some_and(|last| numbered.contains(last)) {
            1.0
        } else {
            -1.0
        }
    }

    /// The number of ways in which the route is a helper that the request does not ask for.
    fn helper(&self, document: &TermDocument) -> f32 {
        let request = self.request;
        let says = |word: &str| request.stems.contains(word);
        let wants = |intent| request.intents.contains(&intent);
        let info = if document.is_info && !says("info") { 1.0 } else { 0.0 };
        info + match document.kind {
            RouteKind::Count if !wants(Intent::Count) => 1.0,
            RouteKind::Usages if !wants(Intent::Usages) => 1.0,
            RouteKind::Bulk if !says("bulk") => 1.0,
            RouteKind::Default if !says("default") => 1.0,
            RouteKind::Search if says("search") => 0.5,
            RouteKind::Search => 1.0,
            _ => 0.0,
        }
    }
}
