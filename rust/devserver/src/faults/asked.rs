//! What a message asks for, in the words of those who use a client.

use crate::request::Request;
use aerospike_sansio::proto::{
    field, info1, info2, info4, message_type, op, security_command as command, PROTO_HEADER,
};
use aerospike_sansio::wire;
use std::borrow::Cow;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Get,
    Exists,
    Put,
    Add,
    Append,
    Prepend,
    Touch,
    Remove,
    Operate,
    Apply,
    /// A step of the end of a transaction: a read that is verified, a write that is made final or undone.
    Transaction,
    Batch,
    Query,
    Aggregate,
    Background,
    Info,
    Login,
    Admin,
    /// Of a single record, without a write.
    Read,
    /// Of a single record, with one.
    Write,
}

impl Kind {
    pub const ALL: [(&'static str, Kind); 20] = [
        ("get", Kind::Get),
        ("exists", Kind::Exists),
        ("put", Kind::Put),
        ("add", Kind::Add),
        ("append", Kind::Append),
        ("prepend", Kind::Prepend),
        ("touch", Kind::Touch),
        ("remove", Kind::Remove),
        ("operate", Kind::Operate),
        ("apply", Kind::Apply),
        ("transaction", Kind::Transaction),
        ("batch", Kind::Batch),
        ("query", Kind::Query),
        ("aggregate", Kind::Aggregate),
        ("background", Kind::Background),
        ("info", Kind::Info),
        ("login", Kind::Login),
        ("admin", Kind::Admin),
        ("read", Kind::Read),
        ("write", Kind::Write),
    ];
}

/// A message that has arrived whole.
pub struct Asked<'a> {
    pub kind: Kind,
    /// Of DATA messages.
    pub request: Option<Request<'a>>,
}

/// UDF_OP of a query.
const AGGREGATE: u8 = 1;
const BACKGROUND: u8 = 2;

/// The body of a message as it would be if it were not compressed, and its type.
pub fn plain(kind: u8, body: &[u8]) -> Option<(u8, Cow<'_, [u8]>)> {
    if kind != message_type::COMPRESSED {
        return Some((kind, body.into()));
    }
    let mut message = wire::inflate(body).ok()?;
    let inner = *message.get(1)?;
    Some((inner, message.split_off(PROTO_HEADER.min(message.len())).into()))
}

impl<'a> Asked<'a> {
    /// None if it is not well formed: its answer says so.
    pub fn read(kind: u8, body: &'a [u8]) -> Option<Asked<'a>> {
        let kind = match kind {
            message_type::INFO => Kind::Info,
            // Version, code of the answer, command (`wire/security.rs`).
            message_type::SECURITY => match *body.get(2)? {
                command::LOGIN | command::AUTHENTICATE => Kind::Login,
                _ => Kind::Admin,
            },
            message_type::DATA if body.get(1)? & info1::BATCH != 0 => {
                let request = Request::parse_batch(body).ok()?;
                return Some(Asked { kind: Kind::Batch, request: Some(request) });
            }
            message_type::DATA => {
                let request = Request::parse(body).ok()?;
                return Some(Asked { kind: kind_of(&request), request: Some(request) });
            }
            _ => return None,
        };
        Some(Asked { kind, request: None })
    }

    pub fn is(&self, kind: Kind) -> bool {
        let single = self.request.as_ref().filter(|_| self.kind != Kind::Batch);
        let writes = single
            .filter(|request| request.field(field::DIGEST).is_some())
            .map(|request| request.header.info2 & info2::WRITE != 0);
        match kind {
            Kind::Read => writes == Some(false),
            Kind::Write => writes == Some(true),
            kind => self.kind == kind,
        }
    }
}

fn kind_of(request: &Request) -> Kind {
    let header = &request.header;
    let writes = header.info2 & info2::WRITE != 0;
    if request.field(field::DIGEST).is_none() {
        return match request.field(field::UDF_OP) {
            Some([AGGREGATE]) => Kind::Aggregate,
            Some([BACKGROUND]) => Kind::Background,
            _ if writes => Kind::Background,
            _ => Kind::Query,
        };
    }
    if header.info4 & (info4::MRT_VERIFY_READ | info4::MRT_ROLL_FORWARD | info4::MRT_ROLL_BACK) != 0 {
        return Kind::Transaction;
    }
    if header.info2 & info2::DELETE != 0 {
        return Kind::Remove;
    }
    if request.field(field::UDF_MODULE).is_some() {
        return Kind::Apply;
    }
    let mut codes = request.ops().map(|op| op.code);
    let first = codes.next();
    let same = codes.all(|code| Some(code) == first);
    if !writes {
        return match first {
            None if header.info1 & info1::GET_NO_BINS != 0 => Kind::Exists,
            None | Some(op::READ) if same => Kind::Get,
            _ => Kind::Operate,
        };
    }
    if !same || header.info1 & info1::READ != 0 {
        return Kind::Operate;
    }
    match first {
        None | Some(op::WRITE) => Kind::Put,
        Some(op::INCR) => Kind::Add,
        Some(op::APPEND) => Kind::Append,
        Some(op::PREPEND) => Kind::Prepend,
        Some(op::TOUCH) => Kind::Touch,
        _ => Kind::Operate,
    }
}
