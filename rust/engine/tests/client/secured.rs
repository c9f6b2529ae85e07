//! The side of a scripted node that knows users: whom it lets in, and what it says of users and roles.

use crate::rig::frame;
use aerospike_sansio::proto::{security_command as command, security_field as field};
use aerospike_sansio::wire::security::{self, Head, Message};
use std::collections::{BTreeSet, VecDeque};

#[derive(Debug, Default)]
pub struct Secured {
    /// The hash with which alice logs in.
    pub credential: &'static str,
    /// Seconds, as a login tells it.
    pub ttl: Option<u32>,
    /// Logins and tokens are not answered.
    pub holds: bool,
    /// What logins are answered with instead, the first one first.
    pub logins: VecDeque<Vec<u8>>,
    /// Every login is answered with this code, if it is not 0; every token with that.
    pub login_code: u8,
    pub token_code: u8,
    /// Sessions that are good.
    pub sessions: BTreeSet<Vec<u8>>,
    /// Connections that were let in.
    pub inside: BTreeSet<u32>,
    /// How many of each came.
    pub logged_in: usize,
    pub shown: usize,
    /// Requests of connections that were not let in.
    pub outside: usize,
    /// What commands on users and roles are answered with.
    pub told: Vec<u8>,
    /// Those that came.
    pub commands: Vec<Vec<u8>>,
    /// The last login, as it came.
    pub login: Vec<u8>,
    pub token: Vec<u8>,
}

impl Secured {
    pub fn new() -> Secured {
        Secured { credential: "hash", ..Secured::default() }
    }

    /// All sessions and all who are inside are forgotten.
    pub fn forget(&mut self) {
        self.sessions.clear();
        self.inside.clear();
    }

    /// The answer to a request, if it is about users or from nobody; empty when there is to be none.
    pub fn answer(&mut self, conn: u32, kind: u8, request: &[u8]) -> Option<Vec<u8>> {
        match kind {
            2 => Some(self.security(conn, request)),
            _ if self.inside.contains(&conn) => None,
            1 => {
                self.outside += 1;
                Some(frame(1, b"ERROR:80:not authenticated\n"))
            }
            _ => {
                self.outside += 1;
                let mut body = [0u8; 22];
                // As the answer to a batch or query, too.
                (body[0], body[3], body[5]) = (22, 1, 80);
                Some(frame(3, &body))
            }
        }
    }

    fn security(&mut self, conn: u32, request: &[u8]) -> Vec<u8> {
        let (message, rest) = Message::read(&request[8..]).unwrap();
        assert!(rest.is_empty());
        match message.head.command {
            command::LOGIN => {
                self.login = request.to_vec();
                self.logged_in += 1;
                if self.holds {
                    return vec![];
                }
                if let Some(answer) = self.logins.pop_front() {
                    return answer;
                }
                let right = message.field(field::CREDENTIAL) == Some(self.credential.as_bytes());
                match self.login_code {
                    0 if right => {
                        let token = format!("token-{}", self.logged_in).into_bytes();
                        self.sessions.insert(token.clone());
                        self.inside.insert(conn);
                        session(&token, self.ttl)
                    }
                    0 => result(62),
                    code => result(code),
                }
            }
            command::AUTHENTICATE => {
                self.token = request.to_vec();
                self.shown += 1;
                if self.holds {
                    return vec![];
                }
                let token = message.field(field::SESSION_TOKEN).unwrap_or_default();
                match self.token_code {
                    0 if self.sessions.contains(token) => {
                        self.inside.insert(conn);
                        result(0)
                    }
                    0 => result(66),
                    code => result(code),
                }
            }
            _ if !self.inside.contains(&conn) => {
                self.outside += 1;
                result(80)
            }
            _ => {
                self.commands.push(request.to_vec());
                self.told.clone()
            }
        }
    }
}

pub fn result(code: u8) -> Vec<u8> {
    let mut body = Vec::new();
    security::append(Head { result: code, command: 0, fields: 0 }, &mut body);
    frame(2, &body)
}

pub fn session(token: &[u8], ttl: Option<u32>) -> Vec<u8> {
    let word = ttl.unwrap_or(0).to_be_bytes();
    let fields = [(field::SESSION_TOKEN, token), (field::SESSION_TTL, &word[..])];
    let mut out = Vec::new();
    security::request(0, &fields[..1 + usize::from(ttl.is_some())], &mut out);
    out
}
