//! The process that holds a `Running` is killed with -9. It is this very test program, started again for one test,
//! which then plays the part of samocode.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use samocode::process::{Graces, Tagged, end_tagged};

use super::{DEADLINE, ESCAPE, SHORT, Scene, eventually, is_alive};

const PART: &str = "SUITE_HOLDER_OF";

/// In the process that is to be killed: starts the program in `dir`, says so, and waits for the end.
fn hold(dir: &Path, graces: Graces) -> ! {
    let mut scene = Scene::script(&format!("trap '' INT TERM\n{ESCAPE}while :; do sleep 1000; done"));
    scene.launch.spec.dir = dir.to_owned();
    scene.launch.tag = tag(dir);
    scene.launch.graces = graces;
    let started = scene.start_until_ready();
    fs::write(dir.join("holding"), started.running.pid().to_string()).unwrap();
    started.running.wait();
    unreachable!("the program never ends by itself");
}

fn tag(dir: &Path) -> String {
    format!("{}/1", dir.file_name().unwrap().to_str().unwrap())
}

struct Holder {
    scene: Scene,
    child: Child,
}

impl Holder {
    fn start(test: &str) -> Self {
        let scene = Scene::script("");
        let child = Command::new(env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(PART, scene.dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { scene, child }
    }

    /// Kills the holder with -9 once its program and the escapees run; gives the program.
    fn kill(&mut self) -> i32 {
        let holding = self.scene.path("holding");
        eventually("the holder holds", || fs::read_to_string(&holding).is_ok_and(|text| !text.is_empty()));
        let program = fs::read_to_string(&holding).unwrap().parse().unwrap();
        assert!(is_alive(program));
        assert_eq!(self.scene.alive().len(), 4);
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        program
    }
}

#[test]
fn nothing_is_left_when_samocode_is_killed() {
    if let Some(dir) = env::var_os(PART) {
        hold(&PathBuf::from(dir), SHORT);
    }
    let mut holder = Holder::start("process::holder::nothing_is_left_when_samocode_is_killed");
    let program = holder.kill();
    eventually("the program is gone", || !is_alive(program));
    eventually("the escapees are gone", || holder.scene.alive().is_empty());
}

#[test]
fn the_next_samocode_need_not_wait_for_the_keeper_of_the_last() {
    if let Some(dir) = env::var_os(PART) {
        let long = Duration::from_secs(600);
        hold(&PathBuf::from(dir), Graces { interrupt: long, terminate: long, leftovers: long });
    }
    let mut holder =
        Holder::start("process::holder::the_next_samocode_need_not_wait_for_the_keeper_of_the_last");
    let program = holder.kill();
    let tag = tag(holder.scene.dir.path());
    let start = Instant::now();
    let swept = end_tagged(Tagged::Of(tag.split('/').next().unwrap())).unwrap();
    assert!(start.elapsed() < DEADLINE);
    assert!(swept.ended >= 1 && swept.left.is_empty(), "{swept:?}");
    assert!(!is_alive(program));
    assert!(holder.scene.alive().is_empty(), "those with a cleared environment, too");
}
