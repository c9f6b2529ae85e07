//! The command block: 36 words that the shell fills in, and what their values may be.
//!
//! What can be judged by the block alone is judged here. Names, texts and values are looked at when it is encoded.

use super::refused;
use crate::abi::{command_kind as kind, command_word as word, policy_flag as flag};
use crate::limits::limit;
use crate::value::tape::{Collections, Slot};
use crate::Refused;

/// Slots of the command region that the block itself takes; the value slots follow.
pub const BLOCK_SLOTS: usize = word::LENGTH / 4;

/// Time to live: never expire, and keep what the record has. The next lower one means "as the client is set up" to other
/// clients and must never be sent.
const TTL_NEVER: u32 = 0xFFFF_FFFF;
const TTL_KEEP: u32 = 0xFFFF_FFFE;
/// Read-touch: off.
const READ_TOUCH_OFF: u32 = 0xFFFF_FFFF;

/// A command block, word by word. Names, offsets and lengths are not checked yet: `encode` does it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Block {
    /// `abi::command_kind`
    pub kind: u32,
    pub namespace: u32,
    pub set: u32,
    pub key_type: u32,
    pub key_a: u32,
    pub key_b: u32,
    /// Top-level slots.
    pub items: u32,
    /// All slots.
    pub slots: u32,
    /// `abi::policy_flag`
    pub flags: u32,
    pub generation: u32,
    pub ttl: u32,
    pub socket_timeout: u32,
    pub total_timeout: u32,
    pub max_retries: u32,
    pub sleep: u32,
    pub timeout_delay: u32,
    pub sleep_multiplier: f64,
    pub filter_offset: u32,
    pub filter_length: u32,
    pub read_touch: u32,
    /// Key slots of a group of a batch, or rows of the batch.
    pub keys: u32,
    /// `abi::batch_flag`
    pub batch_flags: u32,
    /// `abi::query_flag`
    pub query_flags: u32,
    pub records_per_second: u32,
    pub max_records: f64,
    /// Slots of a where-clause.
    pub where_slots: u32,
    pub partitions: u32,
    pub cursor_offset: u32,
    pub cursor_length: u32,
    /// Bytes, 0 = nothing said.
    pub compress_above: u32,
    /// Nodes that are asked at once, 0 = all.
    pub max_nodes: u32,
    /// Of `slots`, those that are the filter; the first ones.
    pub filter_slots: u32,
    /// Handle of the transaction, 0 = none.
    pub txn: u32,
}

/// What a write expects of the record's existence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exists {
    Update,
    UpdateOnly,
    Replace,
    ReplaceOnly,
    CreateOnly,
}

/// What a write expects of the record's generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    Any,
    Equal,
    Greater,
}

impl Block {
    pub fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    /// Whether the command changes the record. That of OPERATE is for its ops to say.
    pub fn is_write(&self) -> bool {
        (kind::PUT..=kind::REMOVE).contains(&self.kind)
    }

    /// Whether an answer that there is no record is what was asked for.
    pub fn absent_is_fine(&self) -> bool {
        matches!(self.kind, kind::EXISTS | kind::REMOVE) || self.has(flag::ABSENT_IS_FINE)
    }

    pub fn collections(&self) -> Collections {
        if self.has(flag::PACKED_COLLECTIONS) {
            Collections::Packed
        } else {
            Collections::Walked
        }
    }

    pub fn exists(&self) -> Result<Exists, Refused> {
        match self.flags >> flag::EXISTS_SHIFT & 7 {
            0 => Ok(Exists::Update),
            1 => Ok(Exists::UpdateOnly),
            2 => Ok(Exists::Replace),
            3 => Ok(Exists::ReplaceOnly),
            4 => Ok(Exists::CreateOnly),
            _ => Err(refused("the exists policy is none of update, updateOnly, replace, replaceOnly and createOnly")),
        }
    }

    pub fn generation_policy(&self) -> Result<Generation, Refused> {
        match self.flags >> flag::GEN_SHIFT & 3 {
            0 => Ok(Generation::Any),
            1 => Ok(Generation::Equal),
            2 => Ok(Generation::Greater),
            _ => Err(refused("the generation policy is none of none, equal and greater")),
        }
    }

    /// The read mode of a strong-consistency namespace: 0 session, 1 linearize, 2 allow replica, 3 allow unavailable.
    pub fn read_mode(&self) -> u32 {
        self.flags >> flag::READ_SC_SHIFT & 3
    }

    /// Requests of more bytes than this are compressed.
    pub fn compresses_above(&self) -> Option<usize> {
        match self.compress_above {
            0 => self.has(flag::COMPRESS).then_some(limit::COMPRESS_ABOVE),
            bytes => Some(bytes as usize),
        }
    }

    /// The server's own time limit: the smaller of both timeouts, none of them when it is zero.
    pub fn server_timeout(&self) -> u32 {
        match (self.socket_timeout, self.total_timeout) {
            (0, timeout) | (timeout, 0) => timeout,
            (socket, total) => socket.min(total),
        }
    }
}

/// Reads the block at the start of the command region.
pub fn read(region: &[Slot]) -> Result<Block, Refused> {
    let Some(slots) = region.first_chunk::<BLOCK_SLOTS>() else {
        return Err(refused("the command region ends within the block"));
    };
    let word = |at: usize| {
        let slot = &slots[at / 4];
        [slot.tag, slot.bin, slot.a, slot.b][at % 4]
    };
    let double = |at: usize| f64::from_bits(u64::from(word(at + 1)) << 32 | u64::from(word(at)));
    let block = Block {
        kind: word(word::KIND),
        namespace: word(word::NAMESPACE),
        set: word(word::SET),
        key_type: word(word::KEY_TYPE),
        key_a: word(word::KEY_A),
        key_b: word(word::KEY_B),
        items: word(word::ITEMS),
        slots: word(word::SLOTS),
        flags: word(word::FLAGS),
        generation: word(word::GENERATION),
        ttl: word(word::TTL),
        socket_timeout: word(word::SOCKET_TIMEOUT),
        total_timeout: word(word::TOTAL_TIMEOUT),
        max_retries: word(word::MAX_RETRIES),
        sleep: word(word::SLEEP),
        timeout_delay: word(word::TIMEOUT_DELAY),
        sleep_multiplier: double(word::SLEEP_MULTIPLIER),
        filter_offset: word(word::FILTER_OFFSET),
        filter_length: word(word::FILTER_LENGTH),
        read_touch: word(word::READ_TOUCH),
        keys: word(word::KEYS),
        batch_flags: word(word::BATCH_FLAGS),
        query_flags: word(word::QUERY_FLAGS),
        records_per_second: word(word::RECORDS_PER_SECOND),
        max_records: double(word::MAX_RECORDS),
        where_slots: word(word::WHERE),
        partitions: word(word::PARTITIONS),
        cursor_offset: word(word::CURSOR_OFFSET),
        cursor_length: word(word::CURSOR_LENGTH),
        compress_above: word(word::COMPRESS_ABOVE),
        max_nodes: word(word::MAX_NODES),
        filter_slots: word(word::FILTER_SLOTS),
        txn: word(word::TXN),
    };
    check(&block).map(|()| block)
}

fn check(block: &Block) -> Result<(), Refused> {
    check_items(block)?;
    check_ttl(block.ttl)?;
    check_txn(block)?;
    if block.read_touch > 100 && block.read_touch != READ_TOUCH_OFF {
        return Err(refused("the read-touch percentage is not within 0 and 100, or -1 for off"));
    }
    if block.filter_slots > 0 && block.filter_length > 0 {
        return Err(refused("there are two filters: slots and bytes"));
    }
    if block.flags >> flag::REPLICA_SHIFT & 7 > 4 || block.flags >= flag::ABSENT_IS_FINE << 1 {
        return Err(refused("the replica policy is none of sequence, master, any, preferRack and random"));
    }
    block.exists()?;
    block.generation_policy()?;
    Ok(())
}

fn check_items(block: &Block) -> Result<(), Refused> {
    match block.kind {
        kind::SELECT if block.items == 0 => Err(refused("no bin is named; use exists to read none")),
        kind::PUT | kind::ADD | kind::APPEND | kind::PREPEND if block.items == 0 => Err(refused("a write has no bins")),
        kind::SELECT | kind::PUT | kind::ADD | kind::APPEND | kind::PREPEND => match block.items as usize {
            0..=limit::BINS => Ok(()),
            _ => Err(refused("a record has at most 32767 bins")),
        },
        kind::BATCH if block.items == 0 => Err(refused("a batch without groups")),
        kind::TXN_COMMIT | kind::TXN_ABORT if block.slots == 0 && block.items == 0 => Ok(()),
        kind::TXN_COMMIT | kind::TXN_ABORT => Err(refused("the end of a transaction takes no slots")),
        kind::ADMIN if block.items == 0 => Err(refused("a command on users and roles says nothing")),
        kind::BATCH | kind::QUERY | kind::ADMIN => Ok(()),
        kind::APPLY if block.items == 3 => Ok(()),
        kind::APPLY => Err(refused("a call has a module, a function and a list of arguments")),
        kind::OPERATE if block.items == 0 => Err(refused("an operate has no ops")),
        kind::OPERATE => match block.items as usize {
            0..=limit::OPS => Ok(()),
            _ => Err(refused("an operate has at most 65535 ops")),
        },
        kind::GET | kind::EXISTS | kind::TOUCH | kind::REMOVE | kind::INFO if block.items == 0 => Ok(()),
        kind::READ_COLUMNS | kind::WRITE_COLUMNS if block.items == 0 => Ok(()),
        kind::READ_COLUMNS | kind::WRITE_COLUMNS => Err(refused("the bins of columns are those of the batch")),
        kind::GET | kind::EXISTS | kind::TOUCH | kind::REMOVE | kind::INFO => {
            Err(refused("this kind of command takes no bins"))
        }
        _ => Err(refused("an unknown kind of command")),
    }
}

fn check_txn(block: &Block) -> Result<(), Refused> {
    match block.kind {
        kind::QUERY if block.txn != 0 => Err(refused("a query cannot be part of a transaction")),
        kind::INFO if block.txn != 0 => Err(refused("an info command cannot be part of a transaction")),
        _ => Ok(()),
    }
}

fn check_ttl(ttl: u32) -> Result<(), Refused> {
    match ttl {
        TTL_NEVER | TTL_KEEP => Ok(()),
        _ if ttl as usize <= limit::TTL_MAX => Ok(()),
        _ => Err(refused("the time to live is above 315360000 seconds (ten years)")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(words: &[(usize, u32)]) -> Vec<Slot> {
        let mut all = [0; word::LENGTH];
        for &(at, value) in words {
            all[at] = value;
        }
        all.chunks(4).map(|w| Slot::new(w[0], w[1], w[2], w[3])).collect()
    }

    fn reason(words: &[(usize, u32)]) -> &'static str {
        read(&region(words)).unwrap_err().reason
    }

    const GET: (usize, u32) = (word::KIND, kind::GET);

    #[test]
    fn every_word_is_read_from_its_place() {
        let double = 1.5f64.to_bits();
        let words: Vec<_> = (1..=20)
            .filter(|at| ![word::ITEMS, word::FLAGS].contains(at))
            .map(|at| (at, at as u32))
            .chain([GET, (16, double as u32), (17, (double >> 32) as u32)])
            .collect();
        let expected = Block {
            kind: kind::GET,
            namespace: 1,
            set: 2,
            key_type: 3,
            key_a: 4,
            key_b: 5,
            items: 0,
            slots: 7,
            flags: 0,
            generation: 9,
            ttl: 10,
            socket_timeout: 11,
            total_timeout: 12,
            max_retries: 13,
            sleep: 14,
            timeout_delay: 15,
            sleep_multiplier: 1.5,
            filter_offset: 18,
            filter_length: 19,
            read_touch: 20,
            keys: 0,
            batch_flags: 0,
            query_flags: 0,
            records_per_second: 0,
            max_records: 0.0,
            where_slots: 0,
            partitions: 0,
            cursor_offset: 0,
            cursor_length: 0,
            compress_above: 0,
            max_nodes: 0,
            filter_slots: 0,
            txn: 0,
        };
        assert_eq!(read(&region(&words)), Ok(expected));
    }

    #[test]
    fn a_region_without_a_whole_block_is_refused() {
        assert!(read(&region(&[GET])[..BLOCK_SLOTS - 1]).is_err());
    }

    #[test]
    fn kinds_say_whether_they_take_bins() {
        assert_eq!(reason(&[(word::KIND, 0)]), "an unknown kind of command");
        assert_eq!(reason(&[(word::KIND, 77)]), "an unknown kind of command");
        for kind in [kind::SELECT, kind::PUT, kind::ADD, kind::APPEND, kind::PREPEND] {
            assert!(read(&region(&[(word::KIND, kind)])).is_err());
            assert!(read(&region(&[(word::KIND, kind), (word::ITEMS, 32767)])).is_ok());
            assert!(reason(&[(word::KIND, kind), (word::ITEMS, 32768)]).contains("32767"));
        }
        let operate = (word::KIND, kind::OPERATE);
        assert!(read(&region(&[operate])).is_err());
        assert!(read(&region(&[operate, (word::ITEMS, 65535)])).is_ok());
        assert!(reason(&[operate, (word::ITEMS, 65536)]).contains("65535"));
        for kind in [kind::GET, kind::EXISTS, kind::TOUCH, kind::REMOVE, kind::INFO] {
            assert!(read(&region(&[(word::KIND, kind)])).is_ok());
            assert!(reason(&[(word::KIND, kind), (word::ITEMS, 1)]).contains("takes no bins"));
        }
    }

    #[test]
    fn trap_28_limits_a_time_to_live_is_at_most_ten_years_or_a_marker() {
        for ttl in [0, 1, 315_360_000, 0xFFFF_FFFF, 0xFFFF_FFFE] {
            assert!(read(&region(&[GET, (word::TTL, ttl)])).is_ok());
        }
        for ttl in [315_360_001, 0xFFFF_FFFD] {
            assert!(reason(&[GET, (word::TTL, ttl)]).contains("315360000"));
        }
    }

    #[test]
    fn trap_27_a_read_touch_of_101_percent_which_the_server_takes_is_refused() {
        for percent in [0, 1, 100, 0xFFFF_FFFF] {
            assert!(read(&region(&[GET, (word::READ_TOUCH, percent)])).is_ok());
        }
        for percent in [101, 0xFFFF_FFFE] {
            assert!(reason(&[GET, (word::READ_TOUCH, percent)]).contains("read-touch"));
        }
    }

    #[test]
    fn policies_that_do_not_exist_are_refused() {
        for flags in [5 << flag::EXISTS_SHIFT, 3 << flag::GEN_SHIFT, 5 << flag::REPLICA_SHIFT, 1 << 20, 1 << 31] {
            assert!(reason(&[GET, (word::FLAGS, flags)]).contains("policy"));
        }
        for flags in [4 << flag::EXISTS_SHIFT, 2 << flag::GEN_SHIFT, 4 << flag::REPLICA_SHIFT, 3 << flag::READ_SC_SHIFT]
        {
            assert!(read(&region(&[GET, (word::FLAGS, flags)])).is_ok());
        }
    }

    #[test]
    fn trap_14_the_servers_time_limit_is_the_smaller_timeout() {
        let limit = |socket_timeout, total_timeout| {
            Block { socket_timeout, total_timeout, ..Block::default() }.server_timeout()
        };
        assert_eq!(limit(0, 0), 0);
        assert_eq!(limit(1000, 0), 1000);
        assert_eq!(limit(0, 3000), 3000);
        assert_eq!(limit(2000, 3000), 2000);
        assert_eq!(limit(3000, 2000), 2000);
    }
}
