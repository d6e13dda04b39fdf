//! Named points at which the crash sweep kills this process: before and after everything that a session writes.
//! Without the feature `crash-points` nothing of it is in the program.

use std::path::Path;

/// A place between two steps. `name` is made only in a build with the feature.
#[cfg(not(feature = "crash-points"))]
#[inline]
pub(crate) fn point<N>(_name: impl FnOnce() -> N) {}

#[cfg(feature = "crash-points")]
pub(crate) use armed::point;

/// The length of `MM-DD-HH:MM-`, with which documents begin.
const STAMP: usize = 12;

fn is_stamp(text: &str) -> bool {
    text.bytes().enumerate().all(|(place, byte)| match place {
        2 | 5 | 11 => byte == b'-',
        8 => byte == b':',
        _ => byte.is_ascii_digit(),
    })
}

/// What a file is called in the name of a point: the same in every session.
pub(crate) fn file(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name =
        name.split_at_checked(STAMP).filter(|(stamp, _)| is_stamp(stamp)).map_or(&*name, |(_, name)| name);
    let is_id = |word: &&str| word.len() >= 8 && word.chars().all(|letter| letter.is_ascii_hexdigit());
    let (stem, ending) = name.split_once('.').map_or((name, None), |(stem, ending)| (stem, Some(ending)));
    let words: Vec<&str> = stem.split('-').map(|word| if is_id(&word) { "ID" } else { word }).collect();
    ending.map_or_else(|| words.join("-"), |ending| format!("{}.{ending}", words.join("-")))
}

#[cfg(feature = "crash-points")]
mod armed {
    //! Points that are counted, listed and obeyed.

    use std::collections::HashMap;
    use std::env;
    use std::fmt::Display;
    use std::fs::OpenOptions;
    use std::io::Write;
    use std::sync::{Mutex, PoisonError};

    use rustix::process::{Signal, getpid, kill_process};

    /// Names a file to which every point is added as it is passed: `name#count` a line.
    const LIST: &str = "SAMOCODE_CRASH_LIST";
    /// The point at which to die: `name#count`.
    const AT: &str = "SAMOCODE_CRASH_AT";

    static PASSED: Mutex<Option<HashMap<String, usize>>> = Mutex::new(None);

    /// Passes a point, or dies there as by `kill -9`.
    pub(crate) fn point<N: Display>(name: impl FnOnce() -> N) {
        let (list, at) = (env::var_os(LIST), env::var(AT).ok());
        if list.is_none() && at.is_none() {
            return;
        }
        let name = name().to_string();
        let mut passed = PASSED.lock().unwrap_or_else(PoisonError::into_inner);
        let count = passed.get_or_insert_default().entry(name.clone()).or_insert(0);
        *count += 1;
        let here = format!("{name}#{count}");
        if let Some(list) = list {
            let file = OpenOptions::new().create(true).append(true).open(list);
            // A list that lacks a point is noticed by its reader.
            let _ = file.and_then(|mut file| file.write_all(format!("{here}\n").as_bytes()));
        }
        if at.is_some_and(|at| at == here) {
            let _ = kill_process(getpid(), Signal::KILL);
            loop {
                std::thread::park();
            }
        }
    }
}
