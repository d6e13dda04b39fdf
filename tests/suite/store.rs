//! The session's files on a real disk.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use samocode::domain::event::{Adopted, Created, Event};
use samocode::domain::phase::Phase;
use samocode::domain::request::{Act, Request, Who};
use samocode::domain::signal::RawSignal;
use samocode::domain::verdict::{Block, BlockCause};
use samocode::domain::workflow::Workflow;
use samocode::store::{
    Documents, Layout, StoreError, Writable, clear_signal, folders, holder, keep_backup, post, read_journal,
    read_session, read_signal, take_in, waiting_requests, write_atomic,
};
use tempfile::TempDir;

use crate::scenario::until;

struct Place {
    dir: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { dir: TempDir::new().unwrap() }
    }

    fn layout(&self) -> Layout {
        Layout::new(self.dir.path(), "26-01-08-auth")
    }

    fn created() -> Created {
        Created {
            name: "auth".into(),
            workflow: Workflow::built_in("quick").unwrap().into(),
            task: Some("t".into()),
            dive: None,
            branch: "auth".into(),
            own_branch: true,
        }
    }

    fn create(&self) -> Writable {
        Writable::create(&self.layout(), Self::created(), now()).unwrap()
    }

    /// A session whose journal has three entries, let go.
    fn with_three_entries(&self) -> Layout {
        let mut record = self.create();
        for reason in ["one", "two"] {
            record.append(held(reason), now()).unwrap();
        }
        self.layout()
    }
}

fn now() -> Timestamp {
    "2026-01-08T14:30:00Z".parse().unwrap()
}

fn held(reason: &str) -> Event {
    Event::Held(Block { cause: BlockCause::Asked, reason: reason.into() })
}

fn entries(layout: &Layout) -> usize {
    read_journal(&layout.journal()).unwrap().unwrap().entries.len()
}

#[test]
fn what_is_appended_is_there_after_taking_the_session_again() {
    let place = Place::new();
    let layout = place.with_three_entries();
    let record = Writable::take(&layout, now()).unwrap();
    let samocode::domain::session::State::Blocked(block) = &record.session().state else {
        panic!("blocked, not {:?}", record.session().state);
    };
    assert_eq!(block.reason, "two");
    assert_eq!(entries(&layout), 3);
}

#[test]
fn fault_20_a_last_line_torn_at_any_byte_is_dropped_and_the_next_entry_stands_whole() {
    let place = Place::new();
    let layout = place.with_three_entries();
    let whole = fs::read(layout.journal()).unwrap();
    let last = whole.split_inclusive(|byte| *byte == b'\n').next_back().unwrap().len();
    for cut in 1..=last {
        fs::write(layout.journal(), &whole[..whole.len() - cut]).unwrap();
        assert_eq!(entries(&layout), 2, "{cut} bytes short");
        Writable::take(&layout, now()).unwrap().append(held("three"), now()).unwrap();
        assert_eq!(entries(&layout), 3, "{cut} bytes short, appended");
    }
}

#[test]
fn an_unreadable_journal_is_set_aside_and_never_taken_or_changed() {
    let place = Place::new();
    let layout = place.with_three_entries();
    let damaged =
        String::from_utf8(fs::read(layout.journal()).unwrap()).unwrap().replacen("\"one\"", "\"o\u{0}e\"", 1);
    fs::write(layout.journal(), &damaged).unwrap();
    let error = Writable::take(&layout, now()).unwrap_err();
    let StoreError::Unreadable { copy, detail, .. } = &error else {
        panic!("unreadable, not {error}");
    };
    assert!(detail.contains("line 2"), "{detail}");
    assert_eq!(fs::read_to_string(copy).unwrap(), damaged);
    assert_eq!(fs::read_to_string(layout.journal()).unwrap(), damaged);
    assert!(Writable::take(&layout, now()).is_err(), "it stays blocked");
}

#[test]
fn a_journal_of_a_newer_samocode_is_refused_in_words() {
    let place = Place::new();
    let layout = place.with_three_entries();
    let newer = fs::read_to_string(layout.journal()).unwrap() + "{\"v\":2,\"at\":\"x\",\"event\":\"what\"}\n";
    fs::write(layout.journal(), newer).unwrap();
    let error = Writable::take(&layout, now()).unwrap_err();
    assert!(matches!(error, StoreError::Newer { version: 2, .. }), "{error}");
}

#[test]
fn an_entry_that_does_not_fit_is_not_written() {
    let place = Place::new();
    let mut record = place.create();
    let before = fs::read(place.layout().journal()).unwrap();
    let again = read_journal(&place.layout().journal()).unwrap().unwrap().entries[0].event.clone();
    assert!(matches!(record.append(again, now()), Err(StoreError::Misfit { .. })));
    assert_eq!(fs::read(place.layout().journal()).unwrap(), before);
}

#[test]
fn one_process_holds_a_session_and_the_next_is_told_who() {
    let place = Place::new();
    let record = place.create();
    assert_eq!(holder(&place.layout()).unwrap().pid, std::process::id());
    let error = Writable::take(&place.layout(), now()).unwrap_err();
    assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
    drop(record);
    // A process that another test is starting has the lock's file open until it becomes its program.
    until("the lock to be free", || holder(&place.layout()).is_none().then_some(()));
    until("the lock", || Writable::take(&place.layout(), now()).ok());
}

#[test]
fn an_atomic_write_keeps_the_mode_and_leaves_no_other_file() {
    let place = Place::new();
    let path = place.dir.path().join("notes.md");
    fs::write(&path, "old").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    write_atomic(&path, b"new").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(fs::read_dir(place.dir.path()).unwrap().count(), 1);
    let error = write_atomic(&place.dir.path().join("no/such/file"), b"x").unwrap_err();
    assert!(error.to_string().contains("no/such/file"), "{error}");
}

#[test]
fn backups_never_replace_each_other() {
    let place = Place::new();
    let path = place.dir.path().join("a.md");
    fs::write(&path, "1").unwrap();
    let first = keep_backup(&path).unwrap();
    fs::write(&path, "2").unwrap();
    let second = keep_backup(&path).unwrap();
    assert_eq!(
        (fs::read_to_string(first).unwrap(), fs::read_to_string(second).unwrap()),
        ("1".into(), "2".into())
    );
}

#[test]
fn requests_are_taken_in_the_order_in_which_they_were_made_and_junk_is_put_aside() {
    let place = Place::new();
    let layout = place.layout();
    let request = |id: &str, second: i64| Request {
        id: id.into(),
        at: Timestamp::from_second(second).unwrap(),
        who: Who::Terminal("me".into()),
        act: Act::Tell(id.into()),
    };
    post(&layout, &request("later", 20)).unwrap();
    post(&layout, &request("earlier", 3)).unwrap();
    fs::write(layout.inbox().join("0-junk.json"), "{").unwrap();
    let waiting = waiting_requests(&layout).unwrap();
    let ids: Vec<&str> = waiting.iter().map(|incoming| incoming.request.id.as_str()).collect();
    assert_eq!(ids, ["earlier", "later"]);
    assert!(layout.inbox().join("0-junk.unreadable").exists());
    take_in(&waiting[0]).unwrap();
    take_in(&waiting[0]).unwrap();
    assert_eq!(waiting_requests(&layout).unwrap().len(), 1);
}

#[test]
fn whatever_stands_in_the_signals_place_has_a_name_and_can_be_cleared() {
    type Make<'a> = &'a dyn Fn(&Path);
    let place = Place::new();
    let layout = place.layout();
    fs::create_dir_all(layout.session_dir()).unwrap();
    let signal = layout.signal();
    let cases: [(Make<'_>, RawSignal); 6] = [
        (&|_| {}, RawSignal::Absent),
        (&|path| fs::write(path, "{}").unwrap(), RawSignal::Bytes(b"{}".to_vec())),
        (&|path| symlink("/etc/hostname", path).unwrap(), RawSignal::NotAFile("a link")),
        (&|path| fs::create_dir_all(path.join("deep")).unwrap(), RawSignal::NotAFile("a folder")),
        (
            &|path| assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success()),
            RawSignal::NotAFile("a pipe, socket or device"),
        ),
        (&|path| fs::write(path, vec![b'x'; 2_000_000]).unwrap(), RawSignal::Oversized(2_000_000)),
    ];
    for (make, expected) in cases {
        make(&signal);
        assert_eq!(read_signal(&layout), expected);
        clear_signal(&layout).unwrap();
        assert!(signal.symlink_metadata().is_err(), "cleared after {expected:?}");
    }
    assert!(Path::new("/etc/hostname").exists(), "a link's target is left alone");
}

#[test]
fn of_two_plans_of_one_minute_the_one_written_last_is_the_newest() {
    let place = Place::new();
    let layout = place.layout();
    fs::create_dir_all(layout.session_dir()).unwrap();
    let write = |name: &str, seconds: u64| {
        let file = fs::File::create(layout.session_dir().join(name)).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
    };
    let newest = || Documents::list(&layout).unwrap().plan(&layout, None).unwrap().unwrap().file;
    write("01-08-15:00-plan-wide.md", 100);
    write("01-08-15:00-plan-narrow.md", 101);
    assert_eq!(newest(), "01-08-15:00-plan-narrow.md", "the names would say otherwise");
    write("01-08-14:30-plan-first.md", 102);
    assert_eq!(
        newest(),
        "01-08-14:30-plan-first.md",
        "an old plan that is worked on is the one that is meant"
    );
    // Copied without their times, as from a repository, they go by their names.
    for name in ["01-08-14:30-plan-first.md", "01-08-15:00-plan-narrow.md", "01-08-15:00-plan-wide.md"] {
        write(name, 200);
    }
    assert_eq!(newest(), "01-08-15:00-plan-wide.md");
}

#[test]
fn documents_are_found_by_kind_and_a_plan_only_in_the_session_folder() {
    let place = Place::new();
    let layout = place.layout();
    fs::create_dir_all(layout.session_dir()).unwrap();
    for name in ["01-08-14:30-dive-auth.md", "01-08-15:00-plan-auth.md", "_overview.md", "notes.txt"] {
        fs::write(layout.session_dir().join(name), name).unwrap();
    }
    let documents = Documents::list(&layout).unwrap();
    let kinds: Vec<String> = documents.kinds().into_iter().collect();
    assert_eq!(kinds, ["dive", "plan"]);
    let plan = documents.plan(&layout, None).unwrap().unwrap();
    assert_eq!(plan.file, "01-08-15:00-plan-auth.md");
    let by_path = documents.plan(&layout, Some("/elsewhere/01-08-15:00-plan-auth.md")).unwrap().unwrap();
    assert_eq!(by_path, plan);
    assert!(documents.plan(&layout, Some("none.md")).unwrap().is_err());
}

#[test]
fn folders_tell_which_sessions_have_a_record() {
    let place = Place::new();
    drop(place.create());
    fs::create_dir_all(place.dir.path().join("25-12-01-old")).unwrap();
    fs::create_dir_all(place.dir.path().join("_archive")).unwrap();
    let found: Vec<(String, bool)> =
        folders(place.dir.path()).unwrap().into_iter().map(|folder| (folder.name, folder.recorded)).collect();
    assert_eq!(found, [("25-12-01-old".to_owned(), false), ("26-01-08-auth".to_owned(), true)]);
}

#[test]
fn fault_18_a_session_that_was_killed_before_its_first_entry_was_never_there() {
    let place = Place::new();
    let layout = place.layout();
    fs::create_dir_all(layout.session_dir()).unwrap();
    assert_eq!(folders(place.dir.path()).unwrap().len(), 1, "a folder without a record is somebody's");
    fs::create_dir_all(layout.record_dir()).unwrap();
    assert_eq!(folders(place.dir.path()).unwrap(), []);
    fs::write(layout.journal(), "{\"v\":1,\"at").unwrap();
    assert_eq!(folders(place.dir.path()).unwrap(), []);
    fs::write(layout.overview(), "# auth\n").unwrap();
    assert_eq!(folders(place.dir.path()).unwrap().len(), 1, "a folder with a notebook is somebody's");
}

/// Kept for ever: what an earlier samocode wrote has to load.
#[test]
fn a_journal_from_before_there_were_verifications_loads() {
    let text = include_str!("journals/without-verification.jsonl");
    let dir = TempDir::new().unwrap();
    let journal = dir.path().join("journal.jsonl");
    fs::write(&journal, text).unwrap();
    let session = read_session(&journal).unwrap().unwrap();
    assert!(matches!(session.state, samocode::domain::session::State::Done(_)), "{:?}", session.state);
    assert_eq!((session.iteration, session.evidence, session.counters.unverified), (3, None, 0));
}

#[test]
fn fault_20_what_a_killed_write_left_is_removed_and_a_torn_request_is_put_aside() {
    let place = Place::new();
    let layout = place.with_three_entries();
    let left = [layout.session_dir().join(".samocode-a1B2c3"), layout.record_dir().join(".samocode-zzzzzz")];
    let kept = [layout.session_dir().join(".samocode-notes"), layout.inbox().join(".samocode-a1B2c3")];
    for path in left.iter().chain(&kept) {
        fs::write(path, "half").unwrap();
    }
    fs::write(layout.inbox().join("1-a.json"), "{\"id\":\"a\",\"at\"").unwrap();
    Writable::take(&layout, now()).unwrap();
    assert!(left.iter().all(|path| !path.exists()), "nobody misses them");
    assert!(kept.iter().all(|path| path.exists()), "one is the agent's, and one may be under way");
    assert_eq!(waiting_requests(&layout).unwrap(), []);
    assert_eq!(fs::read(layout.inbox().join("1-a.unreadable")).unwrap(), b"{\"id\":\"a\",\"at\"");
    assert_eq!(entries(&layout), 3);
}

#[test]
fn fault_18_a_folder_is_taken_over_with_both_entries_or_with_none() {
    let place = Place::new();
    let layout = place.layout();
    let adopted =
        Adopted { phase: Phase::named("testing"), iterations: 12, in_phase: 3, answers: Vec::new() };
    let record = Writable::adopt(&layout, Place::created(), adopted.clone(), now()).unwrap();
    assert_eq!((record.session().phase.as_str(), record.session().iteration), ("testing", 12));
    drop(record);
    assert_eq!(entries(&layout), 2);
    fs::remove_file(layout.journal()).unwrap();
    let nowhere = Adopted { phase: Phase::named("nowhere"), ..adopted };
    Writable::adopt(&layout, Place::created(), nowhere, now()).unwrap_err();
    assert!(!layout.journal().exists());
}
