//! What a query asks for, from its fields. The checks are in the server's order.

use crate::cdt;
use crate::command::ops;
use crate::expression::{self, Filter};
use crate::geo;
use crate::index::keys::Range;
use crate::index::{Collection, Definition, Index};
use crate::limits::limit;
use crate::request::Request;
use crate::store::{BinName, Digest, Namespace};
use crate::Code;
use aerospike_sansio::key;
use aerospike_sansio::limits;
use aerospike_sansio::proto::{code, field, info1, info3, particle};

/// Longest string or blob that can be asked for, and longest GeoJSON.
const LONGEST: usize = 2048;
const LONGEST_GEOJSON: usize = 1024 * 1024;
/// Milliseconds that a client may take to read, unless it says so.
const SOCKET_TIMEOUT: u32 = 10_000;
/// The server's background-query-max-rps.
const BACKGROUND_MAX_RPS: u32 = 10_000;

pub struct Query<'a> {
    pub request: &'a Request<'a>,
    /// 0 = none was given.
    pub id: u64,
    /// Empty: all records of the namespace.
    pub set: &'a [u8],
    /// In order, each with where it is to go on.
    pub partitions: Vec<Part>,
    pub range: Option<Range>,
    pub index: Option<Index>,
    /// 0 = all.
    pub max_records: u64,
    pub filter: Option<Filter>,
    pub records_per_second: u32,
    pub socket_timeout_ms: u32,
}

/// A partition that is asked for, and the record behind which.
pub type Part = (u16, Option<Resume>);

/// The last record that was seen of a partition, and its number in the index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resume {
    pub number: u64,
    pub digest: Digest,
}

impl<'a> Query<'a> {
    /// A query that reads.
    pub fn read(namespace: &Namespace, request: &'a Request<'a>) -> Result<Query<'a>, Code> {
        if request.header.info3 & info3::PARTITION_DONE == 0 {
            return Err(code::UNSUPPORTED_FEATURE);
        }
        let set = set(request)?;
        let partitions = partitions(request)?;
        let mut query = Query { partitions: partitions.unwrap_or_default(), ..Query::begin(request, set)? };
        if query.partitions.is_empty() {
            return Err(code::UNSUPPORTED_FEATURE);
        }
        query.find_index(namespace)?;
        query.socket_timeout_ms = number(request, field::SOCKET_TIMEOUT)?.map_or(SOCKET_TIMEOUT, u32::from_be_bytes);
        query.max_records = number(request, field::MAX_RECORDS)?.map_or(0, u64::from_be_bytes);
        if request.header.info1 & info1::GET_NO_BINS == 0 {
            check_ops(request)?;
        }
        query.filter = request.field(field::FILTER).map(expression::filter).transpose()?;
        Ok(query)
    }

    /// A stream of records for a UDF. It can have no filter.
    pub fn aggregate(namespace: &Namespace, request: &'a Request<'a>) -> Result<Query<'a>, Code> {
        check_long(request)?;
        if request.field(field::FILTER).is_some() {
            return Err(code::UNSUPPORTED_FEATURE);
        }
        let mut query = Query::begin_in_set(namespace, request)?;
        query.find_index(namespace)?;
        query.socket_timeout_ms = number(request, field::SOCKET_TIMEOUT)?.map_or(0, u32::from_be_bytes);
        Ok(query)
    }

    /// A job that writes.
    pub fn write(namespace: &Namespace, request: &'a Request<'a>) -> Result<Query<'a>, Code> {
        check_long(request)?;
        let mut query = Query::begin_in_set(namespace, request)?;
        match query.records_per_second {
            0 => query.records_per_second = BACKGROUND_MAX_RPS,
            1..=BACKGROUND_MAX_RPS => {}
            _ => return Err(code::PARAMETER),
        }
        query.find_index(namespace)?;
        query.filter = request.field(field::FILTER).map(expression::filter).transpose()?;
        Ok(query)
    }

    /// The set must be known, if one is named.
    fn begin_in_set(namespace: &Namespace, request: &'a Request<'a>) -> Result<Query<'a>, Code> {
        let set = set(request)?;
        let query = Query::begin(request, set)?;
        if !set.is_empty() && namespace.sets.find(set).is_none() {
            return Err(code::RECORD_NOT_FOUND);
        }
        Ok(query)
    }

    fn begin(request: &'a Request<'a>, set: &'a [u8]) -> Result<Query<'a>, Code> {
        let range = request.field(field::INDEX_RANGE).map(|data| range(request, data)).transpose()?;
        let records_per_second = number(request, field::RECORDS_PER_SECOND)?.map_or(0, u32::from_be_bytes);
        let is_short = request.header.info1 & info1::SHORT_QUERY != 0;
        if is_short && request.field(field::RECORDS_PER_SECOND).is_some() {
            return Err(code::PARAMETER);
        }
        if let Some(name) = request.field(field::INDEX_NAME) {
            let other = request.field(field::INDEX_EXPRESSION).is_some();
            if other || name.is_empty() || name.len() > limit::INDEX_NAME {
                return Err(code::PARAMETER);
            }
        }
        let id = request.field(field::QUERY_ID).and_then(|data| data.try_into().ok()).map_or(0, u64::from_be_bytes);
        Ok(Query {
            request,
            id,
            set,
            partitions: Vec::new(),
            range,
            index: None,
            max_records: 0,
            filter: None,
            records_per_second,
            socket_timeout_ms: SOCKET_TIMEOUT,
        })
    }

    /// The index that has the range: by its name, or by what it is of.
    fn find_index(&mut self, namespace: &Namespace) -> Result<(), Code> {
        let Some(range) = &self.range else { return Ok(()) };
        let field = |id| self.request.field(id);
        let found = match field(field::INDEX_NAME) {
            Some(name) => namespace.indexes.named(name),
            None => {
                let number = field(field::INDEX_TYPE).and_then(|data| data.first()).copied().unwrap_or(0);
                let wanted = Collection::from_number(number).map(|collection| Definition {
                    set: self.set.to_vec(),
                    bin: bin_of(field(field::INDEX_RANGE).unwrap_or_default()).to_vec(),
                    kind: range.kind(),
                    collection,
                    context: field(field::INDEX_CONTEXT).unwrap_or_default().to_vec(),
                    expression: field(field::INDEX_EXPRESSION).unwrap_or_default().to_vec(),
                });
                wanted.and_then(|wanted| namespace.indexes.find(&wanted))
            }
        };
        self.index = Some(found.ok_or(code::INDEX_NOT_FOUND)?.clone());
        Ok(())
    }
}

/// What is no plain read cannot be a short query.
fn check_long(request: &Request) -> Result<(), Code> {
    if request.header.info1 & info1::SHORT_QUERY != 0 {
        Err(code::PARAMETER)
    } else {
        Ok(())
    }
}

fn set<'a>(request: &Request<'a>) -> Result<&'a [u8], Code> {
    let set = request.field(field::SET).unwrap_or_default();
    if set.len() > limits::limit::SET {
        Err(code::PARAMETER)
    } else {
        Ok(set)
    }
}

/// Partitions to go through, from their start or behind a digest; None if none is named.
fn partitions(request: &Request) -> Result<Option<Vec<Part>>, Code> {
    let (ids, digests) = (request.field(field::PARTITIONS), request.field(field::DIGESTS));
    let numbers = request.field(field::BVALS);
    if ids.is_none() && digests.is_none() {
        return Ok(None);
    }
    let mut wanted = vec![None; limits::limit::PARTITIONS];
    let mut want = |partition: u16, resume| match wanted.get_mut(usize::from(partition)) {
        Some(place @ None) => {
            *place = Some(resume);
            Ok(())
        }
        _ => Err(code::PARAMETER),
    };
    let fits = |count: usize| (1..=limits::limit::PARTITIONS).contains(&count);
    if let Some(ids) = ids {
        let ids = ids.as_chunks::<2>().0;
        if !fits(ids.len()) {
            return Err(code::PARAMETER);
        }
        ids.iter().try_for_each(|id| want(u16::from_le_bytes(*id), None))?;
    }
    let Some(digests) = digests else {
        if numbers.is_some() {
            return Err(code::PARAMETER);
        }
        return Ok(Some(in_order(wanted)));
    };
    let digests = digests.as_chunks::<20>().0;
    let numbers = match (request.field(field::INDEX_RANGE), numbers) {
        (Some(_), None) => return Err(code::PARAMETER),
        (Some(_), Some(numbers)) => numbers.as_chunks::<8>().0,
        (None, _) => &[],
    };
    let by_index = request.field(field::INDEX_RANGE).is_some();
    if !fits(digests.len()) || (by_index && numbers.len() != digests.len()) {
        return Err(code::PARAMETER);
    }
    for (n, digest) in digests.iter().enumerate() {
        let number = numbers.get(n).map_or(0, |number| u64::from_le_bytes(*number));
        want(key::partition(digest), Some(Resume { number, digest: *digest }))?;
    }
    Ok(Some(in_order(wanted)))
}

fn in_order(wanted: Vec<Option<Option<Resume>>>) -> Vec<Part> {
    wanted.into_iter().enumerate().filter_map(|(id, wanted)| wanted.map(|resume| (id as u16, resume))).collect()
}

/// The where-clause: `1, length of the bin's name, name, particle type, begin, end`, the last two with their lengths.
fn range(request: &Request, data: &[u8]) -> Result<Range, Code> {
    let range = parse_range(request, data).ok_or(code::PARAMETER)?;
    if request.field(field::INDEX_TYPE).is_some_and(<[u8]>::is_empty) {
        return Err(code::PARAMETER);
    }
    let (name, expression) = (request.field(field::INDEX_NAME), request.field(field::INDEX_EXPRESSION));
    if expression.is_some_and(|packed| packed.is_empty() || name.is_some()) {
        return Err(code::PARAMETER);
    }
    match request.field(field::INDEX_CONTEXT) {
        Some(context) if name.is_some() || expression.is_some() || !cdt::is_context(context) => Err(code::PARAMETER),
        _ => Ok(range),
    }
}

fn parse_range(request: &Request, data: &[u8]) -> Option<Range> {
    let [1, name_length, rest @ ..] = data else { return None };
    let named = request.field(field::INDEX_NAME).is_some() || request.field(field::INDEX_EXPRESSION).is_some();
    let name_length = usize::from(*name_length);
    if (name_length == 0) != named || name_length > limits::limit::BIN {
        return None;
    }
    let (&kind, rest) = rest.get(name_length..)?.split_first()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let length = u32::from_be_bytes(*length) as usize;
    let begin = rest.get(..length)?;
    match kind {
        particle::INTEGER => {
            let (low, rest) = rest.split_first_chunk::<8>().filter(|_| length == 8)?;
            let (length, rest) = rest.split_first_chunk::<4>()?;
            let high = rest.first_chunk::<8>().filter(|_| u32::from_be_bytes(*length) == 8)?;
            let (low, high) = (i64::from_be_bytes(*low), i64::from_be_bytes(*high));
            (low <= high).then_some(Range::Integers(low, high))
        }
        particle::STRING if length < LONGEST => Some(Range::String(begin.to_vec())),
        particle::BLOB if length < LONGEST => Some(Range::Blob(begin.to_vec())),
        particle::GEOJSON if length < LONGEST_GEOJSON => geo::parse(begin).map(Range::Geo),
        _ => None,
    }
}

/// The bin's name in a where-clause.
fn bin_of(data: &[u8]) -> &[u8] {
    let Some((&length, rest)) = data.get(1..).and_then(<[u8]>::split_first) else { return &[] };
    rest.get(..usize::from(length)).unwrap_or_default()
}

/// The bytes of a number, which must be all of its field.
fn number<const N: usize>(request: &Request, id: u8) -> Result<Option<[u8; N]>, Code> {
    match request.field(id) {
        None => Ok(None),
        Some(data) => data.try_into().map(Some).map_err(|_| code::PARAMETER),
    }
}

/// Only reads: each is done for every record.
fn check_ops(request: &Request) -> Result<(), Code> {
    let fits = |op: crate::request::Op| BinName::new(op.name).is_some() && ops::reads(op.code);
    if request.ops().all(fits) {
        Ok(())
    } else {
        Err(code::PARAMETER)
    }
}
