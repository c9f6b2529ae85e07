//! The `peers-*` answer: `<generation>,<default port>,[[<node>,<tls name>,[<host>[:<port>],…]],…]`.

use super::info::text;
use super::Address;
use crate::limits::limit;
use crate::Malformed;

#[derive(Debug, PartialEq)]
pub struct Peer {
    pub name: String,
    pub addresses: Vec<Address>,
}

#[derive(Debug, PartialEq)]
pub struct Peers {
    pub generation: i64,
    pub peers: Vec<Peer>,
}

/// A reader over the text; every step fails with the same sentence, since no part of a broken list is of use.
struct Reader<'a>(&'a [u8]);

const BAD: Malformed = Malformed("the list of peers is malformed");

impl<'a> Reader<'a> {
    fn take(&mut self, byte: u8) -> Result<(), Malformed> {
        match self.0.split_first() {
            Some((&first, rest)) if first == byte => {
                self.0 = rest;
                Ok(())
            }
            _ => Err(BAD),
        }
    }

    fn has(&self, byte: u8) -> bool {
        self.0.first() == Some(&byte)
    }

    /// All up to (not including) one of `stops`.
    fn until(&mut self, stops: &[u8]) -> Result<&'a [u8], Malformed> {
        let end = self.0.iter().position(|byte| stops.contains(byte)).ok_or(BAD)?;
        let (word, rest) = self.0.split_at(end);
        self.0 = rest;
        Ok(word)
    }

    /// `host`, `host:port` or `[IPv6]:port`.
    fn address(&mut self, default_port: u16, tls_name: &str) -> Result<Address, Malformed> {
        let host = if self.has(b'[') {
            self.take(b'[')?;
            let host = self.until(b"]")?;
            self.take(b']')?;
            host
        } else {
            self.until(b":,]")?
        };
        let port = if self.has(b':') {
            self.take(b':')?;
            text(self.until(b",]")?).parse().map_err(|_| BAD)?
        } else {
            default_port
        };
        if host.len() > limit::HOST || tls_name.len() > limit::HOST {
            return Err(BAD);
        }
        Ok(Address { host: text(host), port, tls_name: tls_name.into() })
    }

    /// Items between `[` and `]`, comma separated, at most `max`.
    fn list(&mut self, max: usize, mut item: impl FnMut(&mut Self) -> Result<(), Malformed>) -> Result<(), Malformed> {
        self.take(b'[')?;
        for _ in 0..max {
            if self.has(b']') {
                break;
            }
            item(self)?;
            if self.has(b',') {
                self.take(b',')?;
            }
        }
        self.take(b']')
    }
}

pub fn parse(answer: &[u8]) -> Result<Peers, Malformed> {
    let mut reader = Reader(answer);
    let generation = text(reader.until(b",")?).parse().map_err(|_| BAD)?;
    reader.take(b',')?;
    let port = text(reader.until(b",")?);
    let default_port = if port.is_empty() { 3000 } else { port.parse().map_err(|_| BAD)? };
    reader.take(b',')?;
    let mut peers = Vec::new();
    reader.list(limit::NODES, |reader| {
        reader.take(b'[')?;
        let name = text(reader.until(b",")?);
        reader.take(b',')?;
        let tls_name = text(reader.until(b",")?);
        reader.take(b',')?;
        let mut addresses = Vec::new();
        reader.list(64, |reader| {
            addresses.push(reader.address(default_port, &tls_name)?);
            Ok(())
        })?;
        reader.take(b']')?;
        if name.is_empty() || name.len() > limit::NODE_NAME || addresses.is_empty() {
            return Err(BAD);
        }
        peers.push(Peer { name, addresses });
        Ok(())
    })?;
    Ok(Peers { generation, peers })
}

/// The `service-*` answer: where a node says that it can be reached, `host:port,[IPv6]:port,…`.
pub fn parse_services(answer: &[u8], tls_name: &str) -> Result<Vec<Address>, Malformed> {
    // The same as a list of addresses, without its brackets.
    let list = [b"[", answer, b"]"].concat();
    let mut reader = Reader(&list);
    let mut addresses = Vec::new();
    reader.list(64, |reader| {
        addresses.push(reader.address(3000, tls_name)?);
        Ok(())
    })?;
    Ok(addresses)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_a_bare_list() {
        let services = parse_services(b"10.0.0.1:3000,[::1]:3100", "t").unwrap();
        assert_eq!(services, vec![address("10.0.0.1", 3000, "t"), address("::1", 3100, "t")]);
        assert_eq!(parse_services(b"", "").unwrap(), vec![]);
        assert!(parse_services(b"h:x", "").is_err());
    }

    fn address(host: &str, port: u16, tls_name: &str) -> Address {
        Address { host: host.into(), port, tls_name: tls_name.into() }
    }

    #[test]
    fn reads_nodes_hosts_and_default_ports() {
        let peers = parse(b"6,3000,[[BB9,tls1,[10.0.0.1,10.0.0.2:3100]],[C3,,[[2001:db8::1]:3200,[::1]]]]").unwrap();
        assert_eq!(peers.generation, 6);
        assert_eq!(
            peers.peers[0],
            Peer {
                name: "BB9".into(),
                addresses: vec![address("10.0.0.1", 3000, "tls1"), address("10.0.0.2", 3100, "tls1")]
            }
        );
        assert_eq!(peers.peers[1].addresses, vec![address("2001:db8::1", 3200, ""), address("::1", 3000, "")]);
    }

    #[test]
    fn an_empty_list_and_an_empty_port_are_fine() {
        assert_eq!(parse(b"0,3000,[]").unwrap(), Peers { generation: 0, peers: vec![] });
        assert_eq!(parse(b"3,,[[A,,[h]]]").unwrap().peers[0].addresses[0].port, 3000);
    }

    #[test]
    fn every_prefix_of_a_list_is_refused() {
        let whole = b"6,3000,[[BB9,tls1,[10.0.0.1,[::1]:3100]],[C3,,[h]]]";
        for end in 0..whole.len() {
            assert!(parse(&whole[..end]).is_err(), "{end}");
        }
    }
}
