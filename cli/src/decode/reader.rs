//! Borsh, as far as instructions use it.

/// Bytes that are read from the front; `None` if there are too few, or they cannot be what is asked for.
pub struct Reader<'a>(pub &'a [u8]);

impl Reader<'_> {
    pub fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*first)
    }

    pub fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_le_bytes)
    }

    pub fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub fn i64(&mut self) -> Option<i64> {
        self.array().map(i64::from_le_bytes)
    }

    pub fn bool(&mut self) -> Option<bool> {
        match self.u8()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    /// The length of what follows.
    pub fn length(&mut self) -> Option<usize> {
        usize::try_from(self.array().map(u32::from_le_bytes)?).ok()
    }

    pub fn bytes(&mut self, count: usize) -> Option<Vec<u8>> {
        let (first, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(first.to_vec())
    }

    pub fn string(&mut self) -> Option<String> {
        let length = self.length()?;
        String::from_utf8(self.bytes(length)?).ok()
    }
}
