//! SECURITY messages: logins, and commands on users and roles. Codes are those that the official clients document; which
//! comes first when several things are wrong is inferred.

use super::network::Network;
use super::{From, Permission, Privilege, Role, Session, Shown, User};
use crate::cluster::Cluster;
use crate::reply;
use crate::Code;
use aerospike_sansio::cluster::session::Secret;
use aerospike_sansio::limits::limit;
use aerospike_sansio::password;
use aerospike_sansio::proto::{code, message_type, privilege, security_command as command, security_field as field};
use aerospike_sansio::wire::security::{self, Head, Message};
use aerospike_sansio::wire::{frame, message};

/// Bytes of a password's hash.
const HASH: usize = 60;
/// Bytes of a session's token.
const TOKEN_WORDS: usize = 4;

/// Answers one SECURITY message at the end of `out`.
pub fn answer(cluster: &mut Cluster, from: From, body: &[u8], now_ms: u64, out: &mut Vec<u8>) {
    let start = out.len();
    let done = match Message::read(body) {
        Ok((message, [])) => Call { cluster, from, now_ms, message, out }.run(),
        _ => Err(code::INVALID_FIELD),
    };
    match done {
        Ok(()) if out.len() > start => {}
        done => {
            out.truncate(start);
            reply::security(out, done.err().unwrap_or(code::OK));
        }
    }
}

struct Call<'a> {
    cluster: &'a mut Cluster,
    from: From,
    now_ms: u64,
    message: Message<'a>,
    out: &'a mut Vec<u8>,
}

type Done = Result<(), Code>;

impl Call<'_> {
    fn run(mut self) -> Done {
        let is_somebody = self.security()?.is_somebody();
        let number = self.message.head.command;
        match number {
            command::LOGIN => return self.login(),
            command::AUTHENTICATE => return self.authenticate(),
            _ if !is_somebody => return Err(code::NOT_AUTHENTICATED),
            command::CHANGE_PASSWORD => return self.change_password(),
            command::QUERY_USERS if self.is_about_caller() => return self.query_users(),
            _ => {}
        }
        let now_ms = self.now_ms;
        self.security()?.check(Permission::UserAdmin, b"", b"", now_ms)?;
        match number {
            command::CREATE_USER => self.create_user(),
            command::DROP_USER => self.drop_user(),
            command::SET_PASSWORD => self.set_password(),
            command::GRANT_ROLES | command::REVOKE_ROLES => self.change_roles(number == command::GRANT_ROLES),
            command::QUERY_USERS => self.query_users(),
            command::CREATE_ROLE => self.create_role(),
            command::DROP_ROLE => self.drop_role(),
            command::GRANT_PRIVILEGES | command::REVOKE_PRIVILEGES => {
                self.change_privileges(number == command::GRANT_PRIVILEGES)
            }
            command::SET_ALLOWLIST => self.set_allowlist(),
            command::SET_QUOTAS => self.set_quotas(),
            command::QUERY_ROLES => self.query_roles(),
            _ => Err(code::INVALID_COMMAND),
        }
    }

    fn security(&mut self) -> Result<&mut super::Security, Code> {
        self.cluster.security.as_mut().ok_or(code::SECURITY_NOT_ENABLED)
    }

    fn name(&self, id: u8, max: usize, missing: Code) -> Result<String, Code> {
        let name = self.message.field(id).and_then(|name| std::str::from_utf8(name).ok());
        Ok(name.filter(|name| (1..=max).contains(&name.len())).ok_or(missing)?.into())
    }

    fn user(&self) -> Result<String, Code> {
        self.name(field::USER, limit::USER, code::INVALID_USER)
    }

    /// Who is to be let in: the user who is named, else whom the certificate names.
    fn comer(&self) -> Result<String, Code> {
        if self.message.field(field::USER).is_some() {
            return self.user();
        }
        let connection = self.cluster.connections.get(self.from.conn);
        connection.and_then(|connection| connection.certified.clone()).ok_or(code::INVALID_USER)
    }

    fn hash(&self, id: u8) -> Result<Vec<u8>, Code> {
        let hash = self.message.field(id).filter(|hash| hash.len() == HASH && hash.starts_with(b"$2a$10$"));
        Ok(hash.ok_or(code::INVALID_PASSWORD)?.to_vec())
    }

    fn is_about_caller(&mut self) -> bool {
        let user = self.user();
        self.security().is_ok_and(|security| user.is_ok_and(|user| security.caller == super::Caller::User(user)))
    }

    // ---- being let in

    fn let_in(&mut self, user: String) {
        if let Some(connection) = self.cluster.connections.get_mut(self.from.conn) {
            connection.user = Some(user);
        }
    }

    fn admit(&mut self, user: &str) -> Done {
        let address = self.cluster.connections.get(self.from.conn).and_then(|connection| connection.address);
        match self.security()?.admits(user, address) {
            true => Ok(()),
            false => Err(code::NOT_ALLOWLISTED),
        }
    }

    fn login(&mut self) -> Done {
        let name = self.comer()?;
        let shows = self.shown()?;
        let words: Vec<u64> = (0..TOKEN_WORDS).map(|_| self.cluster.draw()).collect();
        let token: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        let (From { node, .. }, now_ms) = (self.from, self.now_ms);
        let life = self.cluster.nodes[node].life;
        let security = self.security()?;
        security.users.get_mut(&name).ok_or(code::INVALID_USER)?.check(&shows)?;
        self.admit(&name)?;
        let security = self.security()?;
        security.sessions.retain(|_, session| session.expires_ms > now_ms);
        let ttl = security.session_ttl;
        let expires_ms = now_ms + u64::from(ttl) * 1000;
        security.sessions.insert(token.clone(), Session { user: name.clone(), node, life, expires_ms });
        self.let_in(name);
        let fields = [(field::SESSION_TOKEN, &token[..]), (field::SESSION_TTL, &ttl.to_be_bytes()[..])];
        security::request(0, &fields, self.out);
        Ok(())
    }

    /// By what who logs in is to be believed.
    fn shown(&self) -> Result<Shown, Code> {
        if self.message.field(field::USER).is_none() {
            return Ok(Shown::Certificate);
        }
        let credential = self.message.field(field::CREDENTIAL).ok_or(code::INVALID_CREDENTIAL)?;
        Ok(match self.message.field(field::CLEAR_PASSWORD) {
            Some(clear) => Shown::Password(Secret::new(clear)),
            None => Shown::Hash(Secret::new(credential)),
        })
    }

    fn authenticate(&mut self) -> Done {
        let name = self.comer()?;
        let token = self.message.field(field::SESSION_TOKEN).ok_or(code::INVALID_CREDENTIAL)?.to_vec();
        let (From { node, .. }, now_ms) = (self.from, self.now_ms);
        let life = self.cluster.nodes[node].life;
        let security = self.security()?;
        if !security.users.contains_key(&name) {
            return Err(code::INVALID_USER);
        }
        self.admit(&name)?;
        match self.security()?.sessions.get(&token) {
            Some(session) if (&session.user, session.node, session.life) != (&name, node, life) => {
                Err(code::INVALID_CREDENTIAL)
            }
            Some(session) if session.expires_ms <= now_ms => Err(code::EXPIRED_SESSION),
            Some(_) => {
                self.let_in(name);
                Ok(())
            }
            None => Err(code::EXPIRED_SESSION),
        }
    }

    // ---- users

    fn create_user(&mut self) -> Done {
        let (name, hash) = (self.user()?, self.hash(field::PASSWORD)?);
        let roles = self.role_names()?;
        let security = self.security()?;
        if security.users.contains_key(&name) {
            return Err(code::USER_EXISTS);
        }
        security.users.insert(name, User::with_hash(&hash, roles));
        Ok(())
    }

    fn drop_user(&mut self) -> Done {
        let name = self.user()?;
        let security = self.security()?;
        security.sessions.retain(|_, session| session.user != name);
        security.users.remove(&name).map(drop).ok_or(code::INVALID_USER)
    }

    fn set_password(&mut self) -> Done {
        let (name, hash) = (self.user()?, self.hash(field::PASSWORD)?);
        let nobody = password::hash(password::NONE);
        let user = self.security()?.users.get_mut(&name).ok_or(code::INVALID_USER)?;
        if user.knows(nobody.as_bytes()) {
            return Err(code::FORBIDDEN_PASSWORD);
        }
        if user.external {
            return Err(code::FORBIDDEN_PASSWORD);
        }
        user.password = super::Password::Hash(Secret::new(&hash));
        Ok(())
    }

    fn change_password(&mut self) -> Done {
        let name = self.user()?;
        if !self.is_about_caller() {
            return Err(code::ROLE_VIOLATION);
        }
        let (old, _) = (self.hash(field::OLD_PASSWORD)?, self.hash(field::PASSWORD)?);
        let user = self.security()?.users.get_mut(&name).ok_or(code::INVALID_USER)?;
        if !user.knows(&old) {
            return Err(code::INVALID_PASSWORD);
        }
        self.set_password()
    }

    /// The roles of the message, which must be there.
    fn role_names(&mut self) -> Result<Vec<String>, Code> {
        let mut names = Vec::new();
        let data = self.message.field(field::ROLES).unwrap_or(&[0]);
        let (&count, mut rest) = data.split_first().ok_or(code::INVALID_FIELD)?;
        for _ in 0..count {
            let (name, behind) = security::short(rest).ok_or(code::INVALID_FIELD)?;
            names.push(String::from_utf8(name.to_vec()).map_err(|_| code::INVALID_ROLE)?);
            rest = behind;
        }
        let security = self.security()?;
        names.sort();
        names.dedup();
        match names.iter().all(|name| security.roles.contains_key(name)) {
            true => Ok(names),
            false => Err(code::INVALID_ROLE),
        }
    }

    fn change_roles(&mut self, grant: bool) -> Done {
        let name = self.user()?;
        let roles = self.role_names()?;
        let user = self.security()?.users.get_mut(&name).ok_or(code::INVALID_USER)?;
        user.roles.retain(|role| !roles.contains(role));
        if grant {
            user.roles.extend(roles);
            user.roles.sort();
        }
        Ok(())
    }

    fn query_users(&mut self) -> Done {
        let wanted = if self.message.field(field::USER).is_some() { Some(self.user()?) } else { None };
        let (From { node, .. }, now_ms) = (self.from, self.now_ms);
        let mut connections = std::collections::BTreeMap::<String, u32>::new();
        for connection in self.cluster.connections.iter().filter(|connection| connection.node == node) {
            connection.user.iter().for_each(|user| *connections.entry(user.clone()).or_default() += 1);
        }
        let security = self.security()?;
        if wanted.as_ref().is_some_and(|name| !security.users.contains_key(name)) {
            return Err(code::INVALID_USER);
        }
        let mut bodies = Vec::new();
        for (name, user) in
            security.users.iter().filter(|(name, _)| wanted.as_ref().is_none_or(|wanted| wanted == *name))
        {
            let quotas = security.quotas_of(user);
            let rates = user.rates.get(&node).copied().unwrap_or_default().at(now_ms).last;
            security::append(Head { result: 0, command: 0, fields: 5 }, &mut bodies);
            message::field(&mut bodies, field::USER, name.as_bytes());
            message::field(&mut bodies, field::ROLES, &names(&user.roles));
            message::field(&mut bodies, field::READ_INFO, &counts([quotas[0], rates[0], 0, 0]));
            message::field(&mut bodies, field::WRITE_INFO, &counts([quotas[1], rates[1], 0, 0]));
            let open = connections.get(name).copied().unwrap_or(0);
            message::field(&mut bodies, field::CONNECTIONS, &open.to_be_bytes());
        }
        self.tell(bodies);
        Ok(())
    }

    /// Answers a question: what there is, then a message that says that this was all.
    fn tell(&mut self, mut bodies: Vec<u8>) {
        security::append(Head { result: code::QUERY_END as u8, command: 0, fields: 0 }, &mut bodies);
        let start = frame::begin(self.out, message_type::SECURITY);
        self.out.extend_from_slice(&bodies);
        frame::end(self.out, start);
    }

    // ---- roles

    fn role(&self) -> Result<String, Code> {
        self.name(field::ROLE, limit::ROLE, code::INVALID_ROLE)
    }

    /// A role that can be changed.
    fn own_role(&mut self) -> Result<&mut Role, Code> {
        let name = self.role()?;
        self.security()?.roles.get_mut(&name).filter(|role| !role.predefined).ok_or(code::INVALID_ROLE)
    }

    fn privileges(&self) -> Result<Vec<Privilege>, Code> {
        let Some(data) = self.message.field(field::PRIVILEGES) else { return Ok(Vec::new()) };
        let (&count, mut rest) = data.split_first().ok_or(code::INVALID_PRIVILEGE)?;
        let mut privileges = Vec::new();
        for _ in 0..count {
            let (&number, behind) = rest.split_first().ok_or(code::INVALID_PRIVILEGE)?;
            if !privilege::ROWS.iter().any(|row| row.value == i64::from(number)) {
                return Err(code::INVALID_PRIVILEGE);
            }
            rest = behind;
            let mut item = Privilege::global(number);
            if number >= privilege::READ {
                let (namespace, behind) = security::short(rest).ok_or(code::INVALID_PRIVILEGE)?;
                let (set, behind) = security::short(behind).ok_or(code::INVALID_PRIVILEGE)?;
                (item.namespace, item.set, rest) = (namespace.to_vec(), set.to_vec(), behind);
            }
            if item.namespace.is_empty() && !item.set.is_empty() {
                return Err(code::INVALID_PRIVILEGE);
            }
            privileges.push(item);
        }
        Ok(privileges)
    }

    /// A quota of the message, 0 if it says nothing.
    fn quota(&mut self, id: u8) -> Result<u32, Code> {
        if self.message.field(id).is_none() {
            return Ok(0);
        }
        let quota = self.message.number(id).ok_or(code::INVALID_QUOTA)?;
        if !self.security()?.quotas {
            return Err(code::QUOTAS_NOT_ENABLED);
        }
        Ok(quota)
    }

    fn allowlist(&self) -> Result<Vec<u8>, Code> {
        let list = self.message.field(field::ALLOWLIST).unwrap_or_default();
        let text = std::str::from_utf8(list).map_err(|_| code::INVALID_ALLOWLIST)?;
        match text.is_empty() || text.split(',').all(|part| Network::read(part).is_some()) {
            true => Ok(list.to_vec()),
            false => Err(code::INVALID_ALLOWLIST),
        }
    }

    fn create_role(&mut self) -> Done {
        let name = self.role()?;
        let (privileges, allowlist) = (self.privileges()?, self.allowlist()?);
        let (read_quota, write_quota) = (self.quota(field::READ_QUOTA)?, self.quota(field::WRITE_QUOTA)?);
        let security = self.security()?;
        if security.roles.contains_key(&name) {
            return Err(code::ROLE_EXISTS);
        }
        security.roles.insert(name, Role { privileges, allowlist, read_quota, write_quota, predefined: false });
        Ok(())
    }

    fn drop_role(&mut self) -> Done {
        self.own_role()?;
        let name = self.role()?;
        let security = self.security()?;
        security.roles.remove(&name);
        security.users.values_mut().for_each(|user| user.roles.retain(|role| *role != name));
        Ok(())
    }

    fn change_privileges(&mut self, grant: bool) -> Done {
        let privileges = self.privileges()?;
        let role = self.own_role()?;
        role.privileges.retain(|privilege| !privileges.contains(privilege));
        if grant {
            role.privileges.extend(privileges);
            role.privileges.sort();
        }
        Ok(())
    }

    fn set_allowlist(&mut self) -> Done {
        let allowlist = self.allowlist()?;
        self.own_role()?.allowlist = allowlist;
        Ok(())
    }

    fn set_quotas(&mut self) -> Done {
        let (read, write) = (self.quota(field::READ_QUOTA)?, self.quota(field::WRITE_QUOTA)?);
        let role = self.own_role()?;
        (role.read_quota, role.write_quota) = (read, write);
        Ok(())
    }

    fn query_roles(&mut self) -> Done {
        let wanted = if self.message.field(field::ROLE).is_some() { Some(self.role()?) } else { None };
        let security = self.security()?;
        if wanted.as_ref().is_some_and(|name| !security.roles.contains_key(name)) {
            return Err(code::INVALID_ROLE);
        }
        let mut bodies = Vec::new();
        for (name, role) in
            security.roles.iter().filter(|(name, _)| wanted.as_ref().is_none_or(|wanted| wanted == *name))
        {
            let fields = 4 + u8::from(!role.allowlist.is_empty());
            security::append(Head { result: 0, command: 0, fields }, &mut bodies);
            message::field(&mut bodies, field::ROLE, name.as_bytes());
            message::field(&mut bodies, field::PRIVILEGES, &written(&role.privileges));
            if !role.allowlist.is_empty() {
                message::field(&mut bodies, field::ALLOWLIST, &role.allowlist);
            }
            message::field(&mut bodies, field::READ_QUOTA, &role.read_quota.to_be_bytes());
            message::field(&mut bodies, field::WRITE_QUOTA, &role.write_quota.to_be_bytes());
        }
        self.tell(bodies);
        Ok(())
    }
}

fn names(names: &[String]) -> Vec<u8> {
    let mut out = vec![names.len().min(255) as u8];
    for name in names.iter().take(255) {
        out.push(name.len() as u8);
        out.extend_from_slice(name.as_bytes());
    }
    out
}

fn counts(counts: [u32; 4]) -> Vec<u8> {
    let words = counts.iter().flat_map(|count| count.to_be_bytes());
    std::iter::once(counts.len() as u8).chain(words).collect()
}

fn written(privileges: &[Privilege]) -> Vec<u8> {
    let mut out = vec![privileges.len().min(255) as u8];
    for item in privileges.iter().take(255) {
        out.push(item.code);
        if item.code >= privilege::READ {
            for name in [&item.namespace, &item.set] {
                out.push(name.len() as u8);
                out.extend_from_slice(name);
            }
        }
    }
    out
}
