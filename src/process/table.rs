//! The process table as it was at one moment, and who descends from whom in it.
//!
//! A scan is no snapshot: processes come and go while it runs. Whoever must be sure scans again.

use std::collections::{HashMap, HashSet};
use std::io;

use super::pid::{Pid, Signal};
use super::system;

/// One process, told apart from a later one with the same number by its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) pid: Pid,
    /// 0 where the parent is outside this pid namespace.
    pub(crate) parent: i32,
    pub(crate) group: i32,
    /// 0 where the system does not tell.
    pub(crate) session: i32,
    /// Clock ticks since boot; 0 where the system does not tell.
    pub(crate) start: u64,
    /// Its first thread is over; others may run on.
    pub(crate) zombie: bool,
}

impl Entry {
    /// What stays the same for as long as this process lives.
    pub(crate) fn incarnation(&self) -> (Pid, u64) {
        (self.pid, self.start)
    }

    /// Signals exactly this process, never a later one that was given its number.
    pub(crate) fn signal(&self, signal: Signal) -> io::Result<()> {
        system::signal(self, signal)
    }
}

#[derive(Debug)]
pub(crate) struct Table(Vec<Entry>);

impl Table {
    pub(crate) fn read() -> io::Result<Self> {
        system::processes().map(Self)
    }

    /// Every process below one of the roots, without the roots.
    pub(crate) fn below(&self, roots: impl IntoIterator<Item = Pid>) -> Vec<Entry> {
        let mut children: HashMap<i32, Vec<&Entry>> = HashMap::new();
        for entry in &self.0 {
            children.entry(entry.parent).or_default().push(entry);
        }
        let mut open: Vec<i32> = roots.into_iter().map(Pid::raw).collect();
        let mut seen: HashSet<i32> = open.iter().copied().collect();
        let mut found = Vec::new();
        while let Some(parent) = open.pop() {
            for child in children.get(&parent).into_iter().flatten() {
                if seen.insert(child.pid.raw()) {
                    open.push(child.pid.raw());
                    found.push(**child);
                }
            }
        }
        found
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(pid: i32, parent: i32) -> Entry {
        Entry { pid: Pid::from_raw(pid).unwrap(), parent, group: pid, session: pid, start: 1, zombie: false }
    }

    fn pids_below(table: &Table, root: i32) -> Vec<i32> {
        let mut pids: Vec<i32> =
            table.below(Pid::from_raw(root)).iter().map(|entry| entry.pid.raw()).collect();
        pids.sort_unstable();
        pids
    }

    #[test]
    fn descendants_are_found_in_any_order_and_without_the_root() {
        let table = Table(vec![entry(9, 5), entry(5, 2), entry(2, 1), entry(3, 1), entry(6, 3)]);
        assert_eq!(pids_below(&table, 2), [5, 9]);
        assert_eq!(pids_below(&table, 1), [2, 3, 5, 6, 9]);
        assert!(pids_below(&table, 9).is_empty());
    }

    #[test]
    fn a_circle_that_a_torn_scan_can_show_is_walked_once() {
        let table = Table(vec![entry(2, 3), entry(3, 2)]);
        assert_eq!(pids_below(&table, 2), [3]);
    }

    #[test]
    fn this_process_is_in_the_table_below_its_parent() {
        let own = Pid::own();
        let table = Table::read().unwrap();
        let me = *table.iter().find(|entry| entry.pid == own).unwrap();
        let parent = Pid::from_raw(me.parent).unwrap();
        assert!(table.below([parent]).contains(&me));
    }
}
