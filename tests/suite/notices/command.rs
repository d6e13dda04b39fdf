//! A command: what it gets, how long it lives, and what of its words is told.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use samocode::config::Channels;
use samocode::notify::{Channel, DeliveryError, Limits};
use tempfile::TempDir;

use super::{announcement, around, channel, documented, short};
use crate::cli_stage::eventually;

fn command(shell: &str, folder: &Path, limits: Limits) -> Channel {
    let set = Channels { command: Some(shell.to_owned()), ..Channels::default() };
    channel(&set, &around(folder.to_owned(), limits))
}

fn is_alive(pid: &str) -> bool {
    // One that ended and that nobody has waited for yet is not alive.
    let status = fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    status.rsplit(')').next().is_some_and(|rest| !rest.trim().is_empty() && !rest.trim().starts_with('Z'))
}

#[test]
fn it_gets_the_json_in_the_project_and_only_what_it_may_see() {
    let folder = TempDir::new().unwrap();
    command("cat > got.json; env > env.txt", folder.path(), Limits::default())
        .deliver(&announcement())
        .unwrap();
    let got = fs::read_to_string(folder.path().join("got.json")).unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&got).unwrap(), documented());
    let env = fs::read_to_string(folder.path().join("env.txt")).unwrap();
    let names: Vec<&str> = env.lines().filter_map(|line| line.split('=').next()).collect();
    assert!(names.iter().all(|name| ["PATH", "PWD", "OLDPWD", "SHLVL", "_"].contains(name)), "{names:?}");
}

#[test]
fn one_that_fails_is_told_with_the_beginning_of_its_words_and_without_secrets() {
    let said = |shell: &str| {
        command(shell, Path::new("/"), Limits::default()).deliver(&announcement()).unwrap_err().to_string()
    };
    insta::assert_snapshot!(said("echo no such user plum-basket-7; echo really >&2; exit 3"), @"the command ended with exit code 3: no such user <redacted> really");
    insta::assert_snapshot!(said("exit 1"), @"the command ended with exit code 1");
    insta::assert_snapshot!(said("kill -TERM $$"), @"the command ended with signal 15");
    let long = said("yes word | head -c 3000000; exit 4");
    assert!(long.len() < 400 && long.ends_with('…'), "{long}");
    let away = command("true", Path::new("/no/such/folder"), Limits::default()).deliver(&announcement());
    assert!(matches!(away, Err(DeliveryError::Unreachable(_))), "{away:?}");
}

#[test]
fn one_that_hangs_is_ended_with_all_that_it_started() {
    let folder = TempDir::new().unwrap();
    let shell = "trap '' TERM INT; sleep 600 & echo $! > pid; echo waiting; wait; sleep 600";
    let begin = Instant::now();
    let result = command(shell, folder.path(), short()).deliver(&announcement());
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    insta::assert_snapshot!(result.unwrap_err(), @"the command was still at work after 0.4 s and was ended: waiting");
    let pid = fs::read_to_string(folder.path().join("pid")).unwrap();
    eventually("the command's own child ends", || !is_alive(&pid));
}

#[test]
fn what_one_leaves_behind_ends_with_it_and_delays_nothing() {
    let folder = TempDir::new().unwrap();
    let begin = Instant::now();
    let shell = "sleep 600 & echo $! > pid";
    command(shell, folder.path(), Limits::default()).deliver(&announcement()).unwrap();
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
    let pid = fs::read_to_string(folder.path().join("pid")).unwrap();
    eventually("what was left behind ends", || !is_alive(&pid));
}

#[test]
fn one_that_leaves_its_group_and_holds_its_output_delays_nothing_either() {
    let folder = TempDir::new().unwrap();
    let begin = Instant::now();
    let shell = "setsid sleep 20 & echo $! > pid; while [ ! -s pid ]; do :; done";
    command(shell, folder.path(), Limits::default()).deliver(&announcement()).unwrap();
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
}

#[test]
fn one_that_reads_nothing_is_no_failure() {
    let told = samocode::notify::Announcement { text: "x".repeat(1_000_000), ..announcement() };
    command("true", Path::new("/"), Limits::default()).deliver(&told).unwrap();
}
