//! How a connection is let in, on a cluster with users. The first connection to a node logs in and gets a session; the
//! others show its token. A connection that is being let in counts as one that is being opened.
//!
//! ```text
//!  opened ──▶ has the node a session? ──yes──▶ Token ──taken──▶ in use
//!               │ no                             │ refused: the session is forgotten
//!               ▼                                ▼
//!            is another logging in? ──yes──▶ Turn ──it is over──▶ (from the top)
//!               │ no
//!               ▼
//!            Credential ──the shell says it──▶ Answer ──session──▶ in use
//! ```
//!
//! Who is refused ends with the server's code, and so do those that waited for its login. A server that has no
//! security switched on (52) lets everybody in, as other clients have it too; one that has none at all (51, Community
//! Edition) is an error: whoever names a user there is mistaken about the cluster.

use super::config::AuthMode;
use super::{level, Engine};
use crate::abi::close_reason;
use crate::cluster::session::{Secret, Session};
use crate::cluster::NodeId;
use crate::conn::{ConnId, Login, Purpose, State};
use crate::proto::{code, message_type, security_command, security_field as field};
use crate::wire::security::{self, Message};
use crate::Malformed;

/// After a refused renewal, a session that is still good is used so much longer before the next try.
const RENEW_AGAIN_MS: f64 = 5000.0;

/// Does the server want a login when it answers so to a token?
fn wants_login(code: i32) -> bool {
    matches!(
        code,
        code::INVALID_USER
            | code::INVALID_PASSWORD
            | code::INVALID_CREDENTIAL
            | code::EXPIRED_SESSION
            | code::NOT_AUTHENTICATED
    )
}

impl Engine {
    /// A connection was opened: it is let in, and has as long for that as a connect has.
    pub(super) fn enter(&mut self, conn: ConnId) {
        let expires = self.now + self.config.timeout;
        self.conns[conn].expires = expires;
        self.conn_timers.set(conn, expires);
        self.let_in(conn);
    }

    fn let_in(&mut self, conn: ConnId) {
        let now = self.now;
        let member = self.node_of(conn).and_then(|node| self.member(node));
        let session = member.and_then(|member| member.session.as_ref()).filter(|session| now < session.expires);
        match (session, member.and_then(|member| member.login)) {
            (Some(Session { token: Some(token), number, .. }), _) => {
                let (token, number) = (token.clone(), *number);
                self.show_token(conn, &token, number);
            }
            (Some(_), _) => self.entered(conn),
            (None, Some(other)) if other != conn => self.conns[conn].state = State::LoggingIn(Login::Turn),
            (None, _) => self.log_in(conn),
        }
    }

    fn node_of(&self, conn: ConnId) -> Option<NodeId> {
        match self.conns[conn].purpose {
            Purpose::Pool(node) | Purpose::Tend(node) => Some(node),
            Purpose::Probe(_) => None,
        }
    }

    fn log_in(&mut self, conn: ConnId) {
        if let Some(member) = self.node_of(conn).and_then(|node| self.member_mut(node)) {
            member.login = Some(conn);
        }
        if self.config.auth_mode == AuthMode::Pki {
            return self.send_login(conn, &[], &[]);
        }
        self.conns[conn].state = State::LoggingIn(Login::Credential);
        // One answer is for all that wait. One that does not come is asked for again.
        if self.now >= self.credential_asked + self.config.timeout {
            self.credential_asked = self.now;
            self.outputs.credential();
        }
    }

    /// What the CREDENTIAL record asked for: the password's hash, and the password itself if it is checked elsewhere
    /// than on the server. It is not kept.
    pub fn credential(&mut self, hash: &[u8], clear: &[u8], now: f64) {
        self.tell(now);
        for conn in self.waiting_for_credential() {
            self.send_login(conn, hash, clear);
        }
    }

    /// The password that the CREDENTIAL record asked for cannot be had.
    pub fn no_credential(&mut self, now: f64) {
        self.tell(now);
        for conn in self.waiting_for_credential() {
            self.refuse(conn, code::CLIENT, "the password could not be had: config.password failed");
        }
    }

    fn waiting_for_credential(&mut self) -> Vec<ConnId> {
        self.credential_asked = f64::NEG_INFINITY;
        let waits =
            |conn: &ConnId| self.conns.get(*conn).is_some_and(|conn| conn.state == State::LoggingIn(Login::Credential));
        self.conns.indices().into_iter().filter(waits).collect()
    }

    fn send_login(&mut self, conn: ConnId, hash: &[u8], clear: &[u8]) {
        if !self.conns.is_used(conn) {
            return;
        }
        let user = self.config.user.as_bytes();
        let fields: &[(u8, &[u8])] = &[(field::USER, user), (field::CREDENTIAL, hash), (field::CLEAR_PASSWORD, clear)];
        let fields = match self.config.auth_mode {
            AuthMode::Internal => &fields[..2],
            AuthMode::External => fields,
            AuthMode::Pki => &[],
        };
        let connection = &mut self.conns[conn];
        let mut request = Vec::new();
        security::request(security_command::LOGIN, fields, &mut request);
        connection.stream.write(&request);
        connection.state = State::LoggingIn(Login::Answer);
        self.want_transmit(conn);
    }

    fn show_token(&mut self, conn: ConnId, token: &Secret, number: u32) {
        let fields = [(field::USER, self.config.user.as_bytes()), (field::SESSION_TOKEN, token.expose())];
        let fields = if self.config.auth_mode == AuthMode::Pki { &fields[1..] } else { &fields[..] };
        let mut request = Vec::new();
        security::request(security_command::AUTHENTICATE, fields, &mut request);
        let connection = &mut self.conns[conn];
        connection.stream.write(&request);
        connection.state = State::LoggingIn(Login::Token);
        connection.session = number;
        self.want_transmit(conn);
    }

    /// The answer to a login, or to a token.
    pub(super) fn login_message(&mut self, conn: ConnId, step: Login, kind: u8, body: &[u8]) -> Result<(), Malformed> {
        if kind != message_type::SECURITY {
            return Err(Malformed("expected an answer to a login"));
        }
        let (message, rest) = Message::read(body)?;
        if !rest.is_empty() {
            return Err(Malformed("bytes behind the end of an answer to a login"));
        }
        let result = i32::from(message.head.result);
        match (step, result) {
            (Login::Answer, code::OK) => {
                let token = message.field(field::SESSION_TOKEN).filter(|token| !token.is_empty());
                let token = token.ok_or(Malformed("a login that gives no session"))?;
                self.sessions += 1;
                let ttl = message.number(field::SESSION_TTL);
                self.logged_in(conn, Session::new(token, ttl, self.sessions, self.now));
            }
            (Login::Answer, code::SECURITY_NOT_ENABLED) => {
                self.log(level::WARN, "the server's security is not switched on: everybody is let in", &[]);
                self.sessions += 1;
                self.logged_in(conn, Session::not_needed(self.sessions));
            }
            (Login::Answer, _) => {
                let why = self.why_refused(result);
                self.refuse(conn, result, &why);
            }
            (Login::Token, code::OK | code::SECURITY_NOT_ENABLED) => self.entered(conn),
            (Login::Token, _) if wants_login(result) => {
                self.forget_session(conn);
                self.let_in(conn);
            }
            (Login::Token, _) => {
                let why = self.why_refused(result);
                self.refuse(conn, result, &why);
            }
            (Login::Turn | Login::Credential, _) => return Err(Malformed("an answer to no request")),
        }
        Ok(())
    }

    fn logged_in(&mut self, conn: ConnId, session: Session) {
        self.conns[conn].session = session.number;
        match self.node_of(conn) {
            // Its node is not known yet: the session is kept until it is.
            None => self.conns[conn].first_session = Some(session),
            Some(node) => {
                if let Some(member) = self.member_mut(node) {
                    member.session = Some(session);
                    member.login = None;
                }
                self.next_turn(node, None);
            }
        }
        if self.conns.is_used(conn) {
            self.entered(conn);
        }
    }

    fn entered(&mut self, conn: ConnId) {
        self.conns[conn].expires = f64::INFINITY;
        self.conn_timers.clear(conn);
        self.usable(conn);
    }

    /// Those that waited for another's login go on; if it was refused, they are, too.
    pub(super) fn next_turn(&mut self, node: NodeId, refused: Option<i32>) {
        let Some(member) = self.member(node) else { return };
        let all: Vec<ConnId> = member.pool.connecting.iter().copied().chain(member.tend.conn).collect();
        for conn in all {
            if self.conns.get(conn).is_none_or(|conn| conn.state != State::LoggingIn(Login::Turn)) {
                continue;
            }
            match refused {
                Some(code) => {
                    let why = self.why_refused(code);
                    self.refuse(conn, code, &why);
                }
                None => self.let_in(conn),
            }
        }
    }

    fn refuse(&mut self, conn: ConnId, code: i32, why: &str) {
        if !self.conns.is_used(conn) {
            return;
        }
        self.conns[conn].refused = Some(code);
        let now = self.now;
        if let Some(member) = self.node_of(conn).and_then(|node| self.member_mut(node)) {
            if let Some(session) = member.session.as_mut() {
                session.renew_at = session.expires.min(now + RENEW_AGAIN_MS);
            }
        }
        self.conn_ended(conn, close_reason::AUTH, why);
    }

    /// Never names the password, nor its hash.
    fn why_refused(&self, code: i32) -> String {
        let user = match self.config.auth_mode {
            AuthMode::Pki => "the user of the certificate".into(),
            _ => format!("user {:?}", self.config.user),
        };
        match code {
            code::SECURITY_NOT_SUPPORTED => {
                "the server has no security, as the Community Edition has none: leave user and password out".into()
            }
            code::INVALID_USER | code::INVALID_CREDENTIAL if self.config.auth_mode == AuthMode::Pki => {
                "the certificate names no user of the cluster".into()
            }
            code::INVALID_USER => format!("{user} does not exist"),
            code::INVALID_PASSWORD | code::INVALID_CREDENTIAL => format!("the password of {user} is wrong"),
            code::EXPIRED_PASSWORD => format!("the password of {user} has expired"),
            code::NOT_ALLOWLISTED => format!("{user} may not connect from this address"),
            _ => format!("{user} was refused with code {code}"),
        }
    }

    /// The session with which a connection was let in is worth nothing any more.
    pub(super) fn forget_session(&mut self, conn: ConnId) {
        let number = self.conns[conn].session;
        if let Some(member) = self.node_of(conn).and_then(|node| self.member_mut(node)) {
            if member.session.as_ref().is_some_and(|session| session.number == number) {
                member.session = None;
            }
        }
    }

    /// Does the server say that nobody is logged in, although somebody was?
    pub(super) fn is_logged_out(&self, code: i32) -> bool {
        self.config.has_login() && matches!(code, code::NOT_AUTHENTICATED | code::EXPIRED_SESSION)
    }

    /// A request was answered with `code`, to be said before the answer is taken. If that is that nobody is logged in, the
    /// connection takes no more requests and is closed with its last answer, and the node wants a new login.
    pub(super) fn check_session(&mut self, conn: ConnId, code: i32) {
        if !self.is_logged_out(code) {
            return;
        }
        self.conns[conn].unwelcome = true;
        self.start_draining(conn);
        self.forget_session(conn);
        self.close_idle_of_session(conn);
    }

    /// Idle connections that were let in with the same session would be told the same, each at the cost of a request.
    fn close_idle_of_session(&mut self, conn: ConnId) {
        let (number, member) = (self.conns[conn].session, self.node_of(conn).and_then(|node| self.member(node)));
        let idle = member.map_or(&[][..], |member| &member.pool.idle).iter().copied();
        let same: Vec<ConnId> = idle.filter(|&other| self.conns[other].session == number).collect();
        same.into_iter().for_each(|other| self.drop_conn(other, close_reason::AUTH));
    }

    /// A node's session is to be replaced, by its tend, which asks its questions afterwards.
    pub(super) fn must_renew(&self, node: NodeId) -> bool {
        let old = |session: &Session| self.now >= session.renew_at;
        self.config.has_login()
            && self.member(node).is_some_and(|member| member.login.is_none() && member.session.as_ref().is_none_or(old))
    }

    pub(super) fn renew(&mut self, conn: ConnId) {
        let expires = self.now + self.config.timeout;
        self.conns[conn].expires = expires;
        self.conn_timers.set(conn, expires);
        self.log_in(conn);
    }
}
