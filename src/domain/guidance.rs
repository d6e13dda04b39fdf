//! What a person told a session beside its task, and which iteration took it up.

use jiff::Timestamp;

use crate::domain::request::Who;

/// Read pieces that a session remembers, for the person to look at; unread ones are all kept.
const MOST_READ: usize = 50;

/// One piece of guidance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guidance {
    /// The person's words.
    pub text: String,
    /// Who said them.
    pub who: Who,
    /// When.
    pub at: Timestamp,
    /// The iteration that read them and came to something; none while they wait.
    pub read_by: Option<u32>,
}

/// All guidance of a session, oldest first: what was read, then what waits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told(Vec<Guidance>);

impl Told {
    /// Adds a piece that nobody has read.
    pub fn add(&mut self, text: &str, who: &Who, at: Timestamp) {
        self.0.push(Guidance { text: text.to_owned(), who: who.clone(), at, read_by: None });
    }

    /// An iteration whose prompt held the first `count` unread pieces came to something.
    pub fn read(&mut self, count: usize, iteration: u32) {
        for piece in self.0.iter_mut().filter(|piece| piece.read_by.is_none()).take(count) {
            piece.read_by = Some(iteration);
        }
        let read = self.0.iter().filter(|piece| piece.read_by.is_some()).count();
        self.0.drain(..read.saturating_sub(MOST_READ));
    }

    /// All that is remembered.
    #[must_use]
    pub fn all(&self) -> &[Guidance] {
        &self.0
    }

    /// The words that wait for an iteration.
    pub fn unread(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|piece| piece.read_by.is_none()).map(|piece| piece.text.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_says_by_whom_and_only_what_waits_is_kept_without_end() {
        let mut told = Told::default();
        let who = Who::Terminal("ada".to_owned());
        for number in 0..60 {
            told.add(&number.to_string(), &who, Timestamp::UNIX_EPOCH);
        }
        told.read(58, 7);
        assert_eq!(told.unread().collect::<Vec<_>>(), ["58", "59"]);
        assert_eq!(told.all().len(), MOST_READ + 2);
        assert_eq!((told.all()[0].text.as_str(), told.all()[0].read_by), ("8", Some(7)));
    }
}
