//! Faults on purpose: requests that are answered late, wrongly or not at all, so that programs can be tried on bad days.
//! The host adds them by hand; without any, nothing here is asked.
//!
//! A fault says when it strikes (`when`, read from the request as it arrived: `asked.rs`) and what becomes of the request
//! then (`then`: `struck.rs`). Whatever is drawn by lot comes from the fault's own seed: the same requests have the same
//! fate. Faults are asked in the order in which they were added; the first that strikes has the request for itself.

mod asked;
mod parse;
mod struck;

use crate::limits::limit;
use crate::random::Random;
use crate::request::Request;
use crate::rows::Rows;
use crate::store::Digest;
use aerospike_sansio::key::{digest, UserKey};
use aerospike_sansio::proto::field;
pub use asked::{Asked, Kind};
use std::sync::Arc;
pub use struck::{Behind, Struck};

pub type FaultId = u32;

#[derive(Clone, Debug, Default)]
pub struct Fault {
    pub when: When,
    pub then: Then,
    pub seed: u64,
}

/// Which requests a fault strikes. What is left empty is not looked at.
#[derive(Clone, Debug, Default)]
pub struct When {
    pub nodes: Vec<usize>,
    pub kinds: Vec<Kind>,
    pub namespace: Option<Vec<u8>>,
    pub set: Option<Vec<u8>>,
    pub record: Option<Record>,
    /// Only the nth request of those that match otherwise, the first being 1. 0 = any.
    pub nth: u64,
    /// At most so many. 0 = any number.
    pub times: u64,
    /// From 0 to 1; `None` = always.
    pub probability: Option<f64>,
}

/// A record, in whatever namespace.
#[derive(Clone, Debug)]
pub enum Record {
    Int(i64),
    String(Vec<u8>),
    Blob(Vec<u8>),
    Digest(Digest),
}

#[derive(Clone, Debug, Default)]
pub struct Then {
    /// Before the request is looked at; with `applied`, before what comes of it is told.
    pub delay_ms: u64,
    /// The request is done, although that is not told.
    pub applied: bool,
    pub effect: Effect,
}

#[derive(Clone, Debug, Default)]
pub enum Effect {
    #[default]
    None,
    /// Nothing is answered on the connection any more, nor read.
    Drop,
    Close,
    /// The connection is closed after so many bytes of the answer.
    Truncate(usize),
    /// So many bytes of the answer are spoilt, drawn by lot.
    Corrupt(usize),
    /// These bytes of the answer are spoilt.
    CorruptAt(Vec<usize>),
    Code(u8),
}

#[derive(Debug, Default)]
pub struct Faults {
    rules: Vec<Rule>,
    last: FaultId,
    /// While a batch is done, of which rows are to be refused.
    pub(crate) of_rows: Option<Arc<Fault>>,
}

#[derive(Debug)]
struct Rule {
    id: FaultId,
    fault: Arc<Fault>,
    random: Random,
    matched: u64,
    struck: u64,
}

impl Faults {
    /// None if there are too many.
    pub fn add(&mut self, fault: Fault) -> Option<FaultId> {
        if self.rules.len() >= limit::FAULTS {
            return None;
        }
        self.last += 1;
        let random = Random(fault.seed);
        self.rules.push(Rule { id: self.last, fault: Arc::new(fault), random, matched: 0, struck: 0 });
        Some(self.last)
    }

    /// Those that were struck keep their fate.
    pub fn remove(&mut self, id: FaultId) {
        self.rules.retain(|rule| rule.id != id);
    }

    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// How often it struck.
    pub fn struck(&self, id: FaultId) -> u64 {
        self.rules.iter().find(|rule| rule.id == id).map_or(0, |rule| rule.struck)
    }

    /// What strikes a request that has arrived at a node.
    fn strike(&mut self, node: usize, asked: &Asked) -> Option<(Arc<Fault>, Random)> {
        self.rules.iter_mut().find_map(|rule| rule.strike(node, asked))
    }
}

impl Rule {
    fn strike(&mut self, node: usize, asked: &Asked) -> Option<(Arc<Fault>, Random)> {
        let when = &self.fault.when;
        let is_over = (when.times > 0 && self.struck >= when.times) || (when.nth > 0 && self.matched >= when.nth);
        if is_over || !when.matches(node, asked) {
            return None;
        }
        self.matched += 1;
        if self.matched < when.nth || when.probability.is_some_and(|probability| self.random.share() >= probability) {
            return None;
        }
        self.struck += 1;
        Some((self.fault.clone(), Random(self.random.next())))
    }
}

impl When {
    fn matches(&self, node: usize, asked: &Asked) -> bool {
        let is_of_node = self.nodes.is_empty() || self.nodes.contains(&node);
        let is_of_kind = self.kinds.is_empty() || self.kinds.iter().any(|&kind| asked.is(kind));
        is_of_node && is_of_kind && (!self.names_records() || self.is_about(asked))
    }

    fn names_records(&self) -> bool {
        self.namespace.is_some() || self.set.is_some() || self.record.is_some()
    }

    fn is_about(&self, asked: &Asked) -> bool {
        let Some(request) = &asked.request else { return false };
        if asked.kind != Kind::Batch {
            let digest = request.field(field::DIGEST).and_then(|digest| digest.try_into().ok());
            return self.is_about_record(request, digest);
        }
        let Ok(mut rows) = Rows::of(request) else { return false };
        rows.any(|row| row.is_ok_and(|row| self.is_about_record(&row.request, Some(row.digest))))
    }

    fn is_about_record(&self, request: &Request, own: Option<Digest>) -> bool {
        let is = |wanted: &Option<Vec<u8>>, id| {
            wanted.as_ref().is_none_or(|wanted| request.field(id).unwrap_or_default() == wanted)
        };
        let set = request.field(field::SET).unwrap_or_default();
        let is_record = |record: &Record| own == Some(record.digest(set));
        is(&self.namespace, field::NAMESPACE) && is(&self.set, field::SET) && self.record.as_ref().is_none_or(is_record)
    }
}

impl Record {
    fn digest(&self, set: &[u8]) -> Digest {
        match self {
            Record::Digest(digest) => *digest,
            Record::Int(int) => digest(set, &UserKey::Int(*int)),
            Record::String(text) => digest(set, &UserKey::String(text)),
            Record::Blob(bytes) => digest(set, &UserKey::Blob(bytes)),
        }
    }
}

impl Fault {
    /// The code with which rows of a batch are refused, each for itself, and not the batch.
    fn refuses_rows(&self) -> Option<u8> {
        match self.then.effect {
            Effect::Code(code) if self.when.names_records() => Some(code),
            _ => None,
        }
    }
}

/// What becomes of a row of the batch that is being done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowFate {
    pub code: u8,
    pub applied: bool,
}

impl Faults {
    pub(crate) fn fate_of_row(&self, request: &Request, digest: Digest) -> Option<RowFate> {
        let fault = self.of_rows.as_ref()?;
        let code = fault.refuses_rows()?;
        let is_struck = fault.when.is_about_record(request, Some(digest));
        is_struck.then_some(RowFate { code, applied: fault.then.applied })
    }
}
