//! Padmé: padding that leaks at most O(log log n) bits of a length, at most 12 % longer.
//!
//! Source: Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs",
//! PoPETS 2019, section 4.

/// Smallest padded length, so that short names all look alike.
pub const FLOOR: usize = 256;

/// The padded length of `len` bytes: at least [`FLOOR`], then the next Padmé size.
pub fn padme(len: usize) -> usize {
    let len = len.max(FLOOR);
    let exponent = len.ilog2();
    let bits = exponent.ilog2() + 1;
    let mask = (1_usize << (exponent - bits)) - 1;
    (len + mask) & !mask
}

/// A body as it is sealed: its length (4 bytes, big endian), the bytes, zeros up to a Padmé size.
/// `None` above 4 GiB.
pub fn pad(body: &[u8]) -> Option<Vec<u8>> {
    let mut padded = Vec::with_capacity(padme(body.len() + 4));
    padded.extend_from_slice(&u32::try_from(body.len()).ok()?.to_be_bytes());
    padded.extend_from_slice(body);
    padded.resize(padme(padded.len()), 0);
    Some(padded)
}

/// The body inside a padded one; `None` unless length, size and zeros are as [`pad`] makes them.
pub fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let (length, rest) = padded.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (body, zeros) = rest.split_at_checked(length)?;
    let honest = padded.len() == padme(length + 4) && zeros.iter().all(|byte| *byte == 0);
    honest.then_some(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_the_paper() {
        assert_eq!(padme(1000), 1024);
        assert_eq!(padme(1025), 1088);
        assert_eq!(padme(100_000), 100_352);
        assert_eq!(padme(3), FLOOR);
    }

    #[test]
    fn what_is_not_padded_so_is_refused() {
        let good = pad(b"body").unwrap();
        assert_eq!(unpad(&good), Some(&b"body"[..]));
        let mut dirty = good.clone();
        dirty[200] = 1;
        assert_eq!(unpad(&dirty), None);
        assert_eq!(unpad(&good[..255]), None);
        assert_eq!(unpad(&[&good[..], &[0]].concat()), None);
        assert_eq!(unpad(&[255, 255, 255, 255]), None);
    }
}
