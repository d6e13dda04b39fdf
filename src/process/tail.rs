//! The last bytes of a stream, for judging and for messages.

/// Keeps the newest bytes, at most as many as it was made for.
#[derive(Debug)]
pub(crate) struct Tail {
    bytes: Vec<u8>,
    most: usize,
}

impl Tail {
    pub(crate) fn new(most: usize) -> Self {
        Self { bytes: Vec::new(), most }
    }

    pub(crate) fn push(&mut self, new: &[u8]) {
        let new = &new[new.len().saturating_sub(self.most)..];
        let excess = (self.bytes.len() + new.len()).saturating_sub(self.most);
        self.bytes.drain(..excess);
        self.bytes.extend_from_slice(new);
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_bytes_stay() {
        let mut tail = Tail::new(4);
        for (new, kept) in [("ab", "ab"), ("cd", "abcd"), ("e", "bcde"), ("", "bcde"), ("123456", "3456")] {
            tail.push(new.as_bytes());
            assert_eq!(tail.bytes(), kept.as_bytes());
        }
    }
}
