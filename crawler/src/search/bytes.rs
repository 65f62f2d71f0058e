//! Numbers in bytes. What is not there reads as 0 or as nothing.

/// The `index`th little-endian u32.
pub fn u32_at(bytes: &[u8], index: usize) -> u32 {
    let at = index.saturating_mul(4);
    let four = bytes.get(at..at.saturating_add(4)).and_then(|b| b.try_into().ok());
    four.map_or(0, u32::from_le_bytes)
}

/// Part of `bytes`; nothing when it isn't inside.
pub fn part(bytes: &[u8], start: usize, end: usize) -> &[u8] {
    bytes.get(start..end).unwrap_or_default()
}

pub fn push_u32(out: &mut Vec<u8>, number: usize) {
    // An object is far below 4 GiB; one that was not would read as garbage, not fail.
    out.extend(u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
}

/// LEB128: seven bits per byte, the highest bit says that more follow.
pub fn push_varint(out: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Takes a number off the front; `None` at the end.
pub fn take_varint(bytes: &mut &[u8]) -> Option<u32> {
    let mut number = 0;
    for shift in (0..32).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u32::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}
