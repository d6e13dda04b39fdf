//! The wanted fields of a line of JSON, wherever they stand in it and however long it is.
//!
//! A provider says in a table which members it wants, and gets their values: the order of keys, white space and unknown
//! members make no difference. A line is fed in pieces as they come, so one of any length takes constant memory. Nothing
//! is validated: what is unwanted is skipped, and what isn't JSON yields nothing from there on.
//!
//! Where a key stands twice, the last one counts, as for `JSON.parse`, which the CLIs' own programs read JSON with.

mod kept;
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
    Members(Members<F>),
    /// These members of an object that is one of several: each begins an entry of [`Line::entries`].
    Entry(F, Members<F>),
    /// The same of every element of an array, or of every member of an object.
    Each(&'static Want<F>),
}

/// Members by their names.
pub(super) type Members<F> = &'static [(&'static str, Want<F>)];
