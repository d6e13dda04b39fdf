//! The folder of a session, and the session that a typed name means.

use std::fmt;

use jiff::civil::Date;

use super::{NameError, SessionName, broken_rule};

/// The name of a session's folder: `YY-MM-DD-<name>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FolderName {
    /// The day on which the session was made.
    pub date: Date,
    /// The session's name.
    pub name: SessionName,
}

impl FolderName {
    /// The folder of a session made on that day.
    pub fn new(date: Date, name: SessionName) -> Self {
        Self { date, name }
    }

    /// Reads a folder's name; none if it is not exactly a date and a valid name.
    pub fn parse(folder: &str) -> Option<Self> {
        let name = folder.get(9..).filter(|_| folder.as_bytes().get(8) == Some(&b'-'))?;
        let mut parts = folder.get(..8)?.split('-').map(|part| {
            let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| part.parse::<i8>().ok()).flatten()
        });
        let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
        let date = Date::new(2000 + i16::from(year), month, day).ok()?;
        let name = broken_rule(name).is_none().then(|| SessionName(name.to_owned()))?;
        Some(Self { date, name })
    }

    /// The folder for a new session: that of the bare name, or of the first `name-2`, `name-3`, … that is
    /// not taken, as when a session of that name was finished earlier on the same day.
    pub fn first_free(date: Date, name: &SessionName, taken: impl Fn(&str) -> bool) -> Self {
        let mut folder = Self::new(date, name.clone());
        let mut number = 1;
        while taken(&folder.to_string()) && number < u32::MAX {
            number += 1;
            folder.name = name.numbered(number);
        }
        folder
    }
}

impl fmt::Display for FolderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = (self.date.year().rem_euclid(100), self.date.month(), self.date.day());
        write!(f, "{year:02}-{month:02}-{day:02}-{}", self.name)
    }
}

/// What a typed name means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// It is the name of this folder, finished or not.
    Exact(String),
    /// It is the name of a session, and this is its newest folder that is not finished.
    Newest(String),
    /// No session has it yet.
    New(SessionName),
}

/// Finds the session that a person means by a name among the folders under `SESSIONS`. `finished` says whether a
/// folder's session is done and goes on only when a person reopens it; it is asked of as few as possible, newest first,
/// for it may have to read a long record.
///
/// # Errors
/// [`NameError`] if no folder has that name and no session could.
pub fn resolve<'a>(
    input: &str,
    folders: impl IntoIterator<Item = &'a str>,
    mut finished: impl FnMut(&str) -> bool,
) -> Result<Resolution, NameError> {
    let typed = input.trim();
    let mut named = Vec::new();
    // `.samocode` stands beside the sessions and is none.
    for folder in folders.into_iter().filter(|folder| !folder.starts_with('.')) {
        if folder == typed {
            return Ok(Resolution::Exact(typed.to_owned()));
        }
        named.extend(FolderName::parse(folder).filter(|folder| folder.name.as_str() == typed));
    }
    named.sort_unstable();
    let newest = named.iter().rev().map(FolderName::to_string).find(|folder| !finished(folder));
    match newest {
        Some(folder) => Ok(Resolution::Newest(folder)),
        None => SessionName::parse(typed).map(Resolution::New),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn find(input: &str, folders: &[(&str, bool)]) -> Resolution {
        let finished = |asked: &str| folders.contains(&(asked, true));
        resolve(input, folders.iter().map(|(folder, _)| *folder), finished).unwrap()
    }

    #[test]
    fn folders_are_a_date_and_a_name() {
        let folder = FolderName::new(date(2026, 1, 8), SessionName::parse("add-jwt").unwrap());
        assert_eq!(folder.to_string(), "26-01-08-add-jwt");
        assert_eq!(FolderName::parse("26-01-08-add-jwt"), Some(folder));
        for other in [
            "26-13-08-x",
            "26-1-08-xx",
            "+6-01-08-x",
            "26-01-08-",
            "26-01-08x",
            "x",
            "26-01-08-A",
            "26-01-0é-x",
        ] {
            assert_eq!(FolderName::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_taken_folder_gets_a_number() {
        let name = SessionName::parse("auth").unwrap();
        let taken = ["26-01-08-auth", "26-01-08-auth-2"];
        let free = FolderName::first_free(date(2026, 1, 8), &name, |folder| taken.contains(&folder));
        assert_eq!(free.to_string(), "26-01-08-auth-3");
    }

    #[test]
    fn a_name_means_the_exact_folder_then_the_newest_of_exactly_that_name() {
        let folders = [
            ("26-01-01-jwt-auth", false),
            ("26-01-02-auth", false),
            ("26-01-05-auth", false),
            ("auth2", false),
        ];
        assert_eq!(find("26-01-02-auth", &folders), Resolution::Exact("26-01-02-auth".into()));
        assert_eq!(find("auth", &folders), Resolution::Newest("26-01-05-auth".into()));
        assert_eq!(find("jwt", &folders), Resolution::New(SessionName::parse("jwt").unwrap()));
        assert_eq!(find("auth", &folders[..1]), Resolution::New(SessionName::parse("auth").unwrap()));
        assert_eq!(find("auth2", &folders), Resolution::Exact("auth2".into()));
    }

    #[test]
    fn a_finished_session_is_found_by_its_folder_only() {
        let folders = [("26-01-02-auth", true)];
        assert_eq!(find("auth", &folders), Resolution::New(SessionName::parse("auth").unwrap()));
        assert_eq!(find("26-01-02-auth", &folders), Resolution::Exact("26-01-02-auth".into()));
    }

    #[test]
    fn no_more_is_asked_than_whether_the_newest_of_that_name_are_finished() {
        let folders = ["26-01-01-auth", "26-01-03-auth", "26-01-02-auth", "26-01-04-other"];
        let mut asked = Vec::new();
        let found = resolve("auth", folders, |folder| {
            asked.push(folder.to_owned());
            folder == "26-01-03-auth"
        });
        assert_eq!(found, Ok(Resolution::Newest("26-01-02-auth".to_owned())));
        assert_eq!(asked, ["26-01-03-auth", "26-01-02-auth"]);
    }

    #[test]
    fn the_folder_of_the_records_is_no_session() {
        assert!(resolve(".samocode", [".samocode"], |_| false).is_err());
    }

    proptest! {
        #[test]
        fn every_valid_name_survives_its_folder(name in "[a-z0-9._-]{1,70}", number in 2..100_000_u32) {
            if let Ok(name) = SessionName::parse(&name) {
                let folder = FolderName::new(date(2026, 2, 28), name.clone());
                prop_assert_eq!(FolderName::parse(&folder.to_string()), Some(folder));
                prop_assert!(SessionName::parse(name.numbered(number).as_str()).is_ok());
            }
        }
    }
}
