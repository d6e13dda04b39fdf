//! The wanted fields of a line of JSON, wherever they stand in it and however long it is.
//!
//! A provider says in a table which members it wants, and gets their values: the order of keys, white space and unknown
//! members make no difference. A line is fed in pieces as they come, so one of any length takes constant memory. Nothing
//! is validated: what is unwanted is skipped, and what isn't JSON yields nothing from there on.
//!
//! Where a key stands twice, the last one counts, as for `JSON.parse`, which the CLIs' own programs read JSON with.

mod kept;
mod quote;
mod scan;
#[cfg(test)]
mod tests;
mod unescape;

pub(super) use kept::Line;
pub(super) use scan::Scanner;

/// What is wanted of a value; `F` names it.
pub(super) enum Want<F: 'static> {
    /// A string, number, `true`, `false` or `null`, kept up to so many bytes.
    Value(F, usize),
    /// These members of an object.
    Members(&'static Members<F>),
    /// These members of an object that is one of several: each begins an entry of [`Line::entries`].
    Entry(F, &'static Members<F>),
    /// The same of every element of an array, or of every member of an object.
    Each(&'static Want<F>),
}

/// Members by their names.
pub(super) struct Members<F: 'static> {
    named: &'static [(&'static str, Want<F>)],
    /// A bit for the mark of each name: most keys of a line are told from all of the names by a glance at it.
    marks: u64,
}

impl<F> Members<F> {
    pub(super) const fn of(named: &'static [(&'static str, Want<F>)]) -> Self {
        let mut marks = 0;
        let mut at = 0;
        while at < named.len() {
            marks |= mark(named[at].0.as_bytes());
            at += 1;
        }
        Self { named, marks }
    }

    /// What is wanted of the member whose key is this text.
    fn get(&self, key: &[u8]) -> Option<&'static Want<F>> {
        if self.marks & mark(key) == 0 {
            return None;
        }
        self.named.iter().find(|(name, _)| name.as_bytes() == key).map(|(_, want)| want)
    }
}

/// One of 64 bits, by a key's length and its two ends.
const fn mark(key: &[u8]) -> u64 {
    let [first, .., last] = key else {
        return 1;
    };
    1 << ((*first as usize * 7 + *last as usize * 3 + key.len()) % 64)
}
