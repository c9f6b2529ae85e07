//! Time to live: what a request's ttl means, and when a record is gone. Void times are seconds since 2010.

use crate::config::NamespaceConfig;
use aerospike_sansio::limits::limit;
use aerospike_sansio::proto::EPOCH_SECONDS;

/// record_ttl of a write: the namespace's default.
pub const USE_DEFAULT: u32 = 0;
pub const NEVER_EXPIRE: u32 = 0xFFFF_FFFF;
/// Leave the void time as it is.
pub const DONT_UPDATE: u32 = 0xFFFF_FFFE;
/// record_ttl of a read: do not touch.
const NEVER_TOUCH: u32 = 0xFFFF_FFFF;

/// Unix milliseconds as seconds since 2010.
pub fn seconds(now_ms: u64) -> u32 {
    (now_ms / 1000).saturating_sub(EPOCH_SECONDS) as u32
}

/// Ten years, or one of the special values. 0xFFFFFFFD, which clients use for themselves, is refused.
pub fn is_valid(ttl: u32) -> bool {
    ttl as usize <= limit::TTL_MAX || ttl == NEVER_EXPIRE || ttl == DONT_UPDATE
}

/// A namespace that removes nothing (nsup-period 0) takes no time to live, unless it is told to.
pub fn is_disallowed(ttl: u32, config: &NamespaceConfig) -> bool {
    let expires = match ttl {
        USE_DEFAULT => config.default_ttl != 0,
        NEVER_EXPIRE | DONT_UPDATE => false,
        _ => true,
    };
    expires && config.nsup_period == 0 && !config.allow_ttl_without_nsup
}

/// The void time that a write with this ttl gives.
pub fn void_time(ttl: u32, old: u32, now_ms: u64, config: &NamespaceConfig) -> u32 {
    match ttl {
        NEVER_EXPIRE => 0,
        DONT_UPDATE => old,
        USE_DEFAULT if config.default_ttl == 0 => 0,
        USE_DEFAULT => seconds(now_ms).saturating_add(config.default_ttl),
        ttl => seconds(now_ms).saturating_add(ttl),
    }
}

/// Gone, whether or not anything has removed it yet.
#[inline]
pub fn is_expired(void_time: u32, now_ms: u64) -> bool {
    void_time != 0 && void_time < seconds(now_ms)
}

/// What a read does to the time to live of the record that it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    No,
    /// Give it this void time.
    Yes(u32),
    /// A percentage above 100. Not noticed on a record that never expires, which is why 101 seemed to be accepted.
    Refused,
}

/// `percent` is record_ttl of the read: the part of the time to live that must be left, or else it is renewed.
pub fn touch(percent: u32, void_time: u32, last_update_ms: u64, now_ms: u64, config: &NamespaceConfig) -> Touch {
    if void_time == 0 || percent == NEVER_TOUCH {
        return Touch::No;
    }
    let percent = match percent {
        0 => config.default_read_touch_ttl_pct,
        1..=100 => percent,
        _ => return Touch::Refused,
    };
    let ttl = void_time.saturating_sub(seconds(last_update_ms));
    let left = (u64::from(ttl) * u64::from(percent) / 100) as u32;
    let renewed = seconds(now_ms).saturating_add(ttl);
    if percent == 0 || seconds(now_ms) < void_time - left || renewed <= void_time {
        return Touch::No;
    }
    Touch::Yes(renewed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = (EPOCH_SECONDS + 1000) * 1000;

    fn config(nsup_period: u32, default_ttl: u32) -> NamespaceConfig {
        NamespaceConfig { nsup_period, default_ttl, ..NamespaceConfig::named("test") }
    }

    #[test]
    fn knows_the_special_values() {
        let config = config(120, 50);
        assert_eq!(void_time(USE_DEFAULT, 7, NOW, &config), 1050);
        assert_eq!(void_time(NEVER_EXPIRE, 7, NOW, &config), 0);
        assert_eq!(void_time(DONT_UPDATE, 7, NOW, &config), 7);
        assert_eq!(void_time(100, 7, NOW, &config), 1100);
        assert!(is_valid(315_360_000) && !is_valid(315_360_001) && !is_valid(0xFFFF_FFFD));
    }

    #[test]
    fn a_namespace_without_nsup_takes_no_ttl() {
        assert!(is_disallowed(1, &config(0, 0)));
        assert!(is_disallowed(USE_DEFAULT, &config(0, 50)));
        assert!(!is_disallowed(USE_DEFAULT, &config(0, 0)));
        assert!(!is_disallowed(NEVER_EXPIRE, &config(0, 50)));
        assert!(!is_disallowed(1, &config(120, 0)));
    }

    #[test]
    fn a_record_lives_through_the_second_of_its_void_time() {
        assert!(!is_expired(0, NOW));
        assert!(!is_expired(1000, NOW + 999));
        assert!(is_expired(1000, NOW + 1000));
    }

    #[test]
    fn a_read_renews_once_too_little_is_left() {
        let config = config(120, 0);
        let at = |seconds: u64| touch(80, 1100, NOW, NOW + seconds * 1000, &config);
        assert_eq!(at(19), Touch::No);
        assert_eq!(at(20), Touch::Yes(1120));
        assert_eq!(touch(101, 1100, NOW, NOW, &config), Touch::Refused);
        assert_eq!(touch(101, 0, NOW, NOW, &config), Touch::No);
        assert_eq!(touch(NEVER_TOUCH, 1100, NOW, NOW + 90_000, &config), Touch::No);
        assert_eq!(touch(0, 1100, NOW, NOW + 90_000, &config), Touch::No);
    }
}
