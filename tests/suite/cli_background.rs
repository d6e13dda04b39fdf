//! Sessions that outlive their terminal, and looking at them from beside.

use std::io::Write;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::cli_stage::{Stage, eventually, said};

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

fn works_on(stage: &Stage, session: &str) -> Option<i32> {
    let pid = stage.status(session)["orchestrator"]["pid"].as_i64()?;
    i32::try_from(pid).ok()
}

fn spawn(mut command: Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn a_detached_run_is_looked_at_and_stopped_from_beside() {
    let stage = Stage::with_settings();
    let mut child = stage
        .samocode(&["run", "job", "--detach", "--task-file", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"Greet from standard input").unwrap();
    let started = said(child.wait_with_output().unwrap());
    assert_eq!((started.code, started.err.as_str()), (0, ""), "{started:?}");
    let pid = works_on(&stage, "job").expect("the session is held when the command returns");
    insta::assert_snapshot!(started.out.replace(&pid.to_string(), "PID"), @r#"
    job works in the background, process PID
      samocode attach job   # shows it live
      samocode status job   # where it stands
      samocode stop job   # ends it; everything is kept
    "#);
    #[cfg(target_os = "linux")]
    {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        let own_session = stat.rsplit(") ").next().unwrap().split(' ').nth(3).unwrap();
        assert_eq!(own_session, pid.to_string(), "it leads a session of its own");
    }
    stage.wait_for_gate("job", "your answers");
    let overview = stage.path("sessions").join(stage.status("job")["folder"].as_str().unwrap());
    let overview = std::fs::read_to_string(overview.join("_overview.md")).unwrap();
    assert!(overview.contains("> Greet from standard input"), "{overview}");

    let viewer = spawn(stage.samocode(&["attach", "job"]));
    let left = spawn(stage.samocode(&["attach", "job"]));
    // Both are attached once they have printed; a pipe with something in it says so without reading it.
    eventually("both viewers have printed", || {
        [&viewer, &left]
            .iter()
            .all(|child| rustix::io::ioctl_fionread(child.stdout.as_ref().unwrap()).unwrap() > 500)
    });
    signal(&left, Signal::INT);
    let left = said(left.wait_with_output().unwrap());
    assert_eq!(left.code, 0);
    assert!(left.out.ends_with("you left the view; job goes on\n"), "{}", left.out);
    assert_eq!(works_on(&stage, "job"), Some(pid));

    let second = stage.say(&["run", "job", "--detach"]);
    assert_eq!(second.code, 12, "{second:?}");
    assert!(second.err.contains(&format!("held by another samocode, process {pid}")), "{second:?}");

    assert_eq!(stage.say(&["stop", "job"]).code, 0);
    let viewed = said(viewer.wait_with_output().unwrap());
    assert_eq!(viewed.code, 0, "{viewed:?}");
    for words in
        ["#1 investigation · demo started", "samocode needs you: 2 questions", "stop asked for by ada"]
    {
        assert!(viewed.out.contains(words), "{words}: {}", viewed.out);
    }
    assert!(
        viewed.out.ends_with("samocode left job, which still waits for you; start it: samocode run job\n"),
        "{}",
        viewed.out
    );
    assert_eq!(works_on(&stage, "job"), None);

    let later = stage.say(&["attach", "job"]);
    assert_eq!(later.code, 0);
    assert!(later.out.ends_with("nothing works on job now; start it: samocode run job\n"), "{}", later.out);
}

#[test]
fn a_detached_run_that_cannot_start_says_so_with_its_own_exit_code() {
    let stage = Stage::new();
    stage.settings("SAMOCODE_PROVIDER=demo\nCODEX_PATH=no-codex\n");
    for (args, code, words) in [
        (vec!["run", "job", "--detach"], 2, "session `job` is new and needs a task"),
        (
            vec!["run", "job", "--detach", "--task", "x", "--provider", "codex"],
            12,
            "`no-codex` was not found",
        ),
        (vec!["run", "job", "--detach", "--task-file", "-"], 2, "the task is empty"),
    ] {
        let said = stage.say(&args);
        assert_eq!(said.code, code, "{said:?}");
        assert!(said.err.contains(words), "{said:?}");
        assert_eq!(said.out, "");
    }
}

#[test]
fn a_terminal_that_hangs_up_changes_nothing() {
    let stage = Stage::with_settings();
    let run = spawn(stage.samocode(&["run", "job", "--task", "Greet"]));
    stage.wait_for_gate("job", "your answers");
    signal(&run, Signal::HUP);
    assert_eq!(stage.say(&["answer", "job", "--suggestions"]).code, 0);
    stage.wait_for_gate("job", "your approval of the plan");
    signal(&run, Signal::HUP);
    assert_eq!(stage.say(&["approve", "job"]).code, 0);
    let ended = said(run.wait_with_output().unwrap());
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(stage.status("job")["state"], "done");
}

#[test]
fn a_viewer_is_told_that_the_session_ended_without_a_word() {
    let stage = Stage::with_settings();
    let mut command = stage.samocode(&["run", "job", "--task", "Greet"]);
    command.env("SAMOCODE_DEMO_PACE", "60000");
    let mut run = spawn(command);
    eventually("the iteration runs", || stage.status("job")["state"] == "running");
    let viewer = spawn(stage.samocode(&["attach", "job"]));
    eventually("the viewer has printed", || {
        rustix::io::ioctl_fionread(viewer.stdout.as_ref().unwrap()).unwrap() > 0
    });
    run.kill().unwrap();
    run.wait().unwrap();
    let viewed = said(viewer.wait_with_output().unwrap());
    assert_eq!(viewed.code, 0, "{viewed:?}");
    let words = "samocode ended in the middle of iteration 1; nothing is lost. start it: samocode run job\n";
    assert!(viewed.out.ends_with(words), "{}", viewed.out);
}
