//! What a program finds when it starts, and the words when it cannot.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use samocode::domain::command::Exit;
use samocode::domain::confinement::Confinement;

use super::{Scene, is_alive};

#[test]
fn a_program_sees_exactly_the_given_environment_and_the_tag() {
    let mut scene = Scene::program("/usr/bin/env", &["-0"]);
    scene.launch.spec.env =
        vec![(OsString::from("A"), OsString::from("two\nlines")), (OsString::from("EMPTY"), OsString::new())];
    scene.run();

    let log = String::from_utf8(scene.log()).unwrap();
    let mut found: Vec<&str> = log.split_terminator('\0').collect();
    found.sort_unstable();
    assert_eq!(found, ["A=two\nlines", "EMPTY=", &format!("SAMOCODE_TAG={}", scene.launch.tag)]);
}

#[test]
fn a_prompt_of_a_megabyte_arrives_whole_and_is_then_closed() {
    let mut scene = Scene::program("/bin/cat", &[]);
    let prompt: Vec<u8> = (0..1_048_583u32).map(|n| (n % 251) as u8).collect();
    fs::write(scene.path("prompt"), &prompt).unwrap();
    scene.launch.prompt = Some(scene.path("prompt"));

    assert_eq!(scene.run().exit, Exit::Code(0));
    assert!(scene.log() == prompt);
}

#[test]
fn without_a_prompt_stdin_is_empty() {
    let scene = Scene::program("/bin/cat", &[]);
    let ended = scene.run();
    assert_eq!((ended.exit, ended.stdout_bytes), (Exit::Code(0), 0));
}

#[test]
fn arguments_arrive_as_they_are() {
    let odd = ["", "a b", "$(id)", "\"'\\", "line\nline", "-n"];
    let scene = Scene::program("/usr/bin/printf", &[&["%s\\0"], &odd[..]].concat());
    scene.run();
    assert_eq!(scene.log(), odd.map(|arg| format!("{arg}\0")).concat().into_bytes());
}

#[test]
fn a_program_leads_a_group_of_its_own_without_a_terminal() {
    let scene = Scene::program("/bin/cat", &["/proc/self/stat"]);
    scene.run();
    let stat = String::from_utf8(scene.log()).unwrap();
    let (pid, rest) = stat.split_once(' ').unwrap();
    let fields: Vec<&str> = rest.rsplit(')').next().unwrap().split_whitespace().collect();
    assert_eq!(fields[2], pid, "group");
    assert_ne!(fields[3], pid, "session");
    assert_eq!(fields[4], "0", "terminal");
}

#[test]
fn a_program_gets_no_descriptor_of_samocode_or_its_keeper() {
    let list = "ls /proc/self/fd";
    // Whoever runs the tests may have left some open for all its children.
    let plain = std::process::Command::new("/bin/sh").args(["-c", list]).output().unwrap();
    let scene = Scene::script(list);
    scene.run();
    assert_eq!(scene.log(), plain.stdout);
}

#[test]
fn a_program_does_not_inherit_that_signals_are_ignored() {
    for confinement in [None, Some(Confinement::default())] {
        let mut scene = Scene::script("grep SigIgn /proc/self/status");
        let wrapper = scene.path("keeper");
        let text =
            format!("#!/bin/sh\ntrap '' HUP INT QUIT TERM\nexec {} \"$@\"\n", env!("CARGO_BIN_EXE_samocode"));
        fs::write(&wrapper, text).unwrap();
        fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).unwrap();
        scene.launch.keeper = wrapper;
        scene.launch.spec.confinement = confinement;
        scene.run();

        let log = String::from_utf8(scene.log()).unwrap();
        let ignored = u64::from_str_radix(log.trim().rsplit('\t').next().unwrap(), 16).unwrap();
        for (name, number) in [("HUP", 1), ("INT", 2), ("QUIT", 3), ("PIPE", 13), ("TERM", 15)] {
            assert_eq!(ignored >> (number - 1) & 1, 0, "{name} in {ignored:x}");
        }
    }
}

#[test]
fn its_own_end_is_told_with_code_or_signal() {
    assert_eq!(Scene::script("exit 7").run().exit, Exit::Code(7));
    assert_eq!(Scene::script("kill -USR1 $$").run().exit, Exit::Signal(10));
}

#[test]
fn what_cannot_start_is_named_with_its_reason() {
    for confinement in [None, Some(Confinement::default())] {
        names_what_cannot_start(&confinement);
    }
}

fn names_what_cannot_start(confinement: &Option<Confinement>) {
    let program = |path: &str| {
        let mut scene = Scene::program(path, &[]);
        scene.launch.spec.confinement.clone_from(confinement);
        scene
    };
    let missing = program("/no/such/program");
    assert_eq!(missing.refusal(), "the program `/no/such/program` does not exist");

    let mut file = program("");
    let path = file.path("tool");
    file.launch.spec.program.clone_from(&path);
    fs::write(&path, "#!/no/such/interpreter\n").unwrap();
    assert_eq!(file.refusal(), format!("`{}` is not an executable file", path.display()));

    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let expected =
        format!("`{}` exists, but the interpreter or loader that it names does not", path.display());
    assert_eq!(file.refusal(), expected);

    fs::write(&path, [0u8; 64]).unwrap();
    assert!(file.refusal().contains("is not a program that this system can run"), "{}", file.refusal());

    let folder = program("/usr");
    assert_eq!(folder.refusal(), "`/usr` is not an executable file");
}

#[test]
fn a_missing_directory_or_prompt_is_not_taken_for_a_missing_program() {
    let mut scene = Scene::program("/bin/true", &[]);
    scene.launch.spec.dir = scene.path("gone");
    let expected =
        format!("the working directory `{}` does not exist or is no directory", scene.path("gone").display());
    assert_eq!(scene.refusal(), expected);

    let mut scene = Scene::program("/bin/true", &[]);
    scene.launch.prompt = Some(scene.path("gone"));
    assert!(
        scene.refusal().starts_with(&format!("cannot read the prompt `{}`", scene.path("gone").display()))
    );
}

#[test]
fn arguments_too_long_for_the_system_are_refused_with_their_length() {
    let scene = Scene::program("/bin/true", &[&"x".repeat(200_000)]);
    assert!(scene.refusal().contains("too long for this system (200"), "{}", scene.refusal());
}

#[test]
fn a_log_that_cannot_be_opened_starts_nothing() {
    let mut scene = Scene::script("echo $$ > pids");
    scene.launch.stdout_log = scene.path("no/such/folder.log");
    assert!(scene.refusal().starts_with("cannot open the log"));
    assert!(scene.pids().is_empty());
}

#[test]
fn a_keeper_that_is_missing_or_is_none_is_said() {
    let mut scene = Scene::program("/bin/true", &[]);
    scene.launch.keeper = PathBuf::from("/no/such/samocode");
    assert!(scene.refusal().starts_with("cannot start the keeper `/no/such/samocode`"));

    scene.launch.keeper = PathBuf::from("/bin/true");
    assert!(scene.refusal().starts_with("the keeper of `/bin/true` did not say whether it started"));
}

#[test]
fn the_hidden_command_typed_by_a_person_ends_at_once() {
    let status = std::process::Command::new(env!("CARGO_BIN_EXE_samocode"))
        .arg("__keeper")
        .stdin(std::process::Stdio::null())
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(2));
}

#[test]
fn two_hundred_launches_leave_no_descriptor_and_no_process() {
    let open = || fs::read_dir("/proc/self/fd").unwrap().count();
    let scene = Scene::script("echo $PPID >> pids");
    let before = open();
    for _ in 0..200 {
        scene.run();
    }
    // Other tests of this process open and close some meanwhile, but one leaked per launch would be 200.
    assert!(open() < before + 100, "{before} descriptors became {}", open());
    let keepers = scene.pids();
    assert_eq!(keepers.len(), 200);
    assert!(!keepers.into_iter().any(is_alive));
}
