//! The key of an entity: a 64-bit SipHash-2-4 of the seed, the kind of entity and its name.

/// Names one entity's own randomness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(u64);

impl Key {
    /// The key of the `kind` called `name` under `seed`; stable across versions, machines and file order.
    pub fn new(seed: u64, kind: &str, name: &str) -> Self {
        let bytes = kind.bytes().chain([0]).chain(name.bytes());
        Self(siphash(seed, 0x706c_696d_736f_6c6c, bytes))
    }

    pub(super) const fn words(self) -> [u32; 2] {
        [self.0 as u32, (self.0 >> 32) as u32]
    }
}

/// SipHash-2-4 (Aumasson and Bernstein, 2012).
fn siphash(k0: u64, k1: u64, bytes: impl Iterator<Item = u8>) -> u64 {
    let mut v = [
        k0 ^ 0x736f_6d65_7073_6575,
        k1 ^ 0x646f_7261_6e64_6f6d,
        k0 ^ 0x6c79_6765_6e65_7261,
        k1 ^ 0x7465_6462_7974_6573,
    ];
    let (mut word, mut length) = (0, 0u64);
    for byte in bytes {
        word |= u64::from(byte) << (length % 8 * 8);
        length += 1;
        if length.is_multiple_of(8) {
            compress(&mut v, word);
            word = 0;
        }
    }
    compress(&mut v, length << 56 | word);
    v[2] ^= 0xff;
    for _ in 0..4 {
        round(&mut v);
    }
    v[0] ^ v[1] ^ v[2] ^ v[3]
}

fn compress(v: &mut [u64; 4], word: u64) {
    v[3] ^= word;
    round(v);
    round(v);
    v[0] ^= word;
}

fn round(v: &mut [u64; 4]) {
    v[0] = v[0].wrapping_add(v[1]);
    v[1] = v[1].rotate_left(13) ^ v[0];
    v[0] = v[0].rotate_left(32);
    v[2] = v[2].wrapping_add(v[3]);
    v[3] = v[3].rotate_left(16) ^ v[2];
    v[0] = v[0].wrapping_add(v[3]);
    v[3] = v[3].rotate_left(21) ^ v[0];
    v[2] = v[2].wrapping_add(v[1]);
    v[1] = v[1].rotate_left(17) ^ v[2];
    v[2] = v[2].rotate_left(32);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn siphash_known_answers() {
        // The reference vectors: key 00 01 … 0f, message 00 01 … (n−1).
        let (k0, k1) = (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908);
        assert_eq!(siphash(k0, k1, 0..15), 0xa129_ca61_49be_45e5);
        assert_eq!(siphash(k0, k1, 0..0), 0x726f_db47_dd0e_0e31);
    }

    #[test]
    fn names_and_kinds_do_not_run_together() {
        assert_ne!(Key::new(1, "pool", "a"), Key::new(1, "poola", ""));
        assert_ne!(Key::new(1, "pool", "a"), Key::new(2, "pool", "a"));
    }
}
