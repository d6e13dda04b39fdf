//! Drives one schedule: starts samocode, kills it, acts as the person, and looks at everything after each end.

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

use samocode::domain::session::State;
use samocode::store::Layout;
use samocode_testing_agent::SCRIPT_VARIABLE;

use super::follower::Follower;
use super::person::{self, Deed};
use super::{Figures, agent, checks, leftovers};
use crate::properties::dice::Dice;
use crate::scenario::{Running, Scenario};

const RUN: [&str; 4] = ["run", "auth", "--task", "Add tokens"];
/// Nothing stands still for so long.
const PATIENCE: Duration = Duration::from_secs(90);
/// After so long the person tries something else.
const SECOND_THOUGHTS: Duration = Duration::from_secs(6);
const POLL: Duration = Duration::from_millis(6);
/// Iterations may go on for so many more while samocode is ended.
const SPARE: u32 = 50;

/// How one samocode process is to end.
#[derive(Debug, Clone, Copy)]
enum Doom {
    /// As it likes.
    Spared,
    /// Killed so long after its start.
    Early(Duration),
    /// Killed so long after the start of the iteration with this number.
    Within(u32, Duration),
}

pub(super) struct Drive<'a> {
    scenario: &'a Scenario,
    seed: u64,
    iterations: u32,
    layout: Option<Layout>,
    follower: Option<Follower>,
    /// What the person did about which state, when, and for the how-manieth time.
    acted: Option<(String, Instant, u64)>,
    whims: u32,
    deeds: Vec<Running<'a>>,
    approvals: u32,
    last_change: Instant,
    /// Processes of agents that were seen to be dead.
    dead: BTreeSet<u32>,
    figures: Figures,
}

/// A project for schedules, with what its agent does.
pub(super) fn scenario(seed: u64, iterations: u32) -> Scenario {
    let scenario = Scenario::new()
        .config("SAMOCODE_STALL_START=1")
        .config("SAMOCODE_STALL_STREAM=1")
        .config("CLAUDE_TIMEOUT=20");
    let scripts = scenario.path("scripts");
    fs::create_dir(&scripts).unwrap();
    for iteration in 1..=iterations + SPARE {
        let script = agent::script(&dice(seed, "agent", iteration.into()), &scenario.records());
        script.write(&scripts.join(format!("{iteration}.json"))).unwrap();
    }
    scenario.env(SCRIPT_VARIABLE, scripts)
}

/// Choices of their own for each thing that has to be chosen: what one needs more of changes nothing for the others.
fn dice(seed: u64, what: &str, number: u64) -> Dice {
    let mixed = what.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |mixed, byte| {
        (mixed ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    Dice::Seed(mixed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

impl<'a> Drive<'a> {
    pub(super) fn new(scenario: &'a Scenario, seed: u64, iterations: u32) -> Self {
        Self {
            scenario,
            seed,
            iterations,
            layout: None,
            follower: None,
            acted: None,
            whims: 0,
            deeds: Vec::new(),
            approvals: 0,
            last_change: Instant::now(),
            dead: BTreeSet::new(),
            figures: Figures::default(),
        }
    }

    /// From the first start to the last look.
    pub(super) fn run(mut self) -> Result<Figures, String> {
        while self.iteration() < self.iterations {
            self.live()?;
            self.between()?;
        }
        let (Some(layout), Some(follower)) = (&self.layout, &self.follower) else {
            return Err("no session was made".to_owned());
        };
        checks::journal(layout, follower)?;
        checks::status(self.scenario, follower)?;
        checks::planted(&self.scenario.records())?;
        if follower.audit.approvals > self.approvals {
            return Err(format!(
                "{} approvals, and the person gave {}",
                follower.audit.approvals, self.approvals
            ));
        }
        self.figures.commits = checks::commits(self.scenario, layout)?;
        self.figures.gates = follower.audit.opened;
        self.figures.approvals = follower.audit.approvals;
        self.figures.iterations = self.iteration();
        Ok(self.figures)
    }

    fn iteration(&self) -> u32 {
        self.follower.as_ref().map_or(0, Follower::iteration)
    }

    /// One samocode process, from its start to its end.
    fn live(&mut self) -> Result<(), String> {
        let mut dice = dice(self.seed, "life", self.figures.lives.into());
        self.figures.lives += 1;
        let doom = match dice.below(10) {
            0..=1 => Doom::Early(Duration::from_millis(dice.below(120) as u64)),
            2..=6 => {
                let after = u32::try_from(dice.below(12)).unwrap_or(0);
                let moment = Duration::from_millis(dice.below(110) as u64);
                Doom::Within(self.iteration() + 1 + after, moment)
            }
            _ => Doom::Spared,
        };
        let known = self.follower.as_ref().is_some_and(|follower| follower.session.is_some());
        let mut words = if known { RUN[..2].to_vec() } else { RUN.to_vec() };
        if dice.chance(20) {
            words.push("--exit-on-wait");
        }
        let mut running = self.scenario.start(words);
        let begun = Instant::now();
        let mut within = None;
        loop {
            self.follow()?;
            if running.has_ended() {
                return self.ended(running);
            }
            if let Doom::Within(number, _) = doom
                && self.iteration() >= number
            {
                within.get_or_insert_with(Instant::now);
            }
            let due = match doom {
                Doom::Spared => false,
                Doom::Early(moment) => begun.elapsed() >= moment,
                Doom::Within(_, moment) => within.is_some_and(|since| since.elapsed() >= moment),
            };
            if due || self.iteration() >= self.iterations {
                return self.kill(running);
            }
            self.be_a_person()?;
            std::thread::sleep(POLL);
        }
    }

    /// Reads on, and looks for what an iteration that is over left alive.
    fn follow(&mut self) -> Result<(), String> {
        if self.follower.is_none() {
            self.layout = self.scenario.session();
            self.follower = self.layout.as_ref().map(|layout| Follower::new(layout.journal()));
        }
        let daemons = leftovers::daemons(&self.scenario.records());
        let Some(follower) = &mut self.follower else {
            return Ok(());
        };
        if follower.poll()? {
            self.last_change = Instant::now();
            if let Some(session) = &follower.session
                && !matches!(session.state, State::Running(_))
            {
                let alive = leftovers::alive(daemons, &mut self.dead);
                if !alive.is_empty() {
                    return Err(format!("{alive:?} outlived iteration {}", session.iteration));
                }
            }
        }
        if self.last_change.elapsed() > PATIENCE {
            return Err(format!("nothing happened for {PATIENCE:?} after {}", follower.last));
        }
        Ok(())
    }

    /// It ended by itself: the notebook says what the journal says.
    fn ended(&mut self, running: Running<'a>) -> Result<(), String> {
        self.follow()?;
        let ended = running.end();
        if !matches!(ended.code, Some(0 | 10 | 11 | 13)) {
            return Err(format!("it ended with {:?}:\n{}\n{}", ended.code, ended.out, ended.err));
        }
        match (&self.layout, self.follower.as_ref().and_then(|follower| follower.session.as_ref())) {
            (Some(layout), Some(session)) => checks::notebook(layout, session),
            _ => Ok(()),
        }
    }

    /// Kills it; all that it had started ends, too, without another start.
    fn kill(&mut self, running: Running<'a>) -> Result<(), String> {
        running.kill();
        self.figures.kills += 1;
        let records = self.scenario.records();
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let pids = [leftovers::daemons(&records), leftovers::agents(&records)].concat();
            let mut alive = leftovers::alive(pids, &mut self.dead);
            if alive.is_empty() {
                alive = self.layout.as_ref().map(leftovers::tagged).unwrap_or_default();
            }
            if alive.is_empty() {
                break;
            } else if Instant::now() > deadline {
                return Err(format!("{alive:?} outlived samocode"));
            }
            std::thread::sleep(POLL);
        }
        self.follow()
    }

    /// The person acts once for what the session needs, and again when that did not help.
    fn be_a_person(&mut self) -> Result<(), String> {
        self.deeds.retain_mut(|deed| !deed.has_ended());
        let Some(session) = self.follower.as_ref().and_then(|follower| follower.session.clone()) else {
            return Ok(());
        };
        if session.iteration > self.whims {
            self.whims = session.iteration;
            if let Some(deed) = person::whim(&mut dice(self.seed, "whim", self.whims.into())) {
                self.act(deed);
            }
        }
        let need = match &session.state {
            State::Waiting(_) if !session.posted => return Ok(()),
            State::Waiting(gate) => format!("gate of {} {}", session.iteration, gate.phase),
            State::Parked(_) | State::Blocked(_) | State::Done(_) => {
                format!(
                    "{} of {}",
                    if matches!(session.state, State::Done(_)) { "end" } else { "hold" },
                    session.iteration
                )
            }
            _ => return Ok(()),
        };
        let again = match &self.acted {
            Some((last, since, times))
                if *last == need && self.deeds.is_empty() && since.elapsed() > SECOND_THOUGHTS =>
            {
                times + 1
            }
            Some((last, ..)) if *last == need => return Ok(()),
            _ => 0,
        };
        let mut dice = dice(self.seed, "person", u64::from(session.iteration) * 100 + again);
        if let Some(deed) = person::deed(&mut dice, &session) {
            self.act(deed);
        }
        self.acted = Some((need, Instant::now(), again));
        Ok(())
    }

    fn act(&mut self, deed: Deed) {
        self.approvals += u32::from(deed.approves());
        self.figures.acts += 1;
        match deed {
            Deed::Command(verb, rest) => {
                let words = [&[verb, "auth"], rest].concat();
                self.deeds.push(self.scenario.start(words));
            }
            Deed::AnswersByHand => self.edit("_qa.md", |text| text.replace("_waiting_", "A")),
            Deed::PhaseByHand(to) => self.edit("_overview.md", |text| {
                let line = |line: &str| {
                    if line.starts_with("Phase: ") { format!("Phase: {to}\n") } else { format!("{line}\n") }
                };
                text.lines().map(line).collect()
            }),
        }
    }

    /// Saves a file as an editor does.
    fn edit(&self, name: &str, change: impl FnOnce(&str) -> String) {
        if let Some(layout) = &self.layout {
            let path = layout.session_dir().join(name);
            let text = fs::read_to_string(&path).unwrap_or_default();
            drop(fs::write(&path, change(&text)));
        }
    }

    /// No samocode is at work: the person does what has to be done before the next start, and at times more.
    fn between(&mut self) -> Result<(), String> {
        // Requests of a person whose orchestrator was killed stay in the inbox.
        while !self.deeds.iter_mut().all(Running::has_ended) {
            std::thread::sleep(POLL);
        }
        self.deeds.clear();
        self.follow()?;
        let Some(session) = self.follower.as_ref().and_then(|follower| follower.session.clone()) else {
            return Ok(());
        };
        let mut dice = dice(self.seed, "between", self.figures.lives.into());
        let must = matches!(session.state, State::Blocked(_) | State::Done(_));
        if (must || dice.chance(40))
            && (session.posted || !matches!(session.state, State::Waiting(_)))
            && let Some(deed) = person::deed(&mut dice, &session)
            && matches!(deed, Deed::Command(..))
        {
            self.act(deed);
            for deed in self.deeds.drain(..) {
                drop(deed.end());
            }
        }
        self.acted = None;
        self.last_change = Instant::now();
        Ok(())
    }
}
