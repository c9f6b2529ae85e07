//! Users of an Enterprise Edition, in raw requests: who is let in, by what, from where, and for how long.

use aerospike_devserver::{Cluster, Config};
use aerospike_sansio::password;
use aerospike_sansio::proto::{code, security_command as command, security_field as field};
use aerospike_sansio::wire::security::{self, Message};

const NOW: u64 = 1_795_000_000_000;
const OPTIONS: &str = r#"{"edition": "enterprise", "nodes": 2, "security": {"sessionTtl": 10,
    "roles": [{"name": "near", "privileges": ["read"], "allowlist": ["10.0.0.0/8", "fd00::/8"]}],
    "users": [{"name": "ada", "password": "ada-secret", "roles": ["read"]},
        {"name": "leo", "password": "leo-secret", "external": true},
        {"name": "nea", "password": "nea-secret", "roles": ["near", "read"]}]}}"#;

struct Server {
    cluster: Cluster,
    conn: u32,
    now_ms: u64,
}

impl Server {
    fn new() -> Server {
        let mut cluster = Cluster::new(Config::parse(OPTIONS).unwrap(), 7);
        let conn = cluster.connect(0).unwrap();
        Server { cluster, conn, now_ms: NOW }
    }

    /// Goes on with another connection, from an address and with a certificate.
    fn enter(&mut self, node: usize, address: &str, certified: &str) -> &mut Server {
        self.conn = self.cluster.connect(node).unwrap();
        self.cluster.set_peer(self.conn, address, certified);
        self
    }

    /// The code of the answer, and the token if there is one.
    fn ask(&mut self, number: u8, fields: &[(u8, &[u8])]) -> (i32, Vec<u8>) {
        let (mut request, mut answer) = (Vec::new(), Vec::new());
        security::request(number, fields, &mut request);
        self.cluster.received(self.conn, &request, self.now_ms, &mut answer);
        let (message, _) = Message::read(&answer[8..]).unwrap();
        (message.head.result.into(), message.field(field::SESSION_TOKEN).unwrap_or_default().to_vec())
    }

    fn login(&mut self, user: &str, password: &str) -> (i32, Vec<u8>) {
        let hash = password::hash(password);
        self.ask(command::LOGIN, &[(field::USER, user.as_bytes()), (field::CREDENTIAL, hash.as_bytes())])
    }

    fn login_external(&mut self, user: &str, password: &str) -> i32 {
        let hash = password::hash(password);
        let fields = [(field::USER, user.as_bytes()), (field::CREDENTIAL, hash.as_bytes())];
        self.ask(command::LOGIN, &[&fields[..], &[(field::CLEAR_PASSWORD, password.as_bytes())]].concat()).0
    }

    fn show(&mut self, user: &str, token: &[u8]) -> i32 {
        self.ask(command::AUTHENTICATE, &[(field::USER, user.as_bytes()), (field::SESSION_TOKEN, token)]).0
    }
}

#[test]
fn a_session_is_good_for_its_time_on_its_node_for_its_user_in_one_life_of_the_node() {
    let mut server = Server::new();
    let (code, token) = server.login("ada", "ada-secret");
    assert_eq!((code, token.len()), (code::OK, 32));
    assert_eq!(server.enter(0, "", "").show("ada", &token), code::OK);
    assert_eq!(server.enter(0, "", "").show("nea", &token), code::NOT_ALLOWLISTED);
    assert_eq!(server.enter(0, "", "").show("leo", &token), code::INVALID_CREDENTIAL);
    assert_eq!(server.enter(0, "", "").show("eve", &token), code::INVALID_USER);
    assert_eq!(server.enter(1, "", "").show("ada", &token), code::INVALID_CREDENTIAL);
    assert_eq!(server.enter(0, "", "").show("ada", b"another"), code::EXPIRED_SESSION);
    server.now_ms += 9_999;
    assert_eq!(server.enter(0, "", "").show("ada", &token), code::OK);
    server.now_ms += 1;
    assert_eq!(server.enter(0, "", "").show("ada", &token), code::EXPIRED_SESSION);

    let (_, token) = server.login("ada", "ada-secret");
    server.cluster.kill(0);
    server.cluster.restart(0);
    assert_eq!(server.enter(0, "", "").show("ada", &token), code::INVALID_CREDENTIAL);
}

#[test]
fn a_password_that_is_checked_elsewhere_comes_as_it_is_and_only_for_users_that_are_known_so() {
    let mut server = Server::new();
    assert_eq!(server.login_external("leo", "leo-secret"), code::OK);
    assert_eq!(server.login_external("leo", "wrong"), code::INVALID_PASSWORD);
    assert_eq!(server.login("leo", "leo-secret").0, code::INVALID_PASSWORD);
    assert_eq!(server.login_external("ada", "ada-secret"), code::LDAP_NOT_CONFIGURED);
}

#[test]
fn who_names_nobody_is_whom_the_certificate_names() {
    let mut server = Server::new();
    assert_eq!(server.ask(command::LOGIN, &[]).0, code::INVALID_USER);
    assert_eq!(server.enter(0, "", "eve").ask(command::LOGIN, &[]).0, code::INVALID_USER);
    let (code, token) = server.enter(0, "", "ada").ask(command::LOGIN, &[]);
    assert_eq!(code, code::OK);
    let shown = [(field::SESSION_TOKEN, &token[..])];
    assert_eq!(server.enter(0, "", "ada").ask(command::AUTHENTICATE, &shown).0, code::OK);
    assert_eq!(server.enter(0, "", "leo").ask(command::AUTHENTICATE, &shown).0, code::INVALID_CREDENTIAL);
    assert_eq!(server.enter(0, "", "").ask(command::AUTHENTICATE, &shown).0, code::INVALID_USER);
}

#[test]
fn an_allowlist_lets_in_whom_it_names_and_nobody_whose_address_is_not_known() {
    let mut server = Server::new();
    for (address, expected) in [
        ("10.1.2.3", code::OK),
        ("::ffff:10.1.2.3", code::OK),
        ("fd00::1", code::OK),
        ("11.1.2.3", code::NOT_ALLOWLISTED),
        ("::1", code::NOT_ALLOWLISTED),
        ("", code::NOT_ALLOWLISTED),
    ] {
        assert_eq!(server.enter(0, address, "").login("nea", "nea-secret").0, expected, "{address}");
        assert_eq!(server.enter(0, address, "").login("nea", "wrong").0, code::INVALID_PASSWORD, "{address}");
    }
    assert_eq!(server.enter(0, "", "").login("ada", "ada-secret").0, code::OK);
}

#[test]
fn options_that_are_wrong_are_named_and_no_password_is_shown() {
    for (users, expected) in [
        (r#"[{"name": "a", "password": "hush", "external": 1}]"#, "users[0].external must be true or false"),
        (r#"[{"name": "a", "password": ["hush"]}]"#, "users[0].password must be text"),
        (r#"[{"name": "a", "password": "hush", "roles": "read"}]"#, "users[0].roles must be an array of text"),
        (r#"[{"name": "", "password": "hush"}]"#, "users[0].name must be text of 1 to 63 bytes"),
    ] {
        let options = format!(r#"{{"edition": "enterprise", "security": {{"users": {users}}}}}"#);
        let error = Config::parse(&options).unwrap_err();
        assert!(error.contains(expected) && !error.contains("hush"), "{error}");
    }
    let roles = r#"{"edition": "enterprise", "security": {"roles": [{"name": "r", "allowlist": ["10.0.0.0/99"]}]}}"#;
    let error = Config::parse(roles).unwrap_err();
    assert!(error.contains(r#"security.roles[0].allowlist "10.0.0.0/99" must be an address"#), "{error}");
}
