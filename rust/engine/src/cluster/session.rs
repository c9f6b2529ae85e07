//! What a login gives: a token that stands for it on further connections of the same node, for a time.

/// Clients stop using a session so long before the server does.
const MARGIN_MS: f64 = 60_000.0;

/// Bytes that are never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    pub fn new(bytes: &[u8]) -> Secret {
        Secret(bytes.to_vec())
    }

    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

#[derive(Clone, Debug)]
pub struct Session {
    /// None where the server wants no login.
    pub token: Option<Secret>,
    /// Tells sessions apart.
    pub number: u32,
    /// A new one is to be had from here on; the token is good up to `expires`.
    pub renew_at: f64,
    pub expires: f64,
}

impl Session {
    /// `ttl` in seconds. The official clients renew a session a minute before its end and take one of a minute or less
    /// for one without end; here it is renewed when half of it is over, and only 0 is without end.
    pub fn new(token: &[u8], ttl: Option<u32>, number: u32, now: f64) -> Session {
        let life = match ttl {
            None | Some(0) => f64::INFINITY,
            Some(seconds) => f64::from(seconds) * 1000.0,
        };
        let renew_at = now + if life.is_finite() { (life - MARGIN_MS).max(life / 2.0) } else { life };
        Session { token: Some(Secret::new(token)), number, renew_at, expires: now + life }
    }

    /// That of a server whose security is not switched on.
    pub fn not_needed(number: u32) -> Session {
        Session { token: None, number, renew_at: f64::INFINITY, expires: f64::INFINITY }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_renewed_a_minute_before_its_end_or_when_half_of_it_is_over() {
        let times = |ttl| {
            let session = Session::new(b"t", ttl, 1, 1000.0);
            (session.renew_at, session.expires)
        };
        assert_eq!(times(Some(86_400)), (1000.0 + 86_340_000.0, 1000.0 + 86_400_000.0));
        assert_eq!(times(Some(60)), (31_000.0, 61_000.0));
        assert_eq!(times(Some(1)), (1500.0, 2000.0));
        assert_eq!(times(Some(u32::MAX)).1, 1000.0 + 4_294_967_295_000.0);
        assert_eq!(times(Some(0)), (f64::INFINITY, f64::INFINITY));
        assert_eq!(times(None), (f64::INFINITY, f64::INFINITY));
    }

    #[test]
    fn a_token_is_not_shown() {
        let shown = format!("{:?}", Session::new(b"sesame", Some(9), 1, 0.0));
        assert!(!shown.contains("sesame") && !shown.contains("115"), "{shown}");
    }
}
