//! Commands on users and roles: byte for byte what another client sent (vectors `admin`, `admin_stub`).

use crate::json::{unhex, Json};
use crate::recorded::{exchanges, scenario};
use aerospike_sansio::abi::{command_kind, command_word as word, tag, NONE};
use aerospike_sansio::command;
use aerospike_sansio::password;
use aerospike_sansio::proto::{code, privilege, security_command as number, security_field as field};
use aerospike_sansio::value::tape::Slot;

/// Slots of a command, and the texts that they refer to.
#[derive(Default)]
struct Written {
    slots: Vec<Slot>,
    items: u32,
    data: Vec<u8>,
}

impl Written {
    fn text(&mut self, id: u32, text: &str) {
        let offset = self.data.len() as u32;
        self.data.extend_from_slice(text.as_bytes());
        self.slots.push(Slot::new(tag::STRING, id, offset, text.len() as u32));
    }

    fn field(&mut self, id: u8, text: Option<&str>) {
        if let Some(text) = text {
            self.items += 1;
            self.text(id.into(), text);
        }
    }

    fn number(&mut self, id: u8, value: Option<i64>) {
        if let Some(value) = value {
            self.items += 1;
            self.slots.push(Slot::int(id.into(), value));
        }
    }

    fn list(&mut self, id: u8, items: usize) {
        self.items += 1;
        self.slots.push(Slot::new(tag::LIST, id.into(), items as u32, 0));
    }
}

fn written(what: &Json) -> Option<Written> {
    let text = |name: &str| what.get(name).and_then(Json::text);
    let command = match text("cmd")? {
        "create_user" | "create_pki_user" => number::CREATE_USER,
        "drop_user" => number::DROP_USER,
        "change_password" => number::SET_PASSWORD,
        "grant_roles" => number::GRANT_ROLES,
        "revoke_roles" => number::REVOKE_ROLES,
        "query_user" | "query_users" => number::QUERY_USERS,
        "create_role" => number::CREATE_ROLE,
        "drop_role" => number::DROP_ROLE,
        "grant_privileges" => number::GRANT_PRIVILEGES,
        "revoke_privileges" => number::REVOKE_PRIVILEGES,
        "set_whitelist" => number::SET_ALLOWLIST,
        "set_quotas" => number::SET_QUOTAS,
        "query_role" | "query_roles" => number::QUERY_ROLES,
        _ => return None,
    };
    let mut out = Written { slots: vec![Slot::int(NONE, command.into())], items: 1, data: vec![] };
    out.field(field::USER, text("user"));
    out.field(field::ROLE, text("role"));
    let password = if text("cmd") == Some("create_pki_user") { Some(password::NONE) } else { text("password") };
    out.field(field::PASSWORD, password.map(password::hash).as_deref());
    if let Some(roles) = what.get("roles").map(Json::list) {
        out.list(field::ROLES, roles.len());
        roles.iter().for_each(|role| out.text(NONE, role.text().unwrap()));
    }
    if let Some(privileges) = what.get("privileges").map(Json::list) {
        out.list(field::PRIVILEGES, 3 * privileges.len());
        for privilege in privileges {
            let [name, namespace, set] = privilege.list() else { panic!("{privilege:?}") };
            let name = name.text().unwrap().replace('-', "_").to_uppercase();
            let code = privilege::ROWS.iter().find(|row| row.name == name).unwrap().value;
            out.slots.push(Slot::int(NONE, code));
            out.text(NONE, namespace.text().unwrap());
            out.text(NONE, set.text().unwrap());
        }
    }
    let addresses: Vec<&str> =
        what.get("whitelist").map(Json::list).unwrap_or_default().iter().filter_map(Json::text).collect();
    out.field(field::ALLOWLIST, (!addresses.is_empty()).then(|| addresses.join(",")).as_deref());
    out.number(field::READ_QUOTA, what.get("read_quota").and_then(Json::int));
    out.number(field::WRITE_QUOTA, what.get("write_quota").and_then(Json::int));
    Some(out)
}

fn encode(written: &Written) -> Result<Vec<u8>, aerospike_sansio::Refused> {
    let mut words = [0; word::LENGTH];
    (words[word::KIND], words[word::ITEMS]) = (command_kind::ADMIN, written.items);
    words[word::SLOTS] = written.slots.len() as u32;
    let mut region: Vec<_> = words.chunks(4).map(|four| Slot::new(four[0], four[1], four[2], four[3])).collect();
    region.extend_from_slice(&written.slots);
    let block = command::read(&region)?;
    let mut out = vec![];
    command::admin::encode(&block, &region[command::BLOCK_SLOTS..], &written.data, &mut out)?;
    Ok(out)
}

#[test]
fn commands_are_byte_for_byte_those_of_another_client() {
    let mut count = 0;
    for exchange in exchanges("admin.jsonl").chain(exchanges("admin_stub.jsonl")) {
        let Some(written) = written(exchange.get("what").unwrap()) else { continue };
        let mut theirs = unhex(exchange.get("request").and_then(Json::text).unwrap());
        let ours = encode(&written).unwrap();
        if theirs[10] == number::CREATE_ROLE {
            // The Go client does not count fields that hold a list of one.
            assert!(theirs[11] <= ours[11]);
            theirs[11] = ours[11];
        }
        assert_eq!(ours, theirs, "{}", scenario(&exchange));
        count += 1;
    }
    assert!(count >= 19, "{count}");
}

#[test]
fn what_is_too_long_or_does_not_belong_is_refused() {
    let text = |id: u8, length: usize| {
        let mut written = Written { slots: vec![Slot::int(NONE, 1)], items: 1, data: vec![] };
        written.field(id, Some(&"x".repeat(length)));
        encode(&written)
    };
    assert!(text(field::USER, 63).is_ok() && text(field::ROLE, 63).is_ok());
    for (id, length) in
        [(field::USER, 64), (field::ROLE, 64), (field::CREDENTIAL, 1), (field::SESSION_TOKEN, 1), (99, 1)]
    {
        assert_eq!(text(id, length).unwrap_err().code, code::INVALID_ARGUMENT, "{id} {length}");
    }
    let list = |items: usize, each: i64| {
        let mut written = Written { slots: vec![Slot::int(NONE, 10)], items: 1, data: vec![] };
        written.list(field::PRIVILEGES, items);
        for _ in 0..items / 3 {
            written.slots.push(Slot::int(NONE, each));
            written.text(NONE, "test");
            written.text(NONE, "");
        }
        encode(&written)
    };
    assert!(list(3, 10).is_ok() && list(3 * 255, 10).is_ok());
    assert!(list(3 * 256, 10).is_err() && list(2, 10).is_err());
    assert!(list(3, 0).is_err(), "an administrator's privilege is for no namespace");
    assert!(list(3, 256).is_err());
}
