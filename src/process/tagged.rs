//! The second net: finds what an earlier samocode left by the tag in its environment, keepers included, and ends it.

use std::io;
use std::time::Duration;

use memchr::memmem;

use super::pid::{Pid, Signal};
use super::sweep::{Swept, sweep};
use super::system;
use super::table::{Entry, Table};

/// Set in the environment of every program that is started, and so of all that it starts.
pub const TAG_VARIABLE: &str = "SAMOCODE_TAG";
/// Set in the environment of keepers, which must not look like what they keep.
pub(crate) const KEEPER_VARIABLE: &str = "SAMOCODE_KEEPER";

/// What both variables start with.
const PREFIX: &[u8] = b"SAMOCODE_";

/// A keeper that was told to end everything needs milliseconds, and gives up on its own after 5 s.
const KEEPER_LIMIT: Duration = Duration::from_secs(6);
const GRACE: Duration = Duration::from_secs(1);

/// Which tags are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tagged<'a> {
    /// This very tag.
    Exactly(&'a str),
    /// Every tag of a session: `<session>/…`.
    Of(&'a str),
}

impl Tagged<'_> {
    fn takes(self, tag: &[u8]) -> bool {
        match self {
            Self::Exactly(wanted) => tag == wanted.as_bytes(),
            Self::Of(session) => {
                tag.strip_prefix(session.as_bytes()).is_some_and(|rest| rest.first() == Some(&b'/'))
            }
        }
    }
}

/// Whose environment it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Keeper,
    Kept,
}

/// Ends every process of this user with such a tag, what descends from it, and its keeper. Not for tags of a program
/// that runs under this samocode: [`Running`](super::Running) ends those.
///
/// One scan of the process table where there is nothing to end: about 10 µs a process. Linux only; elsewhere it finds
/// nothing.
///
/// # Errors
/// When the process table cannot be read.
pub fn end_tagged(tagged: Tagged<'_>) -> io::Result<Swept> {
    let found = find(tagged)?;
    if found.is_empty() {
        return Ok(Swept::default());
    }
    let (keepers, kept): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, role)| *role == Role::Keeper);
    let keepers: Vec<Entry> = keepers.into_iter().filter_map(|(pid, _)| system::process(pid)).collect();
    for keeper in &keepers {
        drop(keeper.signal(Signal::TERM));
    }
    system::wait_for_exits(&keepers, KEEPER_LIMIT);
    let swept = sweep(|| select(tagged, None), GRACE);
    // What a keeper ended was there before and is not now.
    let by_keepers = if keepers.is_empty() { 0 } else { kept.len().saturating_sub(swept.left.len()) };
    let ended = swept.ended.max(u32::try_from(by_keepers).unwrap_or(u32::MAX));
    Ok(Swept { ended, left: swept.left })
}

/// The living processes with such a tag or in the given session, and all below them.
pub(crate) fn select(tagged: Tagged<'_>, session: Option<Pid>) -> Vec<Entry> {
    let own = Pid::own();
    let tagged: Vec<Pid> = find(tagged)
        .into_iter()
        .flatten()
        .filter(|(_, role)| *role == Role::Kept)
        .map(|(pid, _)| pid)
        .collect();
    if tagged.is_empty() && session.is_none() {
        return Vec::new();
    }
    let Ok(table) = Table::read() else {
        return Vec::new();
    };
    let is_root = |entry: &&Entry| {
        tagged.contains(&entry.pid) || session.is_some_and(|session| entry.session == session.raw())
    };
    let mut chosen: Vec<Entry> = table.iter().filter(is_root).copied().collect();
    chosen.extend(table.below(chosen.iter().map(|entry| entry.pid).collect::<Vec<_>>()));
    chosen.retain(|entry| entry.pid != own && !entry.zombie && Some(entry.pid) != session);
    chosen
}

fn find(tagged: Tagged<'_>) -> io::Result<Vec<(Pid, Role)>> {
    let finder = memmem::Finder::new(PREFIX);
    let mut found = system::by_environment(|environment| role(environment, &finder, tagged))?;
    found.retain(|(pid, _)| *pid != Pid::own());
    Ok(found)
}

fn role(environment: &[u8], finder: &memmem::Finder<'_>, tagged: Tagged<'_>) -> Option<Role> {
    finder.find_iter(environment).find_map(|at| {
        if at > 0 && environment[at - 1] != 0 {
            return None;
        }
        let entry = environment[at..].split(|byte| *byte == 0).next()?;
        let value = |name: &str| entry.strip_prefix(name.as_bytes())?.strip_prefix(b"=");
        let (role, tag) = value(TAG_VARIABLE)
            .map(|tag| (Role::Kept, tag))
            .or_else(|| value(KEEPER_VARIABLE).map(|tag| (Role::Keeper, tag)))?;
        tagged.takes(tag).then_some(role)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role_in(environment: &str, tagged: Tagged<'_>) -> Option<Role> {
        role(environment.as_bytes(), &memmem::Finder::new(PREFIX), tagged)
    }

    #[test]
    fn a_tag_counts_only_as_a_whole_entry() {
        let wanted = Tagged::Exactly("s/7");
        assert_eq!(role_in("A=1\0SAMOCODE_TAG=s/7\0B=2\0", wanted), Some(Role::Kept));
        assert_eq!(role_in("SAMOCODE_TAG=s/7", wanted), Some(Role::Kept));
        assert_eq!(role_in("SAMOCODE_KEEPER=s/7\0", wanted), Some(Role::Keeper));
        assert_eq!(role_in("SAMOCODE_X=1\0SAMOCODE_TAG=s/7\0", wanted), Some(Role::Kept));
        for other in
            ["SAMOCODE_TAG=s/77\0", "SAMOCODE_TAG=s/\0", "X=SAMOCODE_TAG=s/7\0", "XSAMOCODE_TAG=s/7\0", ""]
        {
            assert_eq!(role_in(other, wanted), None, "{other:?}");
        }
    }

    #[test]
    fn a_session_is_not_taken_for_one_whose_name_it_starts() {
        let wanted = Tagged::Of("26-01-08-auth");
        assert_eq!(role_in("SAMOCODE_TAG=26-01-08-auth/12\0", wanted), Some(Role::Kept));
        assert_eq!(role_in("SAMOCODE_TAG=26-01-08-auth-2/12\0", wanted), None);
        assert_eq!(role_in("SAMOCODE_TAG=26-01-08-auth\0", wanted), None);
    }
}
