//! The configuration of an engine, read once from lines of `key=value`. The shell has checked what a person wrote and
//! says it in his words; what is checked here is that a shell made no mistake.

use crate::cluster::Address;
use crate::conn::limiter;
use crate::limits::limit;

/// How users are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthMode {
    /// By a password that the server keeps the hash of.
    Internal,
    /// By a password that the server has checked elsewhere, and needs as it is.
    External,
    /// By a certificate.
    Pki,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    pub hosts: Vec<Address>,
    pub cluster_name: String,
    pub tls: bool,
    /// The name that certificates must have where an address comes without one; empty: that of the host.
    pub tls_name: String,
    pub auth_mode: AuthMode,
    /// Empty = nobody logs in, unless certificates say who it is.
    pub user: String,
    /// Connect and first tend, a host, in ms. Also how long a tend may take.
    pub timeout: f64,
    pub idle_timeout: f64,
    pub max_conns_per_node: usize,
    pub min_conns_per_node: usize,
    /// Most requests in flight on one connection.
    pub pipeline_depth: usize,
    /// Requests in flight on a connection from which on another one is opened: always, or, where it adapts, at most.
    pub comfortable_depth: usize,
    pub adapts: bool,
    /// Where it adapts: for how long a connection is silent at least before it is taken for blocked, to begin with.
    pub patience: f64,
    pub tend_interval: f64,
    pub use_services_alternate: bool,
    /// `(advertised, reachable)`.
    pub ip_map: Vec<(String, String)>,
    pub single_node: bool,
    pub fail_if_not_connected: bool,
    pub app_id: String,
    pub rack_aware: bool,
    pub rack_ids: Vec<i64>,
    /// 0 = no limit, in these three.
    pub max_concurrent_operations: usize,
    pub operation_queue_timeout: f64,
    pub max_queued_operations: usize,
    /// Bytes of requests that wait for a connection of a node, 0 = no limit.
    pub max_queued_bytes_per_node: usize,
    pub max_error_rate: u32,
    pub error_rate_window: u32,
    /// Reads of one poll for one node share requests: from how many on, and how many a request at most.
    pub coalesce: bool,
    /// So do writes.
    pub coalesce_writes: bool,
    pub coalesce_from: usize,
    pub coalesce_rows: usize,
    /// Bytes of all columns of a result at which it is given up.
    pub columns_max: usize,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            hosts: Vec::new(),
            cluster_name: String::new(),
            tls: false,
            tls_name: String::new(),
            auth_mode: AuthMode::Internal,
            user: String::new(),
            timeout: 1000.0,
            idle_timeout: 55_000.0,
            max_conns_per_node: 256,
            min_conns_per_node: 0,
            pipeline_depth: 128,
            comfortable_depth: 32,
            adapts: false,
            patience: limiter::CALM,
            tend_interval: 1000.0,
            use_services_alternate: false,
            ip_map: Vec::new(),
            single_node: false,
            fail_if_not_connected: true,
            app_id: String::new(),
            rack_aware: false,
            rack_ids: vec![0],
            max_concurrent_operations: 0,
            operation_queue_timeout: 0.0,
            max_queued_operations: 0,
            max_queued_bytes_per_node: 256 * 1024 * 1024,
            max_error_rate: 100,
            error_rate_window: 1,
            coalesce: false,
            coalesce_writes: false,
            coalesce_from: 8,
            coalesce_rows: 256,
            columns_max: limit::COLUMNS,
        }
    }
}

impl Config {
    pub fn parse(text: &str) -> Result<Config, String> {
        let mut config = Config::default();
        for line in text.lines().filter(|line| !line.is_empty()) {
            let (key, value) = line.split_once('=').ok_or_else(|| format!("config line without '=': {line}"))?;
            config.set(key, value).ok_or_else(|| format!("config {key} cannot be {value}"))?;
        }
        if config.hosts.is_empty() {
            return Err("config hosts is empty".into());
        }
        if config.auth_mode != AuthMode::Internal && !config.tls {
            return Err("config auth_mode needs tls".into());
        }
        if config.tls {
            // Whether a server takes several requests in one TLS record is not known: one at a time.
            config.pipeline_depth = 1;
        }
        config.comfortable_depth = config.comfortable_depth.min(config.pipeline_depth);
        Ok(config)
    }

    /// Sets one field; None when the key is unknown or the value is no value of it.
    fn set(&mut self, key: &str, value: &str) -> Option<()> {
        fn number<T: std::str::FromStr>(value: &str) -> Option<T> {
            value.parse().ok()
        }
        fn ms(value: &str) -> Option<f64> {
            number::<u32>(value).map(f64::from)
        }
        fn flag(value: &str) -> Option<bool> {
            matches!(value, "0" | "1").then(|| value == "1")
        }
        match key {
            "host" => {
                let mut parts = value.split('\t');
                let (host, port) = (parts.next()?.to_string(), number(parts.next()?)?);
                self.hosts.push(Address { host, port, tls_name: parts.next().unwrap_or("").into() });
            }
            "cluster_name" => self.cluster_name = value.into(),
            "tls" => self.tls = flag(value)?,
            "tls_name" => self.tls_name = value.into(),
            "auth_mode" => {
                self.auth_mode = match value {
                    "internal" => AuthMode::Internal,
                    "external" => AuthMode::External,
                    "pki" => AuthMode::Pki,
                    _ => return None,
                }
            }
            "user" => self.user = value.into(),
            "timeout" => self.timeout = ms(value)?,
            "idle_timeout" => self.idle_timeout = ms(value)?,
            "max_conns_per_node" => self.max_conns_per_node = number::<usize>(value).filter(|&n| n > 0)?,
            "min_conns_per_node" => self.min_conns_per_node = number(value)?,
            // One engine has one thread: a second pool a node would hold the same connections in two lists.
            "conn_pools_per_node" => drop(number::<usize>(value)?),
            "pipeline_depth" => self.pipeline_depth = number::<usize>(value).filter(|&n| n > 0)?,
            "comfortable_depth" => self.comfortable_depth = number::<usize>(value).filter(|&n| n > 0)?,
            "adaptive_depth" => self.adapts = flag(value)?,
            "patience" => self.patience = ms(value)?,
            "tend_interval" => self.tend_interval = ms(value).filter(|&ms| ms > 0.0)?,
            "use_services_alternate" => self.use_services_alternate = flag(value)?,
            "ip_map" => {
                let (advertised, reachable) = value.split_once('\t')?;
                self.ip_map.push((advertised.into(), reachable.into()));
            }
            "single_node" => self.single_node = flag(value)?,
            "fail_if_not_connected" => self.fail_if_not_connected = flag(value)?,
            "app_id" => self.app_id = value.into(),
            "rack_aware" => self.rack_aware = flag(value)?,
            "rack_ids" => self.rack_ids = value.split(',').map(number).collect::<Option<_>>()?,
            "max_concurrent_operations" => self.max_concurrent_operations = number(value)?,
            "operation_queue_timeout" => self.operation_queue_timeout = ms(value)?,
            "max_queued_operations" => self.max_queued_operations = number(value)?,
            "max_queued_bytes_per_node" => self.max_queued_bytes_per_node = number(value)?,
            "max_error_rate" => self.max_error_rate = number(value)?,
            "error_rate_window" => self.error_rate_window = number::<u32>(value).filter(|&n| n > 0)?,
            "coalesce" => self.coalesce = flag(value)?,
            "coalesce_writes" => self.coalesce_writes = flag(value)?,
            "coalesce_from" => self.coalesce_from = number::<usize>(value).filter(|&n| n > 0)?,
            "coalesce_rows" => self.coalesce_rows = number::<usize>(value).filter(|&n| (1..=4096).contains(&n))?,
            "columns_max" => self.columns_max = number::<usize>(value).filter(|&n| n <= limit::COLUMNS)?,
            _ => return None,
        }
        Some(())
    }

    /// Whether connections have to be let in.
    pub fn has_login(&self) -> bool {
        !self.user.is_empty() || self.auth_mode == AuthMode::Pki
    }

    /// The address under which an advertised one is reached.
    pub fn mapped(&self, mut address: Address) -> Address {
        if let Some((_, reachable)) = self.ip_map.iter().find(|(advertised, _)| *advertised == address.host) {
            address.host = reachable.clone();
        }
        address
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_kind_of_field() {
        let config = Config::parse(
            "host=a\t3000\t\nhost=::1\t3100\tname\nrack_ids=1,2\nip_map=10.0.0.1\t127.0.0.1\ntls=0\ntimeout=250\n",
        )
        .unwrap();
        assert_eq!(config.hosts[1], Address { host: "::1".into(), port: 3100, tls_name: "name".into() });
        assert_eq!((config.rack_ids.as_slice(), config.timeout), (&[1, 2][..], 250.0));
        assert_eq!(
            config.mapped(Address { host: "10.0.0.1".into(), port: 1, tls_name: String::new() }).host,
            "127.0.0.1"
        );
    }

    #[test]
    fn says_which_field_is_wrong() {
        assert_eq!(Config::parse("host=a\tx\t\n").unwrap_err(), "config host cannot be a\tx\t");
        assert_eq!(Config::parse("host=a\t1\t\nnope=1\n").unwrap_err(), "config nope cannot be 1");
        assert_eq!(Config::parse("").unwrap_err(), "config hosts is empty");
    }

    #[test]
    fn a_password_that_travels_as_it_is_and_a_certificate_need_tls() {
        for mode in ["external", "pki"] {
            let line = format!("host=a\t1\t\nauth_mode={mode}\n");
            assert_eq!(Config::parse(&line).unwrap_err(), "config auth_mode needs tls");
            assert!(Config::parse(&format!("{line}tls=1\n")).is_ok());
        }
        assert!(!Config::parse("host=a\t1\t\n").unwrap().has_login());
        assert!(Config::parse("host=a\t1\t\nuser=u\n").unwrap().has_login());
        assert!(Config::parse("host=a\t1\t\nauth_mode=pki\ntls=1\n").unwrap().has_login());
    }

    #[test]
    fn requests_are_not_pipelined_over_tls() {
        assert_eq!(Config::parse("host=a\t1\t\ntls=1\n").unwrap().pipeline_depth, 1);
    }
}
