//! The simulated world: nodes, clients, the network between them and one clock. Everything that happens is an event in
//! one queue, and its order depends on the seed alone.

use crate::client::{Client, Input, Limits, Wish};
use crate::command::Policy;
use crate::ledger::{Ask, Ledger, COUNTERS, LOGS, REGISTERS};
use crate::network::{Link, LinkId, Piece, Way, SOCKET_BUFFER};
use crate::random::Random;
use crate::tell;
use crate::weather::{Climate, Fault, Kind};
use crate::Almanac;
use aerospike_devserver::security::Security;
use aerospike_devserver::{Action, Cluster, Config};
use aerospike_sansio::abi::{socket_end, stat};
use aerospike_sansio::key::{self, UserKey};
use aerospike_sansio::password;
use aerospike_sansio::proto::{security_command, security_field};
use aerospike_sansio::wire::security;
use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashSet};
use std::sync::OnceLock;

/// The port of node i is this and i more.
const BASE_PORT: u16 = 3000;
/// Records that are there from the start and that nobody changes.
const STABLE: i64 = 120;
/// Unix time at the start, in ms.
const EPOCH_MS: u64 = 1_800_000_000_000;
/// How long the callers may wait after the day, in ms, until everything must have been answered.
const EVENING: f64 = 120_000.0;
/// How long after the last trouble everything has to work again, in ms: two rounds of tends and their time limits, and a
/// second in which the server gives up what it held.
const SOON: f64 = 5000.0;
/// More events than any day has.
const EVENTS_MAX: u64 = 3_000_000;

#[derive(Debug)]
enum Happens {
    /// Bytes reach the other end.
    Arrive {
        link: LinkId,
        way: Way,
        bytes: Vec<u8>,
    },
    /// A connect reaches the node's port.
    Knock {
        link: LinkId,
    },
    /// The client learns that it is open.
    Opened {
        link: LinkId,
    },
    /// The other end is gone.
    Gone {
        link: LinkId,
        way: Way,
        end: u32,
    },
    /// A client is told that nobody knows a connection that went silent.
    Reset {
        link: LinkId,
    },
    /// The client's socket takes more.
    Writable {
        link: LinkId,
    },
    /// The client reads what had arrived while it did not want to.
    ReadOn {
        link: LinkId,
    },
    /// The node goes on with requests that it left.
    Serve {
        link: LinkId,
    },
    /// A caller took a record of a query.
    Took {
        client: usize,
        op: u32,
        birth: u64,
    },
    /// The client's program knows the password.
    Password {
        client: usize,
    },
    /// Callers ask for something.
    Work {
        client: usize,
    },
    Weather,
    /// Some partitions have moved.
    Migrate,
    /// The other nodes notice that one is dead.
    Noticed {
        node: usize,
        life: u32,
    },
    Second,
}

struct Event {
    at: f64,
    order: u64,
    what: Happens,
}

impl Ord for Event {
    /// The next one is the greatest.
    fn cmp(&self, other: &Event) -> Ordering {
        other.at.total_cmp(&self.at).then(other.order.cmp(&self.order))
    }
}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Event) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Event {
    fn eq(&self, other: &Event) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Event {}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Port {
    Open,
    Refuses,
    /// Connects are not answered.
    Swallows,
}

#[derive(Debug)]
struct Machine {
    up: bool,
    /// Its deaths, counted.
    life: u32,
    port: Port,
    /// It stands still; what reaches it waits here.
    frozen: bool,
    held: Vec<Happens>,
    /// How long it takes over what arrives, in ms.
    slow: f64,
}

/// What a day was like, for those who look at many.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub asked: u64,
    pub failed: u64,
    pub faults: u64,
    pub events: u64,
    pub simulated_ms: f64,
    pub retries: f64,
    pub in_doubt: f64,
}

pub struct World {
    random: Random,
    climate: Climate,
    now: f64,
    order: u64,
    queue: BinaryHeap<Event>,
    cluster: Cluster,
    machines: Vec<Machine>,
    links: Vec<Link>,
    clients: Vec<Client>,
    ledger: Ledger,
    /// The day is over: no more work and no more faults.
    evening: bool,
    report: Report,
}

impl Report {
    pub fn add(&mut self, other: &Report) {
        self.asked += other.asked;
        self.failed += other.failed;
        self.faults += other.faults;
        self.events += other.events;
        self.simulated_ms += other.simulated_ms;
        self.retries += other.retries;
        self.in_doubt += other.in_doubt;
    }
}

impl World {
    pub fn new(almanac: Almanac, seed: u64) -> World {
        let mut random = Random::new(seed);
        let climate = Climate::draw(almanac, &mut random);
        let nodes = random.pick(&[1, 2, 3, 3, 4, 5]);
        let mut config = Config::parse(&format!(
            r#"{{"edition": "{}", "nodes": {nodes}, "namespaces": {{"test": {{"replicationFactor": {}}}}}}}"#,
            if climate.users.is_some() { "enterprise" } else { "community" },
            random.pick(&[1, 2, 2, 3])
        ))
        .expect("a configuration");
        config.security = climate.users.map(users);
        config.proto_fd_idle_ms = climate.idle_ms as u32;
        let mut cluster = Cluster::new(config, seed);
        for node in 0..nodes {
            cluster.set_address(node, &["h"], BASE_PORT + node as u16);
        }
        let machine = || Machine { up: true, life: 0, port: Port::Open, frozen: false, held: vec![], slow: 0.0 };
        let mut world = World {
            climate,
            now: 1000.0,
            order: 0,
            queue: BinaryHeap::new(),
            cluster,
            machines: (0..nodes).map(|_| machine()).collect(),
            links: vec![],
            clients: vec![],
            ledger: Ledger::default(),
            evening: false,
            report: Report::default(),
            random,
        };
        world.cluster.hold_migrations(world.climate.migrations.is_some());
        world.ledger.credulous = world.climate.kind != Kind::Corrupt;
        tell!("{:9.3} {nodes} nodes, {:?}", world.now, world.climate);
        world
    }

    /// Plays the whole day. Whatever is wrong is a panic.
    pub fn play(mut self) -> Report {
        self.prepare();
        for _ in 0..1 + self.random.below(3) {
            self.add_client();
        }
        self.at(self.now + 1000.0, Happens::Second);
        self.at(self.now, Happens::Migrate);
        // Until all nodes are known; logins take their time.
        let dawn = if self.climate.users.is_some() { 1000.0 } else { 200.0 };
        self.run_until(self.now + dawn, |_| false);
        let sunrise = self.now;
        for client in 0..self.clients.len() {
            self.at(sunrise, Happens::Work { client });
        }
        if !self.climate.kinds.is_empty() {
            self.at(sunrise, Happens::Weather);
        }
        self.run_until(sunrise + self.climate.day, |_| false);
        self.end_of_day();
        self.report
    }

    /// The records that nobody changes, written before anyone looks.
    fn prepare(&mut self) {
        let conn = self.cluster.connect(0).expect("a node that is up");
        let limits = Limits {
            text: format!("host=h\t{BASE_PORT}\t\n"),
            max_connections: 1e9,
            max_to_node: 1,
            max_queued: None,
            max_queued_bytes: None,
        };
        if self.climate.users.is_some() {
            let fields = [(security_field::USER, USER.as_bytes()), (security_field::CREDENTIAL, hash().as_bytes())];
            let (mut request, mut answer) = (vec![], vec![]);
            security::request(security_command::LOGIN, &fields, &mut request);
            self.cluster.received(conn, &request, EPOCH_MS, &mut answer);
        }
        let mut writer = Client::new("writer".into(), &limits, 1, &self.climate, HashSet::new(), self.now);
        // Requests as an engine makes them, given to a node by hand.
        for number in 0..STABLE {
            let request = crate::command::stable_record(&mut writer.engine, number);
            let mut answer = vec![];
            self.cluster.received(conn, &request, EPOCH_MS, &mut answer);
            assert_eq!(answer.get(13), Some(&0), "a record could not be written");
        }
        self.cluster.disconnected(conn);
    }

    fn add_client(&mut self) {
        let nodes = self.machines.len();
        let limits = self.draw_limits(nodes);
        let name = format!("client {}", self.clients.len());
        let stable = (0..STABLE).map(|number| key::digest(b"stable", &UserKey::Int(number))).collect();
        tell!("{:9.3} {name}: {}", self.now, limits.text.replace('\n', "; "));
        let seed = self.random.draw();
        self.clients.push(Client::new(name, &limits, seed, &self.climate, stable, self.now));
        self.pump(self.clients.len() - 1);
    }

    fn draw_limits(&mut self, nodes: usize) -> Limits {
        let calm = self.climate.kind == Kind::Calm;
        let random = &mut self.random;
        let mut text = String::new();
        let seeds = 1 + random.index(nodes.min(2));
        let first = random.index(nodes);
        for seed in 0..seeds {
            text.push_str(&format!("host=h\t{}\t\n", BASE_PORT + ((first + seed) % nodes) as u16));
        }
        let connections = random.pick(&[1, 2, 4, 16, 100]);
        text.push_str(&format!("max_conns_per_node={connections}\n"));
        text.push_str(&format!("min_conns_per_node={}\n", random.below(3)));
        text.push_str(&format!("pipeline_depth={}\n", random.pick(&[1, 2, 8, 64, 128])));
        let comfortable = random.pick(&[1, 4, 32]);
        match self.climate.adapts {
            true => text.push_str("adaptive_depth=1\npatience=1\n"),
            false => text.push_str(&format!("comfortable_depth={comfortable}\n")),
        }
        text.push_str(&format!("tend_interval={}\n", random.pick(&[100, 250, 1000])));
        text.push_str(&format!("timeout={}\n", random.pick(&[300, 1000])));
        text.push_str(&format!("idle_timeout={}\n", random.pick(&[0, 300, 2000, 55_000])));
        text.push_str(&format!("max_error_rate={}\n", if calm { 0 } else { random.pick(&[0, 0, 5, 100]) }));
        text.push_str("fail_if_not_connected=0\n");
        if self.climate.users.is_some() {
            text.push_str(&format!("user={USER}\n"));
        }
        if let Some(from) = self.climate.coalesce_from {
            let writes = u8::from(self.climate.coalesce_writes);
            text.push_str(&format!("coalesce=1\ncoalesce_from={from}\ncoalesce_writes={writes}\n"));
        }
        let concurrent = random.pick(&[0, 0, 4, 40]);
        text.push_str(&format!("max_concurrent_operations={concurrent}\n"));
        let mut max_queued = None;
        if concurrent > 0 && !calm && random.chance(0.5) {
            let queued = random.pick(&[5, 50]);
            text.push_str(&format!("max_queued_operations={queued}\n"));
            text.push_str(&format!("operation_queue_timeout={}\n", random.pick(&[0, 50, 400])));
            max_queued = Some(f64::from(queued));
        }
        let mut max_queued_bytes = None;
        if self.climate.bounds_bytes {
            max_queued_bytes = random.pick(&[None, Some(1000), Some(20_000)]).map(f64::from);
            max_queued_bytes.iter().for_each(|max| text.push_str(&format!("max_queued_bytes_per_node={max}\n")));
        }
        // Those that serve, one that tends for each node, and looks at seeds and peers.
        let max_connections = (nodes * (connections + 2) + seeds) as f64;
        Limits { text, max_connections, max_to_node: connections + 2 + seeds, max_queued, max_queued_bytes }
    }

    // ---- time

    fn at(&mut self, at: f64, what: Happens) {
        self.order += 1;
        self.queue.push(Event { at: at.max(self.now), order: self.order, what });
    }

    /// Lets things happen until a time, or until `enough`.
    fn run_until(&mut self, until: f64, enough: impl Fn(&World) -> bool) {
        while !enough(self) {
            let next = self.queue.peek().map_or(f64::INFINITY, |event| event.at);
            let (wake, sleeper) = self
                .clients
                .iter()
                .enumerate()
                .map(|(index, client)| (client.wakes_at().max(self.now), index))
                .min_by(|a, b| a.0.total_cmp(&b.0))
                .unwrap_or((f64::INFINITY, 0));
            if next.min(wake) > until {
                self.now = until;
                return;
            }
            self.report.events += 1;
            assert!(
                self.report.events < EVENTS_MAX,
                "the world does not come to rest: next event at {next}, {sleeper} wakes at {wake}"
            );
            // What arrives in time is heard before it is told what time it is.
            if next <= wake {
                let event = self.queue.pop().expect("peeked at");
                self.now = event.at;
                self.happen(event.what);
            } else {
                self.now = wake;
                self.wake(sleeper);
            }
        }
    }

    fn wake(&mut self, index: usize) {
        let now = self.now;
        for input in std::mem::take(&mut self.clients[index].inbox) {
            self.clients[index].input(input, now);
        }
        self.pump(index);
        self.clients[index].time(now);
        self.pump(index);
        self.clients[index].told_the_time(now);
    }

    /// A socket of a client speaks: now, or when its program has time.
    fn hear(&mut self, index: usize, input: Input) {
        let now = self.now;
        let client = &mut self.clients[index];
        if client.stalled_until > now || !client.inbox.is_empty() {
            client.inbox.push(input);
        } else {
            client.input(input, now);
            self.pump(index);
        }
    }

    fn pump(&mut self, index: usize) {
        for round in 0.. {
            assert!(round < 1000, "the engine does not come to rest");
            let now = self.now;
            let Some(wishes) = self.clients[index].poll(&mut self.ledger, now) else { return };
            for wish in wishes {
                self.grant(index, wish);
            }
        }
    }

    /// None when the connection ended after the engine had wished this, and before it was polled.
    fn link_of(&self, client: usize, conn: u32) -> Option<LinkId> {
        self.clients[client].sockets.get(&conn).copied()
    }

    fn grant(&mut self, client: usize, wish: Wish) {
        let now = self.now;
        match wish {
            Wish::Connect { conn, port } => {
                let node = port.wrapping_sub(BASE_PORT) as usize;
                let id = self.links.len();
                self.links.push(Link::new(client, conn, node));
                let before = self.clients[client].sockets.insert(conn, id);
                assert!(before.is_none(), "connection {conn} was opened twice");
                let to_node =
                    self.clients[client].sockets.values().filter(|&&link| self.links[link].node == node).count();
                let most = self.clients[client].max_to_node;
                assert!(to_node <= most, "{to_node} connections to node {node}, {most} allowed");
                let at = self.links[id].to_node.behind(now, &self.climate, &mut self.random);
                self.at(at, Happens::Knock { link: id });
            }
            Wish::Transmit { conn, bytes } => {
                let id = self.link_of(client, conn).expect("bytes for a connection that is not there");
                let link = &mut self.links[id];
                assert!(link.open, "bytes for a connection that is not open");
                assert!(!link.owes_writable, "bytes for a socket that has not asked for more");
                let pieces = link.to_node.send(bytes, now, &self.climate, &mut self.random);
                link.owes_writable = true;
                if link.to_node.under_way < SOCKET_BUFFER {
                    self.at(now, Happens::Writable { link: id });
                }
                self.travel(id, Way::ToNode, pieces);
            }
            Wish::Close { conn } => {
                let Some(id) = self.link_of(client, conn) else { return };
                self.clients[client].sockets.remove(&conn);
                let link = &mut self.links[id];
                link.open = false;
                let at = link.to_node.behind(now, &self.climate, &mut self.random);
                self.at(at, Happens::Gone { link: id, way: Way::ToNode, end: socket_end::CLOSED });
            }
            Wish::Pause { conn } => {
                let Some(id) = self.link_of(client, conn) else { return };
                self.links[id].paused = true;
            }
            Wish::Resume { conn } => {
                let Some(id) = self.link_of(client, conn) else { return };
                self.links[id].paused = false;
                self.at(now, Happens::ReadOn { link: id });
            }
            Wish::Password => {
                let at = now + if self.random.chance(0.2) { self.random.between(0.0, 50.0) } else { 0.0 };
                self.at(at, Happens::Password { client });
            }
            Wish::Given { op, birth } => {
                let at = now + if self.random.chance(0.05) { self.random.between(0.0, 50.0) } else { 0.0 };
                self.at(at, Happens::Took { client, op, birth });
            }
        }
    }

    fn travel(&mut self, link: LinkId, way: Way, pieces: Vec<Piece>) {
        for piece in pieces {
            self.at(piece.at, Happens::Arrive { link, way, bytes: piece.bytes });
        }
    }

    // ---- what happens

    fn happen(&mut self, what: Happens) {
        let now = self.now;
        match what {
            Happens::Arrive { link, way: Way::ToNode, bytes } => self.arrive_at_node(link, bytes),
            Happens::Arrive { link, way: Way::ToClient, bytes } => self.arrive_at_client(link, bytes),
            Happens::Knock { link } => self.knock(link),
            Happens::Opened { link } => {
                let known = &self.links[link];
                if known.dead || !self.is_current(link) {
                    return;
                }
                let (client, conn) = (known.client, known.conn);
                self.links[link].open = true;
                self.hear(client, Input::Opened(conn));
            }
            Happens::Gone { link, way: Way::ToClient, end } => {
                if self.links[link].dead || !self.is_current(link) {
                    return;
                }
                if self.links[link].paused && !self.links[link].to_client.arrived.is_empty() {
                    self.links[link].ending = Some(end);
                    return;
                }
                self.end_at_client(link, end);
            }
            Happens::Gone { link, way: Way::ToNode, .. } => {
                let node = self.links[link].node;
                if let Some(machine) = self.machines.get_mut(node).filter(|machine| machine.frozen) {
                    machine.held.push(what);
                    return;
                }
                if !self.links[link].dead {
                    self.let_go(link);
                }
            }
            Happens::Reset { link } if self.is_current(link) => self.end_at_client(link, socket_end::FAILED),
            Happens::Reset { .. } => {}
            Happens::Writable { link } => {
                let known = &mut self.links[link];
                if known.open && std::mem::take(&mut known.owes_writable) {
                    let (client, conn) = (known.client, known.conn);
                    self.hear(client, Input::Writable(conn));
                }
            }
            Happens::ReadOn { link } => {
                let known = &mut self.links[link];
                if !known.open || known.paused {
                    return;
                }
                let bytes = std::mem::take(&mut known.to_client.arrived);
                let (client, conn) = (known.client, known.conn);
                if !bytes.is_empty() {
                    self.hear(client, Input::Received(conn, bytes));
                }
                if let Some(end) = self.links[link].ending.take() {
                    self.at(now, Happens::Gone { link, way: Way::ToClient, end });
                }
            }
            Happens::Serve { link } => self.serve(link, &[]),
            Happens::Took { client, op, birth } => {
                self.clients[client].took(op, birth);
                if self.clients[client].stalled_until <= now {
                    self.pump(client);
                }
            }
            // A program that is busy does not look passwords up, either.
            Happens::Password { client } => self.hear(client, Input::Password(hash())),
            Happens::Work { client } => self.work(client),
            Happens::Weather => self.weather(),
            Happens::Migrate => {
                let Some(most) = self.climate.migrations else { return };
                let copies = self.random.below(most + 1) as usize;
                let left = self.cluster.migrate(copies);
                if left > 0 {
                    tell!("{now:9.3} {copies} copies of partitions have moved, {left} will");
                }
                let next = now + self.random.between(0.0, 200.0);
                self.at(next, Happens::Migrate);
            }
            Happens::Noticed { node, life } => {
                if !self.machines[node].up && self.machines[node].life == life {
                    tell!("{now:9.3} the cluster notices that node {node} is gone");
                    self.cluster.kill(node);
                }
            }
            Happens::Second => {
                self.cluster.expire(EPOCH_MS + now as u64);
                self.reap();
                self.at(now + 1000.0, Happens::Second);
            }
        }
    }

    /// The nodes close connections that nobody uses. One that stands still does not.
    fn reap(&mut self) {
        let idle = self.cluster.idle(EPOCH_MS + self.now as u64);
        for link in 0..self.links.len() {
            let Some(server) = self.links[link].server.filter(|server| idle.contains(server)) else { continue };
            if self.machines[self.links[link].node].frozen {
                continue;
            }
            tell!("{:9.3} nobody uses connection {} ({server})", self.now, self.links[link].conn);
            self.let_go(link);
            let at = self.links[link].to_client.behind(self.now, &self.climate, &mut self.random);
            self.at(at, Happens::Gone { link, way: Way::ToClient, end: socket_end::CLOSED });
        }
    }

    /// The client still has this connection, and not another one with its number.
    fn is_current(&self, link: LinkId) -> bool {
        let known = &self.links[link];
        self.clients[known.client].sockets.get(&known.conn) == Some(&link)
    }

    fn end_at_client(&mut self, link: LinkId, end: u32) {
        let (client, conn) = (self.links[link].client, self.links[link].conn);
        self.links[link].open = false;
        self.clients[client].sockets.remove(&conn);
        self.hear_end(client, conn, end);
    }

    /// The engine may give the number to another connection only after it was told, so the inbox keeps the order.
    fn hear_end(&mut self, client: usize, conn: u32, end: u32) {
        self.hear(client, Input::Closed(conn, end));
    }

    fn knock(&mut self, link: LinkId) {
        let node = self.links[link].node;
        let Some(machine) = self.machines.get_mut(node) else {
            // Nobody has that address.
            let at = self.links[link].to_client.behind(self.now, &self.climate, &mut self.random);
            return self.at(at, Happens::Gone { link, way: Way::ToClient, end: socket_end::REFUSED });
        };
        // The kernel of a node that stands still goes on accepting.
        match machine.port {
            Port::Swallows => return,
            Port::Open if machine.up => self.links[link].server = self.cluster.connect(node),
            _ => {}
        }
        let accepted = self.links[link].server.is_some();
        let at = self.links[link].to_client.behind(self.now, &self.climate, &mut self.random);
        if accepted {
            self.at(at, Happens::Opened { link });
        } else {
            self.at(at, Happens::Gone { link, way: Way::ToClient, end: socket_end::REFUSED });
        }
    }

    fn arrive_at_node(&mut self, link: LinkId, bytes: Vec<u8>) {
        let node = self.links[link].node;
        if self.machines.get(node).is_some_and(|machine| machine.frozen) {
            self.machines[node].held.push(Happens::Arrive { link, way: Way::ToNode, bytes });
            return;
        }
        let known = &mut self.links[link];
        if known.dead {
            return;
        }
        let mut bytes = bytes;
        known.to_node.under_way -= bytes.len();
        if known.to_node.spoils && !bytes.is_empty() {
            known.to_node.spoils = false;
            spoil(&mut bytes, &mut self.random);
            tell!("{:9.3} bytes of connection {} are spoilt", self.now, self.links[link].conn);
        }
        let known = &mut self.links[link];
        if known.owes_writable && known.to_node.under_way < SOCKET_BUFFER {
            let at = known.to_client.behind(self.now, &self.climate, &mut self.random);
            self.at(at, Happens::Writable { link });
        }
        let (bytes, breaks) = self.links[link].to_node.until_broken(bytes);
        self.serve(link, &bytes);
        if breaks {
            self.cut(link, socket_end::FAILED);
        }
    }

    /// A node answers.
    fn serve(&mut self, link: LinkId, bytes: &[u8]) {
        let now = self.now;
        let node = self.links[link].node;
        if self.machines[node].frozen {
            self.machines[node].held.push(Happens::Serve { link });
            return;
        }
        let Some(server) = self.links[link].server else { return };
        let mut answer = vec![];
        let action = self.cluster.received(server, bytes, EPOCH_MS + now as u64, &mut answer);
        let slow = self.machines[node].slow;
        let pieces = self.links[link].to_client.send(answer, now + slow, &self.climate, &mut self.random);
        self.travel(link, Way::ToClient, pieces);
        if action == Action::Close {
            self.let_go(link);
            let at = self.links[link].to_client.behind(now, &self.climate, &mut self.random);
            self.at(at, Happens::Gone { link, way: Way::ToClient, end: socket_end::CLOSED });
        } else if self.cluster.pending(server) {
            let wait = self.cluster.wait_ms(server, EPOCH_MS + now as u64) as f64;
            self.at(now + wait.max(0.01), Happens::Serve { link });
        }
    }

    fn let_go(&mut self, link: LinkId) {
        if let Some(server) = self.links[link].server.take() {
            self.cluster.disconnected(server);
        }
    }

    fn arrive_at_client(&mut self, link: LinkId, mut bytes: Vec<u8>) {
        if self.links[link].dead || !self.links[link].open {
            return;
        }
        let known = &mut self.links[link];
        known.to_client.under_way -= bytes.len();
        if known.to_client.spoils && !bytes.is_empty() {
            known.to_client.spoils = false;
            spoil(&mut bytes, &mut self.random);
            tell!("{:9.3} bytes for connection {} are spoilt", self.now, known.conn);
        }
        let known = &mut self.links[link];
        let (mut bytes, breaks) = known.to_client.until_broken(bytes);
        if known.paused {
            known.to_client.arrived.append(&mut bytes);
        } else if !bytes.is_empty() {
            let (client, conn) = (known.client, known.conn);
            self.hear(client, Input::Received(conn, bytes));
        }
        if breaks {
            self.cut(link, socket_end::FAILED);
        }
    }

    // ---- callers

    fn draw_policy(&mut self) -> Policy {
        let random = &mut self.random;
        if self.climate.kind == Kind::Calm {
            return Policy {
                // One request at a time on one connection to a far node: the queue alone takes half a minute.
                total_timeout: random.pick(&[0, 120_000]),
                socket_timeout: 30_000,
                max_retries: random.below(3) as u32,
                replica: random.below(5) as u32,
                ..Policy::default()
            };
        }
        Policy {
            total_timeout: random.pick(&[0, 20, 100, 500, 2000]),
            socket_timeout: random.pick(&[10, 50, 200, 1000]),
            max_retries: random.pick(&[0, 0, 1, 2, 5]),
            sleep: random.pick(&[0, 0, 5, 50]),
            timeout_delay: random.pick(&[0, 0, 30, 300]),
            replica: random.below(5) as u32,
        }
    }

    fn draw_ask(&mut self) -> Ask {
        let random = &mut self.random;
        let (log, register, counter) = (random.index(LOGS), random.index(REGISTERS), random.index(COUNTERS));
        match random.below(12) {
            0..=2 => Ask::Append { log, number: self.ledger.number() },
            3..=5 => Ask::ReadLog { log },
            6 | 7 => Ask::Put { register, number: self.ledger.number() },
            8 => Ask::Remove { register, number: self.ledger.number() },
            9 => Ask::ReadRegister { register },
            10 => Ask::Add { counter },
            _ => Ask::ReadCounter { counter },
        }
    }

    fn work(&mut self, client: usize) {
        if self.evening {
            return;
        }
        let now = self.now;
        let pause = if self.random.chance(0.1) { 200.0 } else { 20.0 };
        let next = now + self.random.between(0.0, pause);
        self.at(next, Happens::Work { client });
        if self.clients[client].stalled_until > now {
            return;
        }
        let most = if self.random.chance(0.1) { 40 } else { 6 };
        for _ in 0..1 + self.random.below(most) {
            let policy = self.draw_policy();
            if self.random.chance(0.03) {
                self.clients[client].query(&policy, now);
            } else if self.random.chance(0.12) {
                let rows: Vec<Ask> = (0..1 + self.random.below(12)).map(|_| self.draw_ask()).collect();
                self.clients[client].batch(&rows, &policy, &mut self.ledger, now);
            } else {
                let ask = self.draw_ask();
                self.clients[client].ask(ask, &policy, &mut self.ledger, now);
            }
        }
        if self.climate.kind != Kind::Calm && self.random.chance(0.1) {
            let open = self.clients[client].open_count();
            if open > 0 {
                let nth = self.random.index(open);
                self.clients[client].cancel(nth, now);
            }
        }
        self.pump(client);
    }

    // ---- weather

    fn weather(&mut self) {
        if self.evening || self.climate.kinds.is_empty() {
            return;
        }
        let next = self.now + self.random.between(0.0, 2000.0 / self.climate.faults);
        self.at(next, Happens::Weather);
        let fault = self.random.pick(&self.climate.kinds.clone());
        self.report.faults += 1;
        self.strike(fault);
    }

    fn strike(&mut self, fault: Fault) {
        let now = self.now;
        let node = self.random.index(self.machines.len());
        let client = self.random.index(self.clients.len());
        let open: Vec<LinkId> = (0..self.links.len()).filter(|&link| self.links[link].open).collect();
        let link = if open.is_empty() { None } else { Some(open[self.random.index(open.len())]) };
        tell!("{now:9.3} {fault:?}: node {node}, client {client}, link {:?}", link.map(|link| self.links[link].conn));
        match (fault, link) {
            (Fault::Cut, Some(link)) => self.cut(link, socket_end::FAILED),
            (Fault::CutAfter, Some(link)) => {
                let way = self.random.pick(&[Way::ToNode, Way::ToClient]);
                let most = self.random.pick(&[10, 100, 2000]);
                self.links[link].pipe(way).breaks_after = Some(self.random.index(most));
            }
            (Fault::LogOut, _) => {
                let connections = self.random.chance(0.5);
                self.cluster.log_out(node, connections);
            }
            (Fault::Quiesce, _) => self.cluster.quiesce(node, true),
            (Fault::Unquiesce, _) => self.cluster.quiesce(node, false),
            (Fault::HalfOpen, Some(link)) => self.links[link].dead = true,
            (Fault::Corrupt, Some(link)) => self.links[link].to_client.spoils = true,
            (Fault::CorruptAsked, Some(link)) => self.links[link].to_node.spoils = true,
            (Fault::Kill, _) => self.kill(node),
            (Fault::Restart, _) => self.restart(node),
            (Fault::Freeze, _) => self.machines[node].frozen = true,
            (Fault::Thaw, _) => self.thaw(node),
            (Fault::Refuse, _) => self.machines[node].port = Port::Refuses,
            (Fault::Swallow, _) => self.machines[node].port = Port::Swallows,
            (Fault::Accept, _) => self.machines[node].port = Port::Open,
            (Fault::Slow, _) => self.machines[node].slow = self.random.pick(&[0.0, 0.0, 5.0, 100.0, 600.0]),
            (Fault::Stall, _) => {
                let long = self.random.pick(&[5.0, 100.0, 1500.0]);
                self.clients[client].stalled_until = now + self.random.between(0.0, long);
            }
            (Fault::Jump, _) => {
                let far = self.random.pick(&[10.0, 1000.0, 100_000.0]);
                self.clients[client].skew += self.random.between(0.0, far);
            }
            (Fault::WallJump, _) => self.clients[client].wall_skew = self.random.between(-1e9, 1e9),
            (Fault::Cut | Fault::CutAfter | Fault::HalfOpen | Fault::Corrupt | Fault::CorruptAsked, None) => {}
        }
    }

    /// The connection breaks. The node may still get what was on its way, and the client not.
    fn cut(&mut self, link: LinkId, end: u32) {
        if self.random.chance(0.5) {
            self.let_go(link);
        } else {
            let at = self.links[link].to_node.behind(self.now, &self.climate, &mut self.random);
            self.at(at, Happens::Gone { link, way: Way::ToNode, end });
        }
        if self.is_current(link) {
            self.end_at_client(link, end);
        }
    }

    fn kill(&mut self, node: usize) {
        if !std::mem::replace(&mut self.machines[node].up, false) {
            return;
        }
        let machine = &mut self.machines[node];
        machine.life += 1;
        machine.frozen = false;
        machine.held.clear();
        let life = machine.life;
        if self.climate.agrees {
            self.cluster.lose(node);
        }
        // A process that dies resets its connections; a machine that does says nothing.
        let silent = self.random.chance(0.3);
        for link in 0..self.links.len() {
            if self.links[link].node != node || self.links[link].server.is_none() {
                continue;
            }
            self.let_go(link);
            if silent {
                self.links[link].dead = true;
            } else if self.is_current(link) {
                let at = self.links[link].to_client.behind(self.now, &self.climate, &mut self.random);
                self.at(at, Happens::Gone { link, way: Way::ToClient, end: socket_end::FAILED });
            }
        }
        let noticed = self.now + self.random.between(0.0, 2000.0);
        self.at(noticed, Happens::Noticed { node, life });
    }

    fn restart(&mut self, node: usize) {
        if self.machines[node].up {
            return;
        }
        self.cluster.kill(node);
        self.cluster.restart(node);
        let machine = &mut self.machines[node];
        machine.up = true;
        machine.slow = 0.0;
    }

    fn thaw(&mut self, node: usize) {
        self.machines[node].frozen = false;
        for what in std::mem::take(&mut self.machines[node].held) {
            self.at(self.now, what);
        }
    }

    // ---- the end

    fn end_of_day(&mut self) {
        tell!("{:9.3} evening", self.now);
        self.evening = true;
        self.climate.calm_down();
        for node in 0..self.machines.len() {
            self.restart(node);
            self.thaw(node);
            self.cluster.quiesce(node, false);
            self.machines[node].port = Port::Open;
            self.machines[node].slow = 0.0;
        }
        if self.climate.heals {
            self.heal_links();
        }
        // Programs that are busy come to themselves first.
        let awake = self.clients.iter().map(|client| client.stalled_until).fold(self.now, f64::max);
        self.run_until(awake + 1.0, |_| false);
        if self.climate.heals && self.climate.kind != Kind::Corrupt {
            self.come_back();
        }
        let all_idle = |world: &World| world.clients.iter().all(Client::is_idle);
        self.run_until(self.now + EVENING, all_idle);
        for client in &self.clients {
            let left = client.engine.leftovers();
            assert!(client.is_idle(), "{} never ended: {} and keeps {left:?}", client.name, client.open_list());
        }
        // Breakers and pauses run out.
        self.run_until(self.now + 5000.0, |_| false);
        let connected = |world: &World| world.clients.iter().all(|client| client.engine.is_connected());
        self.run_until(self.now + EVENING, connected);
        assert!(connected(self), "the cluster is back and was not found again");
        self.cluster.hold_migrations(false);
        self.climate.migrations = None;
        self.look_at_everything();
        self.close();
    }

    /// Who sends something on a connection that went silent is told now that nobody knows it: so are all. And none breaks
    /// any more that was to break with one of its next bytes.
    fn heal_links(&mut self) {
        for link in &mut self.links {
            (link.to_node.breaks_after, link.to_client.breaks_after) = (None, None);
        }
        let dead: Vec<LinkId> = (0..self.links.len()).filter(|&link| self.links[link].dead).collect();
        for link in dead {
            let at = self.now + self.climate.latency(&mut self.random);
            self.at(at, Happens::Reset { link });
        }
    }

    /// Soon after the last trouble everything that is asked is answered, by whoever is asked with the policies that callers
    /// have who state none.
    fn come_back(&mut self) {
        self.run_until(self.now + SOON, |_| false);
        // What was asked before may be more than one connection can carry in that time.
        self.run_until(self.now + EVENING, |world| world.clients.iter().all(Client::is_idle));
        let read =
            Policy { total_timeout: 1000, socket_timeout: 30_000, max_retries: 2, replica: 0, ..Policy::default() };
        let write = Policy { max_retries: 0, ..read };
        for _ in 0..12 {
            for index in 0..self.clients.len() {
                let ask = self.draw_ask();
                let policy = if ask.is_write() { &write } else { &read };
                let now = self.now;
                self.clients[index].ask_surely(ask, policy, &mut self.ledger, now);
                self.pump(index);
            }
            self.run_until(self.now + 150.0, |_| false);
        }
    }

    /// Every record is read by every client, which must succeed: the weather is fine.
    fn look_at_everything(&mut self) {
        let policy =
            Policy { total_timeout: 20_000, socket_timeout: 2000, max_retries: 20, sleep: 50, ..Policy::default() };
        for index in 0..self.clients.len() {
            // The parts of a query may be more than the bytes that may wait for a node, whatever the weather.
            let failures = |client: &Client| client.failed - client.turned_away;
            let failed = failures(&self.clients[index]);
            let asks = (0..LOGS).map(|log| Ask::ReadLog { log });
            let asks = asks.chain((0..REGISTERS).map(|register| Ask::ReadRegister { register }));
            for ask in asks.chain((0..COUNTERS).map(|counter| Ask::ReadCounter { counter })) {
                let now = self.now;
                self.clients[index].ask(ask, &policy, &mut self.ledger, now);
                self.wait_for(index);
            }
            self.clients[index].query(&policy, self.now);
            self.wait_for(index);
            if self.climate.kind != Kind::Corrupt {
                assert_eq!(failures(&self.clients[index]), failed, "something failed although the weather is fine");
            }
        }
        self.settle_counters();
    }

    fn wait_for(&mut self, index: usize) {
        self.pump(index);
        self.run_until(self.now + EVENING, |world| world.clients[index].is_idle());
        assert!(self.clients[index].is_idle(), "never ended: {}", self.clients[index].open_list());
    }

    /// Straight from the store.
    fn settle_counters(&mut self) {
        for counter in 0..COUNTERS {
            let digest = key::digest(b"counter", &UserKey::Int(counter as i64));
            let value = crate::command::stored_number(&self.cluster, &digest);
            self.ledger.settle_counter(counter, value);
        }
    }

    fn close(&mut self) {
        for index in 0..self.clients.len() {
            let client = &mut self.clients[index];
            let clock = self.now + client.skew;
            client.engine.close(100.0, clock);
            self.pump(index);
        }
        self.run_until(self.now + 10_000.0, |world| world.clients.iter().all(|client| client.engine.finished()));
        for client in &mut self.clients {
            assert!(client.engine.finished(), "{} does not close", client.name);
            client.check_counts();
            assert_eq!(client.engine.stat(stat::CONNECTIONS_OPEN), 0.0, "{} left connections open", client.name);
            assert!(client.sockets.is_empty(), "{} left sockets open", client.name);
            self.report.asked += client.asked;
            self.report.failed += client.failed;
            self.report.retries += client.engine.stat(stat::RETRIES);
            self.report.in_doubt += client.engine.stat(stat::IN_DOUBT);
        }
        self.report.simulated_ms = self.now;
    }
}

/// The user that clients are, on clusters with users, and the hash of the password, which takes its time to make.
const USER: &str = "sim";
const PASSWORD: &str = "weather";

fn hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| password::hash(PASSWORD))
}

fn users(session_ttl: u32) -> Security {
    static USERS: OnceLock<Security> = OnceLock::new();
    let made = USERS.get_or_init(|| {
        let user = format!(r#"{{"name": "{USER}", "password": "{PASSWORD}", "roles": ["read-write"]}}"#);
        let config = Config::parse(&format!(r#"{{"edition": "enterprise", "security": {{"users": [{user}]}}}}"#));
        let mut security = config.expect("a configuration").security.expect("users");
        security.hash_passwords();
        security
    });
    let mut security = made.clone();
    security.session_ttl = session_ttl;
    security
}

/// Makes bytes into others: one changed, some lost, or some more.
fn spoil(bytes: &mut Vec<u8>, random: &mut Random) {
    let at = random.index(bytes.len());
    match random.below(4) {
        0 => bytes[at] ^= 1 << random.below(8),
        1 => bytes[at] = random.draw() as u8,
        2 => drop(bytes.drain(at..bytes.len().min(at + 1 + random.index(8)))),
        _ => bytes.splice(at..at, (0..1 + random.below(20)).map(|_| random.draw() as u8)).for_each(drop),
    }
}
