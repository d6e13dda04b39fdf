//! One whole session, played to its end by a person who sees what stands and does what is asked. One process of it may
//! be killed at a point.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use samocode::domain::event::Event;
use samocode::domain::request::Effect;
use samocode::engine::GateKindView;

use crate::plot::{GUIDANCE, Plot};
use crate::suite::scenario::{Running, Scenario, until};

const PATIENCE: Duration = Duration::from_secs(40);
const POLL: Duration = Duration::from_millis(10);

/// A process and the point at which it dies: `name#count`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Death {
    pub(crate) command: &'static str,
    pub(crate) at: String,
}

/// A session that was played to its end.
pub(crate) struct Played {
    pub(crate) scenario: Scenario,
    /// Whether the process that was to die did.
    pub(crate) died: bool,
}

impl Played {
    /// The points that the process of a command passed, in order.
    pub(crate) fn points(&self, command: &str) -> Vec<String> {
        let text = fs::read_to_string(list(&self.scenario, command)).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

fn list(scenario: &Scenario, command: &str) -> PathBuf {
    scenario.path(&format!("points-{command}"))
}

/// Plays a session. With a death, that process is killed there, once, and its command typed again where it is needed.
pub(crate) fn play(plot: &Plot, death: Option<&Death>) -> Played {
    // A disk that forgets in a power cut is as good as any other here, and much quicker.
    let memory = Path::new("/dev/shm");
    if tempfile::tempdir_in(memory).is_ok() {
        drop(tempfile::env::override_temp_dir(memory));
    }
    let scenario = (plot.project)();
    let died = {
        let mut person =
            Person { scenario: &scenario, first: plot.first, death: death.cloned(), died: false, act: None };
        person.see_it_through();
        person.died
    };
    Played { scenario, died }
}

struct Person<'a> {
    scenario: &'a Scenario,
    first: &'static [&'static str],
    /// The death that is still to come.
    death: Option<Death>,
    died: bool,
    /// A command that is under way beside the run.
    act: Option<(&'static str, Running<'a>)>,
}

impl<'a> Person<'a> {
    fn see_it_through(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        let mut run = self.run();
        let mut seen = None;
        loop {
            assert!(Instant::now() < deadline, "the session does not end");
            if run.is_over() {
                let ended = run.end();
                if ended.code.is_some() {
                    ended.expect_exit(0);
                    break;
                }
                self.bury("run");
                run = self.run();
            }
            // Reading the session costs more than all the rest.
            let stands = self.stands();
            if self.act.is_some() || seen != stands {
                self.act();
                seen = stands;
            }
            thread::sleep(POLL);
        }
        if let Some((_, act)) = self.act.take() {
            // Killed with its request on the way, or it hears that there is nothing to be done any more.
            act.end();
        }
        let root = self.scenario.root();
        until("the end of all processes", || processes_in(&root).is_empty().then_some(()));
    }

    /// What changes when there may be something to do.
    fn stands(&self) -> Option<(u64, usize)> {
        let layout = self.scenario.session()?;
        let length = fs::metadata(layout.journal()).ok()?.len();
        Some((length, fs::read_dir(layout.inbox()).ok()?.count()))
    }

    /// Starts the session, or goes on with it once there is one.
    fn run(&mut self) -> Running<'a> {
        if self.scenario.session().is_some() {
            self.start("run", &["run", "auth"])
        } else {
            self.start("run", self.first)
        }
    }

    fn start(&mut self, command: &'static str, arguments: &[&str]) -> Running<'a> {
        let mut process = self.scenario.command(arguments.iter().copied());
        match &self.death {
            Some(death) if death.command == command => {
                process.env("SAMOCODE_CRASH_AT", &death.at);
            }
            Some(_) => {}
            None if self.died => {}
            None => {
                process.env("SAMOCODE_CRASH_LIST", OsString::from(list(self.scenario, command)));
            }
        }
        self.scenario.start_command(process)
    }

    fn bury(&mut self, command: &str) {
        assert!(
            self.death.take().is_some_and(|death| death.command == command),
            "`{command}` was killed by something else"
        );
        self.died = true;
    }

    /// Does what the session waits for, and does it again only where it was lost.
    fn act(&mut self) {
        if let Some((command, mut act)) = self.act.take() {
            if !act.is_over() {
                self.act = Some((command, act));
                return;
            }
            let ended = act.end();
            if ended.code.is_some() {
                ended.expect_exit(0);
            } else {
                self.bury(command);
            }
        }
        // What waits in the inbox first: it is journaled before it is taken out.
        let Some(layout) = self.scenario.session() else { return };
        let on_its_way = fs::read_dir(layout.inbox()).is_ok_and(|mut inbox| {
            inbox.any(|entry| entry.unwrap().path().extension().is_some_and(|ending| ending == "json"))
        });
        let Some(view) = self.scenario.look().filter(|_| !on_its_way) else { return };
        let Some(gate) = view.gate else { return };
        if self.scenario.count(|event| matches!(event, Event::Posted { gate: of } if of.as_str() == gate.id))
            == 0
        {
            return;
        }
        let guided = |event: &Event| matches!(event, Event::Received(received) if matches!(received.effect, Effect::Guided(_)));
        let (command, arguments): (&'static str, Vec<&str>) = match gate.kind {
            GateKindView::Answers { .. } if self.scenario.count(guided) == 0 => {
                ("tell", vec!["tell", "auth", GUIDANCE])
            }
            GateKindView::Answers { .. } => ("answer", vec!["answer", "auth", "Q1=A", "Q2=an hour"]),
            GateKindView::Approval { .. } => ("approve", vec!["approve", "auth"]),
            GateKindView::HumanAction { .. } => panic!("nobody asks for that here"),
        };
        let act = self.start(command, &arguments);
        self.act = Some((command, act));
    }
}

/// Processes that were started for this scenario and live.
fn processes_in(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let path = entry.path();
        let Ok(environment) = fs::read(path.join("environ")) else { continue };
        let named = root.as_os_str().as_encoded_bytes();
        let inside = fs::read_link(path.join("cwd")).is_ok_and(|dir| dir.starts_with(root))
            || environment.windows(named.len()).any(|part| part == named);
        if inside && !environment.is_empty() {
            found.push(path);
        }
    }
    found
}
