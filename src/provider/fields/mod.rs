//! Extracts the wanted fields from a line of JSON, in any order of keys and at any length.
//!
//! A provider lists the members it wants in a table. Unknown members and white space are skipped. A line is fed in pieces,
//! and only wanted values are kept, so a line of any length takes constant memory. Never validates more than it needs to:
//! at the first byte that can't be JSON it stops, and keeps what it has.
//!
//! If a key occurs twice, the first one wins, so that a line can be left as soon as it has told enough.

mod kept;
mod quote;
mod scan;
#[cfg(test)]
mod tests;
mod unescape;

pub(super) use kept::Line;
pub(super) use scan::Scanner;

/// Which part of a value to keep, and the field to keep it under.
pub(super) enum Want<F: 'static> {
    /// A string, number, `true`, `false` or `null`: at most this many bytes of it, as JSON writes it.
    Value(F, usize),
    /// These members of an object.
    Members(&'static Members<F>),
    /// These members of an object that is one of several; each object is an entry of [`Line::entries`].
    Entry(F, &'static Members<F>),
    /// The same for every element of an array, or for every member of an object.
    Each(&'static Want<F>),
}

/// Values that make a line uninteresting from there on: the rest of it is skipped once each field has its text.
pub(super) type Enough<F> = &'static [(F, &'static str)];

/// Members by their names.
pub(super) struct Members<F: 'static> {
    named: &'static [(&'static str, Want<F>)],
    /// For each length, the set of names that long, as bits: most keys are ruled out by their length.
    by_length: [u32; LENGTHS],
}

/// Every name is shorter than this, in bytes.
const LENGTHS: usize = 32;

impl<F> Members<F> {
    /// A table of at most 32 names, each shorter than [`LENGTHS`]; anything else fails to compile, as tables are statics.
    pub(super) const fn of(named: &'static [(&'static str, Want<F>)]) -> Self {
        let mut by_length = [0; LENGTHS];
        let mut at = 0;
        while at < named.len() {
            by_length[named[at].0.len()] |= 1_u32 << at;
            at += 1;
        }
        Self { named, by_length }
    }

    /// What to keep of the member with this key.
    #[inline]
    fn get(&self, key: &[u8]) -> Option<&'static Want<F>> {
        let mut as_long = *self.by_length.get(key.len())?;
        while as_long != 0 {
            let (name, want) = &self.named[as_long.trailing_zeros() as usize];
            let name = name.as_bytes();
            // The first byte tells most names apart without a call to compare the rest.
            if name[0] == key[0] && name == key {
                return Some(want);
            }
            as_long &= as_long - 1;
        }
        None
    }
}
