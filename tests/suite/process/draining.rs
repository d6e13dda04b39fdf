//! What a program prints: all of it in its log, lines handed on, whatever it looks like.

use std::fs;
use std::path::PathBuf;

use samocode::domain::command::Exit;
use samocode::process::{LONGEST_LINE, ProcessEvent, STDERR_TAIL, Stderr};

use super::{Scene, eventually};

#[test]
fn lines_arrive_while_the_program_runs() {
    let scene = Scene::script("echo one; echo ready; cat /dev/zero > /dev/null");
    let started = scene.start_until_ready();
    assert!(started.printed("one"));
    assert_eq!(scene.log(), b"one\nready\n");
    started.running.kill();
    assert_eq!(started.running.wait().exit, Exit::Signal(9));
}

#[test]
fn bytes_that_are_no_text_and_a_last_line_without_newline_come_through() {
    let scene = Scene::script(r"printf 'a\377\200\n\n{\000}\r\npart'");
    let started = scene.start();
    let lines = std::sync::Arc::clone(&started.lines);
    started.finish();

    let expected = [&b"a\xff\x80"[..], b"", b"{\0}\r", b"part"].map(|line| (line.to_vec(), false));
    assert_eq!(*lines.lock().unwrap(), expected);
    assert_eq!(scene.log(), b"a\xff\x80\n\n{\0}\r\npart");
}

#[test]
fn one_line_of_200_megabytes_is_logged_whole_handed_on_in_pieces_and_hides_no_later_line() {
    const LENGTH: u64 = 200 * 1024 * 1024;
    let scene = Scene::script(&format!("head -c {LENGTH} /dev/zero | tr '\\0' x; printf '\\nresult\\n'"));
    let started = scene.start();
    let lines = std::sync::Arc::clone(&started.lines);
    let (events, ended) = started.finish();

    let lines = lines.lock().unwrap();
    assert_eq!(lines.len(), 2);
    assert_eq!((lines[0].0.len(), lines[0].1), (LONGEST_LINE, true));
    assert_eq!(lines[1], (b"result".to_vec(), false));
    assert_eq!(ended.stdout_bytes, LENGTH + 8);
    assert_eq!(fs::metadata(&scene.launch.stdout_log).unwrap().len(), LENGTH + 8);
    let drained = |event: &ProcessEvent| matches!(event, ProcessEvent::Drained { stdout_bytes } if *stdout_bytes == LENGTH + 8);
    assert!(events.iter().any(drained));
}

#[test]
fn a_megabyte_on_stderr_blocks_nothing_and_its_end_is_kept() {
    let scene = Scene::script("head -c 1048576 /dev/zero | tr '\\0' e >&2; printf 'the end' >&2; echo done");
    let ended = scene.run();

    assert_eq!(ended.exit, Exit::Code(0));
    assert_eq!(scene.log(), b"done\n");
    assert_eq!(fs::metadata(scene.path("err.log")).unwrap().len(), 1_048_576 + 7);
    assert_eq!(ended.stderr_tail.len(), STDERR_TAIL);
    assert!(ended.stderr_tail.ends_with(b"eethe end"));
}

#[test]
fn stderr_can_be_looked_at_while_the_program_runs() {
    let scene = Scene::script("echo 'quota will reset after 19h' >&2; exec sleep 1000");
    let started = scene.start();
    eventually("stderr is seen", || started.running.stderr_tail() == b"quota will reset after 19h\n");
}

#[test]
fn lines_of_stderr_are_handed_on_while_the_program_runs_and_never_mixed_with_the_others() {
    let scene = Scene::script(
        "printf 'half ' >&2; echo out; echo 'a line' >&2; head -c 2000000 /dev/zero >&2; echo >&2; exec sleep 1000",
    );
    let started = scene.start();
    eventually("two lines came", || started.stderr_lines.lock().unwrap().len() == 2);
    let lines = started.stderr_lines.lock().unwrap();
    assert_eq!(lines[0], (b"half a line".to_vec(), false));
    assert_eq!((lines[1].0.len(), lines[1].1), (1024 * 1024, true), "one that is too long is cut");
    assert_eq!(started.lines.lock().unwrap()[..], [(b"out".to_vec(), false)]);
}

#[test]
fn a_silent_stderr_makes_no_log() {
    let scene = Scene::script("echo hello");
    scene.run();
    assert!(!scene.path("err.log").exists());
}

#[test]
fn stderr_can_share_the_log_in_the_order_of_writing() {
    let mut scene = Scene::script("echo 1; echo 2 >&2; echo 3");
    scene.launch.stderr = Stderr::WithStdout;
    scene.launch.stdout_tail = 4;
    let ended = scene.run();
    assert_eq!(scene.log(), b"1\n2\n3\n");
    assert_eq!(ended.stdout_tail, b"2\n3\n");
}

#[test]
fn a_full_disk_loses_neither_the_program_nor_its_result() {
    let mut scene = Scene::script("head -c 3000000 /dev/zero | tr '\\0' '\\n'; echo oops >&2; echo result");
    scene.launch.stdout_log = PathBuf::from("/dev/full");
    scene.launch.stderr = Stderr::Log(PathBuf::from("/dev/full"));
    let started = scene.start();
    let lines = std::sync::Arc::clone(&started.lines);
    let (events, ended) = started.finish();

    assert_eq!((ended.exit, ended.stdout_bytes), (Exit::Code(0), 3_000_007));
    assert_eq!(lines.lock().unwrap().last().unwrap().0, b"result");
    let failed = |event: &&ProcessEvent| matches!(event, ProcessEvent::LogFailed { path, .. } if path.ends_with("full"));
    assert_eq!(events.iter().filter(failed).count(), 2, "once for each log: {events:?}");
}

#[test]
fn an_existing_log_is_added_to() {
    let scene = Scene::script("echo more");
    fs::write(&scene.launch.stdout_log, "before\n").unwrap();
    scene.run();
    assert_eq!(scene.log(), b"before\nmore\n");
}
