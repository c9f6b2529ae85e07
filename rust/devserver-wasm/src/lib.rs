//! The dev server as a WebAssembly module for JavaScript. Bytes move through two regions of the linear memory: the host
//! puts what a socket gave at `receive_reserve(length)`, calls `received`, and takes the answers from `answer_address()`.
//! An address is good until the next call. Nothing is decided here.
//!
//! ```js
//! const server = new DevServer('{"nodes": 1}', seedLow, seedHigh)     // throws what is wrong with an option
//! server.set_address(0, "127.0.0.1", 3000)                            // what node 0 tells clients
//! const conn = server.connect(0)                                      // -1: refuse it
//! new Uint8Array(memory.buffer, server.receive_reserve(n), n).set(chunk)
//! let length = server.received(conn, n, Date.now())                   // below zero: -1 - length, then reset
//! const answer = new Uint8Array(memory.buffer, server.answer_address(), length).slice()
//! while (server.pending(conn)) …server.received(conn, 0, Date.now())  // once the socket has taken what was before,
//!                                                                     // and after wait() milliseconds
//! server.disconnected(conn)                                           // exactly once for each connection
//! ```
//!
//! UDFs are run by a host that is given with `set_udf_host`: it is called while `received` is, and must not call back.
//! `waits_for_udfs(conn)` says that a request waits for it to be ready; then `received(conn, 0, …)` goes on.

use aerospike_devserver::{support, Action, Cluster, Config, Fault, UdfHost};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const UDF_HOST: &str = r#"
/** What runs UDFs; see `rust/devserver/src/udf_host.rs`. */
export interface UdfHost {
  /** Whether it can answer. If not, it says so to whoever waits, later. */
  ready(): boolean
  /** `length` bytes in linear memory say what to do. */
  answer(address: number, length: number): Uint8Array
}
"#;

#[wasm_bindgen]
extern "C" {
    /// The host of UDFs, in JavaScript.
    #[wasm_bindgen(typescript_type = "UdfHost")]
    pub type JsUdfHost;

    #[wasm_bindgen(structural, method)]
    fn ready(this: &JsUdfHost) -> bool;

    #[wasm_bindgen(structural, method)]
    fn answer(this: &JsUdfHost, address: u32, length: u32) -> Vec<u8>;
}

impl UdfHost for JsUdfHost {
    fn ready(&mut self) -> bool {
        JsUdfHost::ready(self)
    }

    fn answer(&mut self, call: &[u8]) -> Vec<u8> {
        JsUdfHost::answer(self, address(call), call.len() as u32)
    }
}

#[wasm_bindgen]
pub struct DevServer {
    cluster: Cluster,
    /// What a socket gave.
    staging: Vec<u8>,
    /// What goes back.
    answer: Vec<u8>,
}

/// Room that the answers of one call keep for the next, in bytes.
const ANSWER_KEPT: usize = 4 * 1024 * 1024;

fn address(region: &[u8]) -> u32 {
    region.as_ptr() as usize as u32
}

#[wasm_bindgen]
impl DevServer {
    /// `options` is JSON: `edition`, `nodes` or `nodeIds`, `racks`, `clusterName`, `protoFdIdleMs`, `namespaces`, `security`.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &str, seed_low: u32, seed_high: u32) -> Result<DevServer, JsError> {
        let config = Config::parse(options).map_err(|reason| JsError::new(&reason))?;
        let seed = u64::from(seed_high) << 32 | u64::from(seed_low);
        Ok(DevServer { cluster: Cluster::new(config, seed), staging: Vec::new(), answer: Vec::new() })
    }

    // ---- the cluster

    pub fn node_count(&self) -> u32 {
        self.cluster.nodes().len() as u32
    }

    /// The node's id in hexadecimal, as `node` answers it; empty for a number that is none.
    pub fn node_name(&self, node: u32) -> String {
        self.cluster.nodes().get(node as usize).map(|node| node.name.clone()).unwrap_or_default()
    }

    /// Where clients can reach a node: hosts with commas between them.
    pub fn set_address(&mut self, node: u32, hosts: &str, port: u16) {
        self.cluster.set_address(node as usize, &hosts.split(',').collect::<Vec<_>>(), port);
    }

    /// The same of the port where it speaks TLS, and the name that its certificate has.
    pub fn set_tls_address(&mut self, node: u32, hosts: &str, port: u16, name: &str) {
        self.cluster.set_tls_address(node as usize, &hosts.split(',').collect::<Vec<_>>(), port, name);
    }

    /// A node is gone, and the others do not know until `kill`. The host resets its connections and stops listening.
    pub fn lose(&mut self, node: u32) {
        self.cluster.lose(node as usize);
    }

    /// The host resets the node's connections and stops listening.
    pub fn kill(&mut self, node: u32) {
        self.cluster.kill(node as usize);
    }

    pub fn restart(&mut self, node: u32) {
        self.cluster.restart(node as usize);
    }

    /// From now on partitions move only with `migrate`; or no more so.
    pub fn hold_migrations(&mut self, holds: bool) {
        self.cluster.hold_migrations(holds);
    }

    /// Lets as many copies of partitions come to where they are to be; gives how many are left.
    pub fn migrate(&mut self, copies: u32) -> u32 {
        self.cluster.migrate(copies as usize) as u32
    }

    /// A node is to have no copies any more, or is to have some again.
    pub fn quiesce(&mut self, node: u32, leaves: bool) {
        self.cluster.quiesce(node as usize, leaves);
    }

    // ---- faults

    /// The number of a new fault, told as JSON (`rust/devserver/src/faults/parse.rs`).
    pub fn add_fault(&mut self, fault: &str) -> Result<u32, JsError> {
        let fault = Fault::parse(fault).map_err(|name| JsError::new(&format!("{name} is not understood")))?;
        self.cluster.faults().add(fault).ok_or_else(|| JsError::new("there are too many faults"))
    }

    pub fn remove_fault(&mut self, fault: u32) {
        self.cluster.faults().remove(fault);
    }

    /// How often a fault has struck.
    pub fn struck(&mut self, fault: u32) -> f64 {
        self.cluster.faults().struck(fault) as f64
    }

    // ---- the passage of time

    /// Removes some of what has expired; to be called about once a second.
    pub fn expire(&mut self, wall_ms: f64) {
        self.cluster.expire(wall_ms as u64);
    }

    /// Gives it what runs UDFs. Without one they fail.
    pub fn set_udf_host(&mut self, host: JsUdfHost) {
        self.cluster.set_udf_host(Box::new(host));
    }

    // ---- connections

    /// The number of a new connection to a node, or -1: it is down or has too many.
    pub fn connect(&mut self, node: u32) -> i32 {
        self.cluster.connect(node as usize).map_or(-1, |conn| conn as i32)
    }

    /// Who a connection is from: an address, and whom its certificate names; empty = not known.
    pub fn set_peer(&mut self, conn: u32, address: &str, certified: &str) {
        self.cluster.set_peer(conn, address, certified);
    }

    /// Connections that the host is to close, because nobody has used them; to be called about once a second.
    pub fn idle(&mut self, wall_ms: f64) -> Vec<u32> {
        self.cluster.idle(wall_ms as u64)
    }

    pub fn disconnected(&mut self, conn: u32) {
        self.cluster.disconnected(conn);
    }

    /// Where to put `length` bytes that came from a socket.
    pub fn receive_reserve(&mut self, length: u32) -> u32 {
        if self.staging.len() < length as usize {
            self.staging.resize((length as usize).next_power_of_two(), 0);
        }
        address(&self.staging)
    }

    /// `length` bytes are in place. Gives how long the answers are; `-1 - length` if the connection is to be reset
    /// after they have been written.
    pub fn received(&mut self, conn: u32, length: u32, wall_ms: f64) -> i32 {
        self.answer.clear();
        self.answer.shrink_to(ANSWER_KEPT);
        let bytes = self.staging.get(..length as usize).unwrap_or_default();
        let action = self.cluster.received(conn, bytes, wall_ms as u64, &mut self.answer);
        let length = self.answer.len() as i32;
        match action {
            Action::Keep => length,
            Action::Close => -1 - length,
        }
    }

    /// Where the answers of the last `received` are.
    pub fn answer_address(&self) -> u32 {
        address(&self.answer)
    }

    /// Whether requests of the connection wait until its socket has taken what was answered before them.
    pub fn pending(&self, conn: u32) -> bool {
        self.cluster.pending(conn)
    }

    /// Milliseconds until there is more to answer to what is pending, 0 = now.
    pub fn wait(&self, conn: u32, wall_ms: f64) -> u32 {
        self.cluster.wait_ms(conn, wall_ms as u64) as u32
    }

    /// Whether a request of the connection waits for the host of UDFs.
    pub fn waits_for_udfs(&self, conn: u32) -> bool {
        self.cluster.waits_for_udfs(conn)
    }

    // ---- for tests

    /// What a whole frame, `length` bytes in place as for `received`, asks for that this server cannot do yet.
    pub fn missing(&self, length: u32) -> Option<String> {
        let udfs = self.cluster.has_udf_host();
        support::missing_in(self.staging.get(..length as usize)?, udfs).map(Into::into)
    }
}
