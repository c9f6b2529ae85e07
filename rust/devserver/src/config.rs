//! How a cluster is set up. The names are the server's own, in camelCase: `nsup-period` is `nsupPeriod`.

use crate::json::{self, Json};
use crate::limits::limit;
use crate::security::{self, Security};
use aerospike_sansio::limits;

/// Which edition of the server to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Edition {
    #[default]
    Community,
    /// Also compressed messages, durable deletes, strong consistency, transactions, racks.
    Enterprise,
}

#[derive(Clone, Debug)]
pub struct Config {
    pub edition: Edition,
    /// Ids of the nodes: their names are these in hexadecimal.
    pub node_ids: Vec<u64>,
    /// The rack of each node, or nothing: all are on rack 0.
    pub racks: Vec<u32>,
    /// Empty = the cluster has no name.
    pub cluster_name: String,
    pub namespaces: Vec<NamespaceConfig>,
    /// Milliseconds after which a connection that nobody uses is closed; 0 = never.
    pub proto_fd_idle_ms: u32,
    /// Users and roles; nothing = everybody may do everything.
    pub security: Option<Security>,
}

#[derive(Clone, Debug)]
pub struct NamespaceConfig {
    pub name: String,
    /// Copies of a record, at most one a node.
    pub replication_factor: usize,
    /// Seconds in which expired records are removed once; 0 = never, and then no time to live is taken.
    pub nsup_period: u32,
    pub allow_ttl_without_nsup: bool,
    /// Seconds, 0 = records do not expire.
    pub default_ttl: u32,
    pub default_read_touch_ttl_pct: u32,
    /// Bytes.
    pub max_record_size: usize,
    /// Bytes of memory for records, past which writes are stopped.
    pub data_size: u64,
    pub strong_consistency: bool,
    /// Take deletes that are not durable although consistency is strong.
    pub strong_consistency_allow_expunge: bool,
    /// Seconds that a transaction has when its client does not say.
    pub mrt_duration: u32,
}

/// The largest id of a rack, as the server allows.
const RACK_MAX: u64 = 1_000_000;
/// The longest that a transaction may take, in seconds, as the server allows.
pub const MRT_DURATION_MAX: u32 = 120;

impl Default for Config {
    /// One node with the namespaces of the recorded server: `test`, and `bar` where nothing expires.
    fn default() -> Config {
        let bar = NamespaceConfig { nsup_period: 0, ..NamespaceConfig::named("bar") };
        Config {
            edition: Edition::Community,
            node_ids: default_ids(1),
            racks: Vec::new(),
            cluster_name: String::new(),
            namespaces: vec![NamespaceConfig::named("test"), bar],
            proto_fd_idle_ms: 0,
            security: None,
        }
    }
}

impl NamespaceConfig {
    pub fn named(name: &str) -> NamespaceConfig {
        NamespaceConfig {
            name: name.into(),
            replication_factor: 2,
            nsup_period: 120,
            allow_ttl_without_nsup: false,
            default_ttl: 0,
            default_read_touch_ttl_pct: 0,
            max_record_size: 1024 * 1024,
            data_size: limit::DATA as u64,
            strong_consistency: false,
            strong_consistency_allow_expunge: false,
            mrt_duration: 10,
        }
    }
}

impl Config {
    /// Options as JSON. What is wrong is said with the option's name.
    pub fn parse(text: &str) -> Result<Config, String> {
        let options = json::parse(text.as_bytes()).ok_or("the options are not JSON")?;
        let Json::Object(members) = options else { return Err("the options are not an object".into()) };
        let mut config = Config::default();
        for (name, value) in &members {
            match name.as_str() {
                "edition" => config.edition = edition(value)?,
                "racks" => config.racks = racks(value)?,
                "nodes" => config.node_ids = default_ids(integer(name, value, 1, limit::NODES as u64)? as usize),
                "nodeIds" => config.node_ids = node_ids(value)?,
                "clusterName" => config.cluster_name = cluster_name(value)?,
                "protoFdIdleMs" => config.proto_fd_idle_ms = integer(name, value, 0, i32::MAX as u64)? as u32,
                "namespaces" => config.namespaces = namespaces(value)?,
                "security" => config.security = security::options::read(value)?,
                name => return Err(format!("there is no option {name}")),
            }
        }
        config.check()?;
        Ok(config)
    }

    /// What one option says against another.
    fn check(&self) -> Result<(), String> {
        let nodes = self.node_ids.len();
        if !self.racks.is_empty() && self.racks.len() != nodes {
            let racks = self.racks.len();
            return Err(format!("racks must have a number for each of the {nodes} nodes, and has {racks}"));
        }
        if self.edition == Edition::Enterprise {
            return Ok(());
        }
        if self.security.is_some() {
            return Err("security needs edition: \"enterprise\"".into());
        }
        if !self.racks.is_empty() {
            return Err("racks needs edition: \"enterprise\"".into());
        }
        match self.namespaces.iter().find(|namespace| namespace.strong_consistency) {
            Some(NamespaceConfig { name, .. }) => {
                Err(format!("namespaces.{name}.strongConsistency needs edition: \"enterprise\""))
            }
            None => Ok(()),
        }
    }
}

fn edition(value: &Json) -> Result<Edition, String> {
    match value.as_str() {
        Some("community") => Ok(Edition::Community),
        Some("enterprise") => Ok(Edition::Enterprise),
        _ => Err("edition must be \"community\" or \"enterprise\"".into()),
    }
}

fn racks(value: &Json) -> Result<Vec<u32>, String> {
    let items = value.as_array().ok_or("racks must be an array with the rack of each node")?;
    items.iter().enumerate().map(|(n, item)| Ok(integer(&format!("racks[{n}]"), item, 0, RACK_MAX)? as u32)).collect()
}

/// A1, A2, …: the recorded server was called A1.
fn default_ids(nodes: usize) -> Vec<u64> {
    (0..nodes as u64).map(|n| 0xA1 + n).collect()
}

fn node_ids(value: &Json) -> Result<Vec<u64>, String> {
    const WANTED: &str = "nodeIds must be an array of different hexadecimal numbers";
    let items = value.as_array().filter(|items| (1..=limit::NODES).contains(&items.len())).ok_or(WANTED)?;
    let mut ids = Vec::new();
    for item in items {
        let id =
            item.as_str().and_then(|text| u64::from_str_radix(text, 16).ok()).filter(|&id| id != 0).ok_or(WANTED)?;
        if ids.contains(&id) {
            return Err(WANTED.into());
        }
        ids.push(id);
    }
    Ok(ids)
}

fn cluster_name(value: &Json) -> Result<String, String> {
    let printable = |name: &&str| (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic());
    let name = value.as_str().filter(printable).ok_or("clusterName must be 1 to 64 printable characters")?;
    Ok(name.into())
}

fn namespaces(value: &Json) -> Result<Vec<NamespaceConfig>, String> {
    let Json::Object(members) = value else { return Err("namespaces must be an object of name: options".into()) };
    if !(1..=limit::NAMESPACES).contains(&members.len()) {
        return Err(format!("namespaces must have 1 to {} members", limit::NAMESPACES));
    }
    let mut namespaces: Vec<NamespaceConfig> = Vec::new();
    for (name, options) in members {
        let spoken = name.bytes().all(|byte| byte.is_ascii_graphic() && !b":;,/=".contains(&byte));
        if !spoken || !(1..=limits::limit::NAMESPACE).contains(&name.len()) {
            return Err(format!("the namespace name {name:?} must be 1 to 31 characters, without : ; , / ="));
        }
        if namespaces.iter().any(|namespace| namespace.name == *name) {
            return Err(format!("the namespace {name} is there twice"));
        }
        namespaces.push(namespace(name, options)?);
    }
    Ok(namespaces)
}

fn namespace(name: &str, options: &Json) -> Result<NamespaceConfig, String> {
    let Json::Object(members) = options else {
        return Err(format!("the options of namespace {name} are not an object"));
    };
    let mut config = NamespaceConfig::named(name);
    for (option, value) in members {
        let path = format!("namespaces.{name}.{option}");
        let number = |max: u64| integer(&path, value, 0, max);
        match option.as_str() {
            "replicationFactor" => {
                config.replication_factor = integer(&path, value, 1, limits::limit::REPLICAS as u64)? as usize;
            }
            "nsupPeriod" => config.nsup_period = number(u64::from(u32::MAX))? as u32,
            "defaultTtl" => config.default_ttl = number(limits::limit::TTL_MAX as u64)? as u32,
            "defaultReadTouchTtlPct" => config.default_read_touch_ttl_pct = number(100)? as u32,
            "maxRecordSize" => config.max_record_size = integer(&path, value, 16, limit::RECORD as u64)? as usize,
            "dataSize" => config.data_size = number(limit::DATA_MAX as u64)?,
            "allowTtlWithoutNsup" => config.allow_ttl_without_nsup = boolean(&path, value)?,
            "strongConsistency" => config.strong_consistency = boolean(&path, value)?,
            "strongConsistencyAllowExpunge" => config.strong_consistency_allow_expunge = boolean(&path, value)?,
            "mrtDuration" => config.mrt_duration = integer(&path, value, 1, u64::from(MRT_DURATION_MAX))? as u32,
            _ => return Err(format!("there is no option {path}")),
        }
    }
    let needs = |option: &str| Err(format!("namespaces.{name}.{option} needs strongConsistency: true"));
    if !config.strong_consistency && config.strong_consistency_allow_expunge {
        return needs("strongConsistencyAllowExpunge");
    }
    if !config.strong_consistency && members.iter().any(|(option, _)| option == "mrtDuration") {
        return needs("mrtDuration");
    }
    Ok(config)
}

fn boolean(name: &str, value: &Json) -> Result<bool, String> {
    match *value {
        Json::Bool(value) => Ok(value),
        _ => Err(format!("{name} must be true or false")),
    }
}

fn integer(name: &str, value: &Json, min: u64, max: u64) -> Result<u64, String> {
    match *value {
        Json::Int(int) if int >= min as i64 && int as u64 <= max => Ok(int as u64),
        _ => Err(format!("{name} must be a whole number from {min} to {max}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_option() {
        let text = r#"{"nodes": 3, "clusterName": "lab", "protoFdIdleMs": 60000, "namespaces": {"a": {"nsupPeriod": 0, "defaultTtl": 9,
            "maxRecordSize": 128, "replicationFactor": 3, "allowTtlWithoutNsup": true, "dataSize": 5,
            "defaultReadTouchTtlPct": 80}, "b": {}}}"#;
        let config = Config::parse(text).unwrap();
        assert_eq!(config.node_ids, [0xA1, 0xA2, 0xA3]);
        assert_eq!((config.cluster_name.as_str(), config.proto_fd_idle_ms), ("lab", 60_000));
        let [a, b] = &config.namespaces[..] else { panic!() };
        assert_eq!((a.nsup_period, a.default_ttl, a.max_record_size, a.replication_factor), (0, 9, 128, 3));
        assert_eq!((b.name.as_str(), b.nsup_period), ("b", 120));
        assert_eq!(Config::parse(r#"{"nodeIds": ["C1", "c2"]}"#).unwrap().node_ids, [0xC1, 0xC2]);
        assert_eq!(config.edition, Edition::Community);
        let text = r#"{"edition": "enterprise", "nodes": 2, "racks": [1, 2], "namespaces": {"a":
            {"strongConsistency": true, "strongConsistencyAllowExpunge": true, "mrtDuration": 20}}}"#;
        let config = Config::parse(text).unwrap();
        assert_eq!((config.edition, &config.racks[..]), (Edition::Enterprise, &[1, 2][..]));
        let [a] = &config.namespaces[..] else { panic!() };
        assert_eq!((a.strong_consistency, a.strong_consistency_allow_expunge, a.mrt_duration), (true, true, 20));
    }

    #[test]
    fn names_the_option_that_is_wrong() {
        for (text, said) in [
            (r#"{"nodes": 0}"#, "nodes must be a whole number from 1 to 32"),
            (r#"{"protoFdIdleMs": -1}"#, "protoFdIdleMs must be a whole number from 0 to 2147483647"),
            (r#"{"nodes": 1.5}"#, "nodes must be"),
            (r#"{"nope": 1}"#, "there is no option nope"),
            (r#"{"namespaces": {"a": {"ttl": 1}}}"#, "there is no option namespaces.a.ttl"),
            (r#"{"namespaces": {}}"#, "namespaces must have"),
            (r#"{"namespaces": {"a;b": {}}}"#, "a;b"),
            (r#"{"clusterName": ""}"#, "clusterName"),
            (r#"{"nodeIds": ["x"]}"#, "nodeIds"),
            ("[]", "not an object"),
            (r#"{"edition": "federal"}"#, "edition must be \"community\" or \"enterprise\""),
            (r#"{"racks": [1]}"#, "racks needs edition"),
            (r#"{"edition": "enterprise", "racks": 1}"#, "racks must be an array"),
            (r#"{"edition": "enterprise", "racks": [-1]}"#, "racks[0] must be a whole number from 0 to 1000000"),
            (r#"{"edition": "enterprise", "nodes": 3, "racks": [1]}"#, "for each of the 3 nodes, and has 1"),
            (r#"{"namespaces": {"a": {"strongConsistency": true}}}"#, "namespaces.a.strongConsistency needs edition"),
            (r#"{"namespaces": {"a": {"strongConsistency": 1}}}"#, "a.strongConsistency must be true or false"),
            (r#"{"namespaces": {"a": {"mrtDuration": 10}}}"#, "a.mrtDuration needs strongConsistency"),
            (
                r#"{"namespaces": {"a": {"strongConsistency": true, "mrtDuration": 121}}}"#,
                "a.mrtDuration must be a whole number from 1 to 120",
            ),
            (
                r#"{"namespaces": {"a": {"strongConsistencyAllowExpunge": true}}}"#,
                "a.strongConsistencyAllowExpunge needs strongConsistency",
            ),
        ] {
            let error = Config::parse(text).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
