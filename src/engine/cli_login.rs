//! The login in a CLI's own folder: a link to the person's, or a copy where the CLI would write through a link. What the
//! CLI renews becomes the person's, for the old one is worth nothing then.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::SystemTime;

use crate::engine::cli_state::{remove, replace};
use crate::provider::Place;

/// A longer login is none.
const LONGEST: u64 = 256 * 1024;

/// Where the CLI put a file in the link's place, that file is the login now.
pub(super) fn take_login(dir: &Path, login: &Place) -> io::Result<()> {
    let own = dir.join(&login.own);
    let Some(text) = login_in(&own)?.filter(|_| login.person.exists()) else {
        return Ok(());
    };
    // The person's file may be a link to where it is kept.
    replace(&login.person.canonicalize()?, &text)?;
    let link = own.with_file_name(".samocode-login");
    remove(&link)?;
    symlink(&login.person, &link)?;
    fs::rename(&link, &own)
}

/// Where the CLI wrote to its copy after the person's was written, the copy is the login now.
///
/// A copy is as old as what it was made from, so that times tell this after a crash, too, and with several copies.
pub(super) fn take_copy(dir: &Path, login: &Place) -> io::Result<()> {
    let own = dir.join(&login.own);
    let (Some(copied), Some(person)) = (written(&own), written(&login.person)) else {
        return Ok(());
    };
    if person > copied {
        // Another session or the person renewed it while this CLI runs, which looks here before it renews it itself.
        return copy_login(dir, login);
    }
    let Some(text) = login_in(&own)?.filter(|_| copied > person) else {
        return Ok(());
    };
    let file = login.person.canonicalize()?;
    replace(&file, &text)?;
    same_age(&own, &file)
}

/// Makes the copy what the person's file is, or nothing where there is none.
pub(super) fn copy_login(dir: &Path, login: &Place) -> io::Result<()> {
    let own = dir.join(&login.own);
    let is_file = own.symlink_metadata().is_ok_and(|found| found.is_file());
    if is_file && written(&own).is_some() && written(&own) == written(&login.person) {
        return Ok(());
    }
    remove(&own)?;
    if !login.person.exists() {
        return Ok(());
    }
    replace(&own, &fs::read(&login.person)?)?;
    same_age(&own, &login.person)
}

/// The login in a regular file: a JSON object, not one that is being written.
fn login_in(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match path.symlink_metadata() {
        Ok(found) if found.is_file() && found.len() <= LONGEST => {}
        _ => return Ok(None),
    }
    let text = fs::read(path)?;
    let is_login = matches!(serde_json::from_slice(&text), Ok(serde_json::Value::Object(_)));
    Ok(is_login.then_some(text))
}

fn written(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

/// Makes the copy as old as the original.
fn same_age(copy: &Path, original: &Path) -> io::Result<()> {
    let age = fs::metadata(original)?.modified()?;
    fs::OpenOptions::new().write(true).open(copy)?.set_modified(age)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use tempfile::TempDir;

    use super::*;

    struct Home(TempDir);

    impl Home {
        /// With the person's login, and two CLIs that have copies of it.
        fn new() -> Self {
            let home = Self(TempDir::new().unwrap());
            for folder in ["person", "one", "two"] {
                fs::create_dir(home.path(folder)).unwrap();
            }
            home.writes("person", "{\"token\":1}");
            home.copies();
            home
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn place(&self) -> Place {
            Place { person: self.path("person/auth.json"), own: "auth.json".into() }
        }

        fn copies(&self) {
            for folder in ["one", "two"] {
                take_copy(&self.path(folder), &self.place()).unwrap();
                copy_login(&self.path(folder), &self.place()).unwrap();
            }
        }

        /// Writes in place, as Codex does, later than all that was written before.
        fn writes(&self, folder: &str, text: &str) {
            let path = self.path(folder).join("auth.json");
            let newest =
                ["person", "one", "two"].iter().filter_map(|f| written(&self.path(f).join("auth.json")));
            let newest = newest.max().unwrap_or(SystemTime::UNIX_EPOCH);
            fs::write(&path, text).unwrap();
            let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
            file.set_modified(newest + Duration::from_millis(5)).unwrap();
        }

        fn logins(&self) -> [String; 3] {
            ["person", "one", "two"]
                .map(|f| fs::read_to_string(self.path(f).join("auth.json")).unwrap_or_default())
        }
    }

    #[test]
    fn what_one_cli_renews_becomes_the_persons_and_the_other_clis() {
        let home = Home::new();
        home.writes("one", "{\"token\":2}");
        home.copies();
        assert_eq!(home.logins(), ["{\"token\":2}"; 3]);
    }

    #[test]
    fn what_the_person_renews_becomes_every_clis() {
        let home = Home::new();
        home.writes("one", "{\"token\":2}");
        home.writes("person", "{\"token\":3}");
        home.copies();
        assert_eq!(home.logins(), ["{\"token\":3}"; 3]);
    }

    #[test]
    fn half_a_login_or_a_link_becomes_nobodys() {
        let home = Home::new();
        home.writes("one", "{\"token\":");
        take_copy(&home.path("one"), &home.place()).unwrap();
        assert_eq!(home.logins()[0], "{\"token\":1}");
        home.writes("two", "{\"token\":9}");
        fs::remove_file(home.path("one/auth.json")).unwrap();
        symlink(home.path("two/auth.json"), home.path("one/auth.json")).unwrap();
        take_copy(&home.path("one"), &home.place()).unwrap();
        assert_eq!(home.logins()[0], "{\"token\":1}");
    }

    #[test]
    fn a_person_who_logs_out_is_logged_out_everywhere() {
        let home = Home::new();
        fs::remove_file(home.path("person/auth.json")).unwrap();
        home.copies();
        assert_eq!(home.logins(), [""; 3]);
    }
}
