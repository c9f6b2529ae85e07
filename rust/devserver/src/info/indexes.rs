//! Secondary indexes: made, dropped, listed. The order of the checks and the texts are the recorded server's.
//!
//! Contexts and expressions are always listed in base64, where the real server without `b64=true` shows them in words.

use super::{Answer, Call, Failure};
use crate::cdt;
use crate::expression::{Expression, Type};
use crate::index::{kind_from_name, kind_name, Collection, Definition, Index};
use crate::limits::limit;
use crate::store::Namespace;
use aerospike_sansio::cluster::base64;
use aerospike_sansio::limits::limit as protocol;
use aerospike_sansio::proto::{code, particle};

const CONTEXT: usize = 2047;
const EXPRESSION: usize = 16 * 1024 - 1;
/// Longest of the short parameters: names of types.
const WORD: usize = 11;

pub fn create(call: &mut Call) -> Answer {
    let name = call.params.required("indexname", limit::INDEX_NAME)?;
    let namespace = call.params.namespace()?.ok_or(Failure(code::NAMESPACE, "missing 'namespace'"))?;
    let definition = definition(call)?;
    let Some(namespace) = call.cluster.namespaces.iter_mut().find(|own| own.config.name.as_bytes() == namespace) else {
        // Only a set is looked for at once; else a namespace that is unknown gets an index that nobody can use.
        return match definition.collection {
            Collection::Set => Err(Failure(code::PARAMETER, "namespace not found")),
            _ => call.text("ok"),
        };
    };
    match namespace.indexes.create(name, definition) {
        Ok(()) => call.text("ok"),
        Err(code::INDEX_FOUND) => {
            Err(Failure(code::INDEX_FOUND, "'indexname' already exists with different definition"))
        }
        Err(code::INDEX_MAX_COUNT) => Err(Failure(code::INDEX_MAX_COUNT, "already at sindex definition limit")),
        Err(_) => Err(bad("bad 'exp'")),
    }
}

fn definition(call: &Call) -> Result<Definition, Failure> {
    let params = &call.params;
    let word = params.optional("indextype", protocol::SET);
    if let Ok(Some(word)) = word {
        if Collection::from_name(word) == Some(Collection::Set) {
            return set_index(call);
        }
    }
    let set = params.optional("set", protocol::SET)?.unwrap_or_default();
    let context = match params.optional("context", CONTEXT)? {
        None => Vec::new(),
        Some(text) => context(text)?,
    };
    let collection = match word? {
        None => Collection::Default,
        Some(word) => Collection::from_name(word)
            .ok_or(bad("bad 'indextype' - must be one of 'default', 'list', 'mapkeys', 'mapvalues'"))?,
    };
    let (bin, kind, expression) = source(call, collection, !context.is_empty())?;
    if collection == Collection::MapKeys && kind == particle::GEOJSON {
        return Err(bad(
            "bad 'indexdata' bin type for 'indextype' 'mapkeys' - must be one of 'numeric', 'string', 'blob'",
        ));
    }
    Ok(Definition { set: set.to_vec(), bin: bin.to_vec(), kind, collection, context, expression })
}

/// What is indexed: a bin or an expression, and its type.
fn source<'a>(call: &Call<'a>, collection: Collection, has_context: bool) -> Result<(&'a [u8], u8, Vec<u8>), Failure> {
    let params = &call.params;
    let data = params.optional("indexdata", protocol::BIN + 1 + WORD)?;
    let kind = params.optional("type", WORD)?;
    match (data, kind) {
        (None, None) => Err(bad("both 'indexdata' and 'type' are missing")),
        (Some(_), Some(_)) => Err(bad("both 'indexdata' and 'type' are specified")),
        // As old clients have it: the bin's name and the type in one.
        (Some(data), None) => {
            let at = data.iter().position(|&byte| byte == b',').ok_or(bad("'indexdata' missing bin type"))?;
            let (bin, kind) = (&data[..at], &data[at + 1..]);
            match bin.len() {
                0 => Err(bad("'indexdata' missing bin name")),
                1..=protocol::BIN => match kind_from_name(kind) {
                    Some(kind) => Ok((bin, kind, Vec::new())),
                    None => {
                        Err(bad("bad 'indexdata' bin type - must be one of 'numeric', 'string', 'blob', 'geo2dsphere'"))
                    }
                },
                _ => Err(bad("'indexdata' bin name too long")),
            }
        }
        (None, Some(kind)) => {
            let kind = kind_from_name(kind)
                .ok_or(bad("bad 'type' - must be one of 'numeric', 'string', 'blob', 'geo2dsphere'"))?;
            match (params.optional("bin", protocol::BIN)?, params.optional("exp", EXPRESSION)?) {
                (None, None) => Err(bad("both 'bin' and 'exp' are missing")),
                (Some(_), Some(_)) => Err(bad("both 'bin' and 'exp' are specified")),
                (Some(bin), None) => Ok((bin, kind, Vec::new())),
                (None, Some(_)) if has_context => Err(bad("both 'context' and 'exp' are specified")),
                (None, Some(text)) => Ok((&[], kind, expression(text, kind, collection)?)),
            }
        }
    }
}

fn context(text: &[u8]) -> Result<Vec<u8>, Failure> {
    let packed = decode(text).ok_or(bad("'context' invalid base64"))?;
    if cdt::is_context(&packed) {
        Ok(packed)
    } else {
        Err(bad("'context' invalid cdt context"))
    }
}

/// The expression, which must give what the index is of.
fn expression(text: &[u8], kind: u8, collection: Collection) -> Result<Vec<u8>, Failure> {
    let packed = decode(text).ok_or(bad("bad 'exp'"))?;
    let expression = Expression::build(&packed).map_err(|_| bad("bad 'exp'"))?;
    let wanted = match (collection, kind) {
        (Collection::List, _) => Type::List,
        (Collection::MapKeys | Collection::MapValues, _) => Type::Map,
        (_, particle::INTEGER) => Type::Int,
        (_, particle::STRING) => Type::String,
        (_, particle::BLOB) => Type::Blob,
        _ => Type::Geo,
    };
    if expression.kind() == wanted {
        Ok(packed)
    } else {
        Err(bad("bad 'exp' - expression type does not match expected type"))
    }
}

/// An index of which records are in a set. Queries of the set need none here.
fn set_index(call: &Call) -> Result<Definition, Failure> {
    for (key, text) in [
        ("context", "context parameter is not supported for set index"),
        ("indexdata", "indexdata parameter is not supported for set index"),
        ("type", "type parameter is not supported for set index"),
        ("bin", "bin parameter is not supported for set index"),
        ("exp", "exp parameter is not supported for set index"),
    ] {
        if matches!(call.params.optional(key, EXPRESSION), Ok(Some(_))) {
            return Err(bad(text));
        }
    }
    let set = call.params.required("set", protocol::SET)?;
    let nothing = Vec::new();
    Ok(Definition {
        set: set.to_vec(),
        bin: nothing.clone(),
        kind: particle::NULL,
        collection: Collection::Set,
        context: nothing.clone(),
        expression: nothing,
    })
}

pub fn delete(call: &mut Call) -> Answer {
    let name = call.params.required("indexname", limit::INDEX_NAME)?;
    let namespace = call.params.namespace()?.ok_or(Failure(code::NAMESPACE, "missing 'namespace'"))?;
    if let Some(namespace) = call.cluster.namespaces.iter_mut().find(|own| own.config.name.as_bytes() == namespace) {
        namespace.indexes.remove(name);
    }
    call.text("ok")
}

pub fn exists(call: &mut Call) -> Answer {
    let name = call.params.required("indexname", limit::INDEX_NAME)?;
    let exists = own_namespace(call)?.indexes.named(name).is_some();
    call.text(if exists { "true" } else { "false" })
}

pub fn stat(call: &mut Call) -> Answer {
    let name = call.params.required("indexname", limit::INDEX_NAME)?;
    let text = statistics(own_namespace(call)?, name, call.now_ms)?;
    call.text(text)
}

pub fn list(call: &mut Call) -> Answer {
    let wanted = match call.params.namespace()? {
        None => None,
        Some(_) => Some(own_namespace(call)?.config.name.clone()),
    };
    match call.params.optional("b64", 5)? {
        None | Some(b"true" | b"false") => {}
        Some(_) => return Err(bad("bad b64")),
    }
    let text = listed(call, wanted.as_deref());
    call.text(text)
}

/// `sindex`, `sindex/<namespace>`, `sindex/<namespace>/<index>`: the old spelling.
pub fn old(call: &mut Call) -> Answer {
    let mut parts = call.params.0.splitn(2, |&byte| byte == b'/');
    let namespace = parts.next().unwrap_or_default();
    if namespace.is_empty() {
        let text = listed(call, None);
        return call.text(text);
    }
    let own = call.cluster.namespaces.iter().find(|own| own.config.name.as_bytes() == namespace);
    let Some(own) = own else { return call.text("ns_type=unknown") };
    let text = match parts.next() {
        Some(name) => statistics(own, name, call.now_ms)?,
        None => listed(call, Some(&own.config.name)),
    };
    call.text(text)
}

fn own_namespace<'a>(call: &'a Call) -> Result<&'a Namespace, Failure> {
    let name = call.params.namespace()?.ok_or(Failure(code::NAMESPACE, "missing 'namespace'"))?;
    let found = call.cluster.namespaces.iter().find(|own| own.config.name.as_bytes() == name);
    found.ok_or(Failure(code::NAMESPACE, "namespace not found on node"))
}

fn statistics(namespace: &Namespace, name: &[u8], now_ms: u64) -> Result<String, Failure> {
    let index = namespace.indexes.named(name).ok_or(Failure(code::INDEX_NOT_FOUND, "no index"))?;
    let (mut entries, mut records) = (0, 0);
    for partition in 0..protocol::PARTITIONS as u16 {
        for (digest, record) in namespace.records(partition, None) {
            let count = index.count(&namespace.subject(digest, record, now_ms));
            entries += count;
            records += usize::from(count > 0);
        }
    }
    if index.definition.collection == Collection::Set {
        return Ok(format!("entries={records};used_bytes={};load_pct=100", 16 * records));
    }
    let per_record = entries.checked_div(records).unwrap_or(0);
    let per_value = usize::from(entries > 0);
    Ok(format!(
        "entries={entries};used_bytes=16777216;entries_per_bval={per_value};entries_per_rec={per_record};load_pct=100;\
         load_time=0;stat_gc_recs=0"
    ))
}

/// Indexes of bins first, then those of sets.
fn listed(call: &Call, wanted: Option<&str>) -> String {
    let namespaces = || call.cluster.namespaces.iter().filter(|own| wanted.is_none_or(|name| own.config.name == name));
    let of = |sets: bool| {
        namespaces().flat_map(move |own| {
            let indexes =
                own.indexes.iter().filter(move |index| (index.definition.collection == Collection::Set) == sets);
            indexes.map(|index| line(&own.config.name, index))
        })
    };
    of(false).chain(of(true)).collect::<Vec<_>>().join(";")
}

fn line(namespace: &str, index: &Index) -> String {
    let definition = &index.definition;
    let text =
        |bytes: &[u8]| if bytes.is_empty() { "null".into() } else { String::from_utf8_lossy(bytes).into_owned() };
    let packed = |bytes: &[u8]| if bytes.is_empty() { "null".into() } else { base64::encode(bytes) };
    let head = format!("ns={namespace}:indexname={}:set={}", text(&index.name), text(&definition.set));
    let collection = definition.collection.name();
    if definition.collection == Collection::Set {
        return format!("{head}:indextype={collection}");
    }
    format!(
        "{head}:bin={}:type={}:indextype={collection}:context={}:exp={}:state=RW",
        text(&definition.bin),
        kind_name(definition.kind),
        packed(&definition.context),
        packed(&definition.expression)
    )
}

fn decode(text: &[u8]) -> Option<Vec<u8>> {
    if text.is_empty() || !text.len().is_multiple_of(4) {
        return None;
    }
    let padding = text.iter().rev().take(2).filter(|&&byte| byte == b'=').count();
    let mut packed = vec![0; text.len() / 4 * 3 - padding];
    base64::decode_into(text, &mut packed).ok().map(|()| packed)
}

fn bad(text: &'static str) -> Failure {
    Failure(code::PARAMETER, text)
}
