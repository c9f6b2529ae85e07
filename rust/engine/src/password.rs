//! A password as it travels: the bcrypt hash of it with the one salt that all clients and servers share. Being slow is
//! its purpose, so it is made by whoever knows the password (the shell, the dev server) and never by the engine itself.

use crate::cluster::base64;

/// What the hash begins with: algorithm, cost and salt.
const PREFIX: &str = "$2a$10$7EqJtq98hPqEX7fNZaFWoO";
const COST: u32 = 10;
/// The salt of the prefix, decoded.
const SALT: [u8; 16] = [0xF4, 0x6B, 0x0B, 0xBE, 0xCF, 0xFE, 0x8D, 0x1B, 0x06, 0x67, 0xD8, 0x4F, 0x6D, 0xC1, 0xD8, 0xA9];
/// Bytes of a password that count; bcrypt looks at no more.
const LENGTH_MAX: usize = 72;
/// Bytes of bcrypt's output that are kept.
const HASH: usize = 23;

/// What stands for the password of a user who has none, being known by a certificate.
pub const NONE: &str = "nopassword";

/// The hash, 60 characters. Takes some 50 to 100 ms.
pub fn hash(password: &str) -> String {
    // C strings end with a zero, and it is hashed with them.
    let mut bytes = [password.as_bytes(), &[0]].concat();
    bytes.truncate(LENGTH_MAX);
    let hash = bcrypt::bcrypt(COST, SALT, &bytes);
    let encoded = base64::encode(&hash[..HASH]);
    let text = encoded.trim_end_matches('=').bytes().map(|letter| match letter {
        // bcrypt orders the same 64 letters in its own way.
        b'A' => '.',
        b'B' => '/',
        b'C'..=b'Z' => (letter - 2) as char,
        b'a' => 'Y',
        b'b' => 'Z',
        b'c'..=b'z' => (letter - 2) as char,
        b'0' => 'y',
        b'1' => 'z',
        b'2'..=b'9' => (letter - 2) as char,
        b'+' => '8',
        _ => '9',
    });
    PREFIX.chars().chain(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the official Go client sent them (`admin`, `admin_stub`).
    #[test]
    fn hashes_are_those_of_other_clients() {
        for (password, expected) in [
            ("secret", "$2a$10$7EqJtq98hPqEX7fNZaFWoOu7NRZ0i7m5NbgPBEsHTCoJzZDEKQRb."),
            ("", "$2a$10$7EqJtq98hPqEX7fNZaFWoOLCkFexA7A9eoJ0Ew.mTDdk.E60D.9zS"),
            ("admin-password", "$2a$10$7EqJtq98hPqEX7fNZaFWoO3fE1aLbHylppKlu7XlQHA2gkwFnVoF6"),
            ("new-password", "$2a$10$7EqJtq98hPqEX7fNZaFWoOKjYHD1VNaFsaFSLmNYrtqXgtfdWeake"),
        ] {
            assert_eq!(hash(password), expected, "{password:?}");
        }
    }

    #[test]
    fn what_no_password_is_hashed_to_is_that_of_other_clients() {
        assert_eq!(hash(NONE), "$2a$10$7EqJtq98hPqEX7fNZaFWoOePA2sZy..tlOF99W2N0g5KZ3dLaw8WO");
    }

    #[test]
    fn a_long_password_counts_up_to_72_bytes() {
        assert_eq!(hash(&"x".repeat(72)), hash(&"x".repeat(500)));
    }
}
