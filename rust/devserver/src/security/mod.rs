//! Users, roles and sessions of an Enterprise Edition, and what each may do.
//!
//! What a command needs is as in the server (`thr_tsvc.c`, `thr_info.c`, `security.h`); the checks themselves are of the
//! Enterprise Edition, which is not public: what a privilege allows follows the documentation and the official clients.
//! Inferred: a user whose roles have allowlists may come from what is on any of them; a quota is counted by the second of the
//! clock; what is checked elsewhere (LDAP) is a password that the options give; a session is good on the node that gave it,
//! as clients use it, and ends with the node's life; one that has ended does not end connections. Queries are held to a
//! quota by the limit that they state, and their records are not counted.

mod commands;
mod network;
pub mod options;

use crate::connections::ConnId;
use crate::Code;
use aerospike_sansio::cluster::session::Secret;
use aerospike_sansio::password;
use aerospike_sansio::proto::{code, privilege};
pub use commands::answer;
use network::Network;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// What a command needs: the server's permissions, as far as there are commands for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    Read,
    Query,
    Write,
    UdfApply,
    UdfQuery,
    OpsQuery,
    UdfAdmin,
    SindexAdmin,
    QueryAdmin,
    Truncate,
    EvictAdmin,
    SetConfig,
    LoggingCtrl,
    ServiceCtrl,
    UserAdmin,
}

impl Permission {
    /// What an info command is refused with.
    pub fn violation(self) -> &'static str {
        match self {
            Permission::UdfAdmin => "role violation - requires permission 'udf-admin'",
            Permission::SindexAdmin => "role violation - requires permission 'sindex-admin'",
            Permission::QueryAdmin => "role violation - requires permission 'query-admin'",
            Permission::Truncate => "role violation - requires permission 'truncate'",
            Permission::EvictAdmin => "role violation - requires permission 'evict-admin'",
            Permission::SetConfig => "role violation - requires permission 'set-config'",
            Permission::LoggingCtrl => "role violation - requires permission 'logging-ctrl'",
            Permission::ServiceCtrl => "role violation - requires permission 'service-ctrl'",
            _ => "role violation",
        }
    }

    /// What the info command of this name needs, if anything (`SPECS` in `thr_info.c`).
    pub fn of_info(name: &[u8]) -> Option<Permission> {
        let needed = match name {
            b"sindex-create" | b"sindex-delete" | b"sindex-exists" => Permission::SindexAdmin,
            b"udf-put" | b"udf-remove" | b"udf-clear-cache" => Permission::UdfAdmin,
            b"query-abort" | b"query-abort-all" => Permission::QueryAdmin,
            b"truncate" | b"truncate-namespace" | b"truncate-undo" | b"truncate-namespace-undo" => Permission::Truncate,
            b"eviction-reset" => Permission::EvictAdmin,
            b"set-config" | b"config-set" => Permission::SetConfig,
            b"log-set" | b"set-log" | b"log-message" => Permission::LoggingCtrl,
            b"quiesce"
            | b"quiesce-undo"
            | b"recluster"
            | b"revive"
            | b"roster-set"
            | b"services-alumni-reset"
            | b"tip"
            | b"tip-clear" => Permission::ServiceCtrl,
            _ => return None,
        };
        Some(needed)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Privilege {
    pub code: u8,
    /// Empty = all.
    pub namespace: Vec<u8>,
    pub set: Vec<u8>,
}

impl Privilege {
    fn global(code: u8) -> Privilege {
        Privilege { code, namespace: Vec::new(), set: Vec::new() }
    }

    fn allows(&self, permission: Permission, namespace: &[u8], set: &[u8]) -> bool {
        use Permission::*;
        let is_scoped = self.code >= privilege::READ;
        let in_scope = !is_scoped
            || ((self.namespace.is_empty() || self.namespace == namespace) && (self.set.is_empty() || self.set == set));
        let read = matches!(permission, Read | Query);
        let write = matches!(permission, Write | OpsQuery);
        let udf = matches!(permission, UdfApply | UdfQuery);
        let data = matches!(permission, UdfAdmin | SindexAdmin | QueryAdmin | Truncate | EvictAdmin);
        let does = match self.code {
            privilege::USER_ADMIN => permission == UserAdmin,
            privilege::SYS_ADMIN => data || matches!(permission, SetConfig | LoggingCtrl | ServiceCtrl),
            privilege::DATA_ADMIN => data,
            privilege::UDF_ADMIN => permission == UdfAdmin,
            privilege::SINDEX_ADMIN => permission == SindexAdmin,
            privilege::READ => read,
            privilege::WRITE => write,
            privilege::READ_WRITE => read || write,
            privilege::READ_WRITE_UDF => read || write || udf,
            privilege::TRUNCATE => permission == Truncate,
            _ => false,
        };
        in_scope && does
    }
}

#[derive(Clone, Debug, Default)]
pub struct Role {
    pub privileges: Vec<Privilege>,
    pub allowlist: Vec<u8>,
    pub read_quota: u32,
    pub write_quota: u32,
    /// It cannot be changed.
    pub predefined: bool,
}

#[derive(Clone, Debug)]
pub struct User {
    password: Password,
    pub roles: Vec<String>,
    /// The password is not the server's: it comes in clear, and is checked elsewhere.
    external: bool,
    /// By node.
    rates: BTreeMap<usize, Rates>,
}

/// By what who logs in is to be believed.
enum Shown {
    /// The hash of a password.
    Hash(Secret),
    /// A password.
    Password(Secret),
    /// One that the host has checked.
    Certificate,
}

#[derive(Clone, Debug)]
enum Password {
    /// As it was configured; hashed at the first login, for that takes its time.
    Clear(Secret),
    Hash(Secret),
}

impl User {
    pub fn new(password: &str, roles: Vec<String>, external: bool) -> User {
        let password = Password::Clear(Secret::new(password.as_bytes()));
        User { password, roles, external, rates: BTreeMap::new() }
    }

    fn with_hash(hash: &[u8], roles: Vec<String>) -> User {
        let password = Password::Hash(Secret::new(hash));
        User { password, roles, external: false, rates: BTreeMap::new() }
    }

    fn check(&mut self, shown: &Shown) -> Result<(), Code> {
        let (hash, external) = match shown {
            Shown::Certificate => return Ok(()),
            Shown::Hash(hash) => (hash.expose().to_vec(), false),
            Shown::Password(clear) => {
                let clear = std::str::from_utf8(clear.expose()).map_err(|_| code::INVALID_PASSWORD)?;
                (password::hash(clear).into_bytes(), true)
            }
        };
        match (external, self.external) {
            (true, false) => Err(code::LDAP_NOT_CONFIGURED),
            (false, true) => Err(code::INVALID_PASSWORD),
            _ => self.knows(&hash).then_some(()).ok_or(code::INVALID_PASSWORD),
        }
    }

    fn hash(&mut self) -> &[u8] {
        if let Password::Clear(clear) = &self.password {
            let clear = String::from_utf8_lossy(clear.expose()).into_owned();
            self.password = Password::Hash(Secret::new(password::hash(&clear).as_bytes()));
        }
        match &self.password {
            Password::Hash(hash) | Password::Clear(hash) => hash.expose(),
        }
    }

    /// Is this the hash of the password? Looks at all of it, whatever it is.
    fn knows(&mut self, hash: &[u8]) -> bool {
        let own = self.hash();
        let differs = own.iter().zip(hash).fold(0, |all, (a, b)| all | (a ^ b));
        own.len() == hash.len() && differs == 0
    }
}

/// Single-record commands of a user: those of this second and of the last.
#[derive(Clone, Copy, Debug, Default)]
struct Rates {
    second: u64,
    now: [u32; 2],
    last: [u32; 2],
}

impl Rates {
    fn at(&mut self, now_ms: u64) -> &mut Rates {
        let second = now_ms / 1000;
        if second != self.second {
            self.last = if second == self.second + 1 { self.now } else { [0; 2] };
            (self.second, self.now) = (second, [0; 2]);
        }
        self
    }
}

#[derive(Clone, Debug)]
struct Session {
    user: String,
    /// The node that gave it, and which of its lives that was.
    node: usize,
    life: u32,
    expires_ms: u64,
}

/// Who asks, as far as the command that is being answered is concerned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Caller {
    #[default]
    Nobody,
    User(String),
}

#[derive(Clone, Debug)]
pub struct Security {
    pub users: BTreeMap<String, User>,
    pub roles: BTreeMap<String, Role>,
    sessions: BTreeMap<Vec<u8>, Session>,
    /// Seconds.
    pub session_ttl: u32,
    /// Quotas can be set.
    pub quotas: bool,
    caller: Caller,
    /// The node that is asked.
    node: usize,
}

/// Roles that every server has, with their privileges.
const PREDEFINED: [(&str, &[u8]); 12] = [
    ("user-admin", &[privilege::USER_ADMIN]),
    ("sys-admin", &[privilege::SYS_ADMIN]),
    ("data-admin", &[privilege::DATA_ADMIN]),
    ("udf-admin", &[privilege::UDF_ADMIN]),
    ("sindex-admin", &[privilege::SINDEX_ADMIN]),
    ("read", &[privilege::READ]),
    ("read-write", &[privilege::READ_WRITE]),
    ("read-write-udf", &[privilege::READ_WRITE_UDF]),
    ("write", &[privilege::WRITE]),
    ("truncate", &[privilege::TRUNCATE]),
    ("superuser", &[privilege::USER_ADMIN, privilege::SYS_ADMIN, privilege::DATA_ADMIN, privilege::READ_WRITE_UDF]),
    ("masking-admin", &[privilege::MASKING_ADMIN]),
];

/// The code of a privilege's name.
pub fn privilege_code(name: &str) -> Option<u8> {
    let row = privilege::ROWS.iter().find(|row| row.name.eq_ignore_ascii_case(&name.replace('-', "_")))?;
    Some(row.value as u8)
}

impl Default for Security {
    /// The user admin, whose password is admin, with all rights.
    fn default() -> Security {
        let mut security = Security::without_users();
        security.users.insert("admin".into(), User::new("admin", vec!["superuser".into()], false));
        security
    }
}

impl Security {
    fn without_users() -> Security {
        let role = |codes: &[u8]| Role {
            privileges: codes.iter().copied().map(Privilege::global).collect(),
            predefined: true,
            ..Role::default()
        };
        Security {
            users: BTreeMap::new(),
            roles: PREDEFINED.iter().map(|(name, codes)| (name.to_string(), role(codes))).collect(),
            sessions: BTreeMap::new(),
            session_ttl: 86_400,
            quotas: false,
            caller: Caller::Nobody,
            node: 0,
        }
    }

    /// Hashes all passwords now, which else takes its time at each user's first login.
    pub fn hash_passwords(&mut self) {
        for user in self.users.values_mut() {
            user.hash();
        }
    }

    /// Ends the sessions that a node gave.
    pub fn end_sessions(&mut self, node: usize) {
        self.sessions.retain(|_, session| session.node != node);
    }

    /// Says who asks from here on, and which node. A user who was removed is nobody.
    pub fn call_as(&mut self, node: usize, user: Option<&str>) {
        self.node = node;
        self.caller = match user {
            Some(user) if self.users.contains_key(user) => Caller::User(user.into()),
            _ => Caller::Nobody,
        };
    }

    pub fn is_somebody(&self) -> bool {
        self.caller != Caller::Nobody
    }

    /// May a user come from an address, which is not always known?
    fn admits(&self, user: &str, address: Option<IpAddr>) -> bool {
        let roles = self.users.get(user).map_or(&[][..], |user| &user.roles);
        let mut lists = roles
            .iter()
            .filter_map(|role| self.roles.get(role))
            .filter_map(|role| std::str::from_utf8(&role.allowlist).ok().filter(|list| !list.is_empty()))
            .peekable();
        let is_free = lists.peek().is_none();
        let mut networks = lists.flat_map(|list| list.split(',')).filter_map(Network::read);
        is_free || address.is_some_and(|address| networks.any(|network| network.holds(address)))
    }

    /// Whether who asks may do it; counts single reads and writes, and holds them to the user's quota.
    pub fn check(&mut self, permission: Permission, namespace: &[u8], set: &[u8], now_ms: u64) -> Result<(), Code> {
        let Caller::User(name) = &self.caller else { return Err(code::NOT_AUTHENTICATED) };
        let Some(user) = self.users.get(name) else { return Err(code::NOT_AUTHENTICATED) };
        let quotas = self.quotas_of(user);
        let mut privileges =
            user.roles.iter().filter_map(|role| self.roles.get(role)).flat_map(|role| &role.privileges);
        if !privileges.any(|privilege| privilege.allows(permission, namespace, set)) {
            return Err(code::ROLE_VIOLATION);
        }
        let kind = match permission {
            Permission::Read => 0,
            Permission::Write => 1,
            _ => return Ok(()),
        };
        let Some(user) = self.users.get_mut(name) else { return Err(code::NOT_AUTHENTICATED) };
        let count = &mut user.rates.entry(self.node).or_default().at(now_ms).now[kind];
        if quotas[kind] > 0 && *count >= quotas[kind] {
            return Err(code::QUOTA_EXCEEDED);
        }
        *count += 1;
        Ok(())
    }

    /// A query says how many records a second it is to give at most, 0 = any. Where the user has a quota, it has to keep
    /// within that.
    pub fn hold_query(&self, writes: bool, records_per_second: u32) -> Result<(), Code> {
        let Caller::User(name) = &self.caller else { return Err(code::NOT_AUTHENTICATED) };
        let quotas = self.users.get(name).map_or([0; 2], |user| self.quotas_of(user));
        let quota = quotas[usize::from(writes)];
        match quota == 0 || (1..=quota).contains(&records_per_second) {
            true => Ok(()),
            false => Err(code::QUOTA_EXCEEDED),
        }
    }

    /// The highest quotas of a user's roles, reads and writes; 0 = no limit.
    fn quotas_of(&self, user: &User) -> [u32; 2] {
        let roles = user.roles.iter().filter_map(|role| self.roles.get(role));
        roles.fold([0; 2], |quotas, role| [quotas[0].max(role.read_quota), quotas[1].max(role.write_quota)])
    }
}

/// Which connection, of which node.
#[derive(Clone, Copy)]
pub struct From {
    pub conn: ConnId,
    pub node: usize,
}
