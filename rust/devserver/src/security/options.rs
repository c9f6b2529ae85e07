//! The option `security`: true, or users, roles, how long a session lasts and whether quotas can be set.

use super::network::Network;
use super::{privilege_code, Privilege, Role, Security, User};
use crate::json::Json;
use aerospike_sansio::limits::limit;
use aerospike_sansio::proto::privilege;

/// Reads the option. What is wrong is said with its name, and never with a password.
pub fn read(value: &Json) -> Result<Option<Security>, String> {
    let members = match value {
        Json::Bool(false) => return Ok(None),
        Json::Bool(true) => return Ok(Some(Security::default())),
        Json::Object(members) => members,
        _ => return Err("security must be true, false or an object".into()),
    };
    let mut security = Security::without_users();
    let list = |value: &Json, name: &str| -> Result<Vec<Json>, String> {
        Ok(value.as_array().ok_or(format!("security.{name} must be an array"))?.to_vec())
    };
    for (name, value) in members {
        match name.as_str() {
            "roles" => {
                for (n, item) in list(value, "roles")?.iter().enumerate() {
                    let (name, role) = role(item, &format!("security.roles[{n}]"))?;
                    if security.roles.insert(name.clone(), role).is_some() {
                        return Err(format!("security.roles[{n}].name {name:?} is there already"));
                    }
                }
            }
            "users" => {
                for (n, item) in list(value, "users")?.iter().enumerate() {
                    let (name, user) = user(item, &format!("security.users[{n}]"))?;
                    if security.users.insert(name.clone(), user).is_some() {
                        return Err(format!("security.users[{n}].name {name:?} is there already"));
                    }
                }
            }
            "sessionTtl" => security.session_ttl = whole(value, "security.sessionTtl", 1)?,
            "quotas" => {
                let Json::Bool(on) = value else { return Err("security.quotas must be true or false".into()) };
                security.quotas = *on;
            }
            name => return Err(format!("there is no option security.{name}")),
        }
    }
    if security.users.is_empty() {
        security.users = Security::default().users;
    }
    for (name, user) in &security.users {
        if let Some(role) = user.roles.iter().find(|role| !security.roles.contains_key(*role)) {
            return Err(format!("the user {name:?} has the role {role:?}, which there is not"));
        }
    }
    Ok(Some(security))
}

fn whole(value: &Json, path: &str, min: u32) -> Result<u32, String> {
    let number = value.as_number().filter(|number| number.fract() == 0.0);
    let number = number.filter(|number| (f64::from(min)..=f64::from(u32::MAX)).contains(number));
    number.map(|number| number as u32).ok_or(format!("{path} must be a whole number from {min} on"))
}

fn name(item: &Json, path: &str, max: usize) -> Result<String, String> {
    let name = item.get("name").and_then(Json::as_str).filter(|name| (1..=max).contains(&name.len()));
    Ok(name.ok_or(format!("{path}.name must be text of 1 to {max} bytes"))?.into())
}

fn known(item: &Json, path: &str, names: &[&str]) -> Result<(), String> {
    let Json::Object(members) = item else { return Err(format!("{path} must be an object of {}", names.join(", "))) };
    match members.iter().find(|(name, _)| !names.contains(&name.as_str())) {
        Some((name, _)) => Err(format!("there is no option {path}.{name}")),
        None => Ok(()),
    }
}

fn texts(item: Option<&Json>, path: &str) -> Result<Vec<String>, String> {
    let wanted = || format!("{path} must be an array of text");
    let items = item.map_or(Some(&[][..]), Json::as_array).ok_or_else(wanted)?;
    items.iter().map(|item| Ok(item.as_str().ok_or_else(wanted)?.into())).collect()
}

fn user(item: &Json, path: &str) -> Result<(String, User), String> {
    known(item, path, &["name", "password", "roles", "external"])?;
    let name = name(item, path, limit::USER)?;
    let password = item.get("password").and_then(Json::as_str).ok_or(format!("{path}.password must be text"))?;
    let external = match item.get("external") {
        None => false,
        Some(Json::Bool(external)) => *external,
        Some(_) => return Err(format!("{path}.external must be true or false")),
    };
    Ok((name, User::new(password, texts(item.get("roles"), &format!("{path}.roles"))?, external)))
}

fn role(item: &Json, path: &str) -> Result<(String, Role), String> {
    known(item, path, &["name", "privileges", "allowlist", "readQuota", "writeQuota"])?;
    let quota = |name: &str| item.get(name).map_or(Ok(0), |value| whole(value, &format!("{path}.{name}"), 0));
    let privileges = item.get("privileges").and_then(Json::as_array).unwrap_or_default();
    let privileges =
        privileges.iter().enumerate().map(|(n, item)| read_privilege(item, &format!("{path}.privileges[{n}]")));
    let allowlist = texts(item.get("allowlist"), &format!("{path}.allowlist"))?;
    if let Some(entry) = allowlist.iter().find(|entry| Network::read(entry).is_none()) {
        return Err(format!("{path}.allowlist {entry:?} must be an address or a network, such as 10.0.0.0/8"));
    }
    let role = Role {
        privileges: privileges.collect::<Result<_, _>>()?,
        allowlist: allowlist.join(",").into_bytes(),
        read_quota: quota("readQuota")?,
        write_quota: quota("writeQuota")?,
        predefined: false,
    };
    Ok((name(item, path, limit::ROLE)?, role))
}

fn read_privilege(item: &Json, path: &str) -> Result<Privilege, String> {
    if let Some(name) = item.as_str() {
        let code = privilege_code(name).ok_or(format!("{path} {name:?} is no privilege"))?;
        return Ok(Privilege::global(code));
    }
    known(item, path, &["code", "namespace", "set"])?;
    let code = item.get("code").and_then(Json::as_str).and_then(privilege_code);
    let code = code.ok_or(format!("{path}.code must be the name of a privilege"))?;
    let scope = |name: &str| item.get(name).and_then(Json::as_str).unwrap_or_default().as_bytes().to_vec();
    let privilege = Privilege { code, namespace: scope("namespace"), set: scope("set") };
    if code < privilege::READ && (!privilege.namespace.is_empty() || !privilege.set.is_empty()) {
        return Err(format!("{path} is for all namespaces"));
    }
    Ok(privilege)
}
