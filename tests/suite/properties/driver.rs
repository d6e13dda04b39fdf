//! Drives one random history through the domain, in the order in which the engine does it.

use std::collections::BTreeSet;
use std::sync::Arc;

use samocode::domain::event::{Adopted, Created, Entry, Event, Judged, Started};
use samocode::domain::gate::{Gate, GateAsk, GateId};
use samocode::domain::outcome::{Interruption, Outcome};
use samocode::domain::request::{Act, Answer, Request, Who};
use samocode::domain::session::{Session, State};
use samocode::domain::signal::SignalFault;
use samocode::domain::step::Step;
use samocode::domain::verdict::{Block, BlockCause, Decision, Verdict};
use samocode::domain::workflow::Workflow;

use super::dice::Dice;
use super::law::{Breach, Law};
use super::plot::{Plot, Rules, Terms};
use super::record::{Record, entry};
use super::world::World;
use super::{agent, person};

mod between;
mod requests;

struct Driver {
    rules: Rules,
    dice: Dice,
    world: World,
    terms: Terms,
    record: Record,
    law: Law,
    gates: Vec<GateId>,
    sent: Vec<Request>,
    numbers: u32,
    /// How often an orchestrator took the session up.
    starts: u32,
    history: Vec<Entry>,
}

/// What a history came to.
pub(super) struct Told {
    /// The phases that were entered and the kinds of states that were seen.
    pub(super) seen: BTreeSet<String>,
}

/// Runs one history.
///
/// # Errors
/// The breach with all that led to it.
pub(super) fn run(plot: &Plot<'_>, mut dice: Dice) -> Result<Told, Breach> {
    let (text, workflow) = {
        let place = dice.below(plot.pool.len());
        &plot.pool[place]
    };
    let world = World::new(&mut dice);
    let created = Created {
        name: "a".to_owned(),
        workflow: text.clone(),
        task: Some("do it".to_owned()),
        dive: None,
        branch: "a".to_owned(),
        own_branch: true,
    };
    let record = if plot.on_disk {
        Record::store(created, world.now)
    } else {
        let first = entry(Event::Created(Box::new(created)), world.now);
        let begun = begin(&first, workflow);
        Record::memory(first, begun, dice.chance(10))
    };
    let terms = Terms::new(&mut dice);
    let law = Law::new(record.session(), &terms, plot.on_disk || dice.chance(10));
    let turns = 5 + dice.below(plot.most_turns);
    let mut driver = Driver {
        rules: plot.rules,
        dice,
        world,
        terms,
        record,
        law,
        gates: Vec::new(),
        sent: Vec::new(),
        numbers: 0,
        starts: 0,
        history: Vec::new(),
    };
    let mut seen = BTreeSet::new();
    driver.play(turns, &mut seen).map_err(|breach| {
        let history: Vec<String> = driver.history.iter().map(|e| format!("{} {:?}", e.at, e.event)).collect();
        format!("{breach}\n{:?}\nworkflow:\n{text}\n{}", driver.terms, history.join("\n"))
    })?;
    Ok(Told { seen })
}

/// The session of a first entry, without parsing its workflow again.
fn begin(first: &Entry, workflow: &Arc<Workflow>) -> Session {
    thread_local! {
        static BEGUN: std::cell::RefCell<Option<Session>> = const { std::cell::RefCell::new(None) };
    }
    BEGUN.with_borrow_mut(|begun| {
        let mut session = begun.get_or_insert_with(|| Session::begin(first).unwrap()).clone();
        session.phase = workflow.first().name.clone();
        session.workflow = Arc::clone(workflow);
        session.created_at = first.at;
        session.changed_at = first.at;
        session
    })
}

impl Driver {
    fn play(&mut self, turns: usize, seen: &mut BTreeSet<String>) -> Result<(), Breach> {
        if self.dice.chance(15) {
            self.adopt()?;
        }
        self.begin()?;
        for _ in 0..turns {
            self.turn()?;
            seen.insert(self.session().phase.to_string());
            seen.insert(state_name(&self.session().state).to_owned());
            if self.dice.is_spent() {
                break;
            }
        }
        let whole = self.dice.chance(2);
        self.record.restart(&self.rules, self.world.now, b"", whole)
    }

    fn session(&self) -> &Session {
        self.record.session()
    }

    /// Journals an event and holds it against the law.
    fn append(&mut self, event: Event) -> Result<(), Breach> {
        let entry = entry(event, self.world.now);
        let before = self.session().clone();
        self.history.push(entry.clone());
        self.record.append(&self.rules, &entry).map_err(|detail| format!("does not fit: {detail}"))?;
        self.law.see(&before, &entry, self.record.session(), &self.world)
    }

    fn begin(&mut self) -> Result<(), Breach> {
        self.starts += 1;
        self.append(Event::Began { version: "0".to_owned(), pid: 1, run: String::new() })
    }

    fn adopt(&mut self) -> Result<(), Breach> {
        let phases: Vec<_> = self.session().workflow.phases().map(|rules| rules.name.clone()).collect();
        self.world.ask(&mut self.dice);
        let answer = self.world.questions.first().map(|question| Answer {
            id: question.id.clone(),
            title: question.title.clone(),
            text: "as it stood".to_owned(),
            place: 0,
        });
        let phase = self.dice.pick(&phases);
        let iterations = self.dice.pick(&[0, 1, 17, 1_000_000]);
        self.append(Event::Adopted(Adopted {
            phase,
            iterations,
            in_phase: 0,
            answers: answer.into_iter().collect(),
        }))
    }

    /// The process is killed, or ends, and another one takes the session up.
    fn restart(&mut self) -> Result<(), Breach> {
        let torn: &[u8] = self.dice.pick(&[b"", b"{\"v\":1,\"at\":", b"\0\0\0", b"{}"]);
        let whole = self.dice.chance(5);
        self.record.restart(&self.rules, self.world.now, torn, whole)?;
        if self.dice.chance(15) {
            self.terms.change(&mut self.dice);
            self.law.set(&self.terms);
        }
        if self.dice.chance(15) {
            self.restore()?;
        }
        self.begin()
    }

    fn turn(&mut self) -> Result<(), Breach> {
        self.deliver()?;
        self.world.tick(&mut self.dice);
        if self.dice.chance(30) {
            self.person();
        }
        if self.dice.chance(4) {
            return self.restart();
        }
        if self.take_requests()? {
            return self.restart();
        }
        let own = self.terms.own(&self.session().phase);
        let next = (self.rules.next)(self.session(), &self.terms.policy, own, self.world.now);
        match next.step {
            Step::Prepare => self.prepare(),
            Step::CloseLost => self.judge(Outcome::Interrupted { by: Interruption::OrchestratorLost }),
            Step::Run { after } => {
                if let Some(after) = after.filter(|after| self.world.now < *after) {
                    if self.dice.chance(20) {
                        return Ok(());
                    }
                    self.world.now = after;
                }
                self.iterate(next.instead)
            }
            Step::Verify => self.verify(),
            Step::Wait(gate) => self.wait(&gate),
            Step::Park(pause) => self.wait_out(&pause),
            Step::Hold(block) => self.append(Event::Held(block)),
            Step::Blocked(_) | Step::Finished(_) => {
                if self.dice.chance(70) {
                    self.person();
                }
                self.restart()
            }
        }
    }

    /// An iteration, on the phase's own provider or for a reason on the fallback.
    fn iterate(&mut self, instead: Option<String>) -> Result<(), Breach> {
        if self.take_requests()? {
            return self.restart();
        }
        let own = self.terms.own(&self.session().phase);
        let next = (self.rules.next)(self.session(), &self.terms.policy, own, self.world.now);
        if !matches!(next.step, Step::Run { .. }) || next.instead != instead || !self.review()? {
            return Ok(());
        }
        if self.dice.chance(3) {
            return self.append(Event::Held(unable()));
        }
        let fallback = self.terms.policy.fallback.as_ref().filter(|_| instead.is_some());
        let started = Started {
            iteration: self.session().iteration + 1,
            phase: self.session().phase.clone(),
            provider: fallback.map_or(own, |fallback| &fallback.provider).to_owned(),
            tag: "t".to_owned(),
            own: fallback.map(|_| own.to_owned()),
            instead,
            guidance: self.session().guidance.unread().count(),
        };
        self.append(Event::Started(started))?;
        let start = self.starts;
        for _ in 0..self.dice.below(3) {
            self.world.change(&mut self.dice);
            self.world.tick(&mut self.dice);
            if self.dice.chance(15) {
                self.person();
            }
            if self.take_requests()? {
                self.judge(Outcome::Interrupted { by: Interruption::StopRequest })?;
                return self.restart();
            }
            if self.starts > start {
                // It was killed; the next start closes the iteration.
                return Ok(());
            }
        }
        if self.dice.chance(6) {
            return self.restart();
        }
        let session = self.record.session();
        agent::work(&mut self.dice, session, &mut self.world);
        self.world.unchanged = self.dice.chance(40);
        let outcome = agent::outcome(&mut self.dice, self.terms.trouble, self.world.now);
        // What a child put into the inbox is ruled on before a gate may open.
        let leave = self.take_requests()?;
        if self.starts > start || !matches!(self.session().state, State::Running(_)) {
            return Ok(());
        }
        self.judge(outcome)?;
        if leave { self.restart() } else { Ok(()) }
    }

    fn judge(&mut self, outcome: Outcome) -> Result<(), Breach> {
        let session = self.record.session();
        let iteration = session.iteration;
        let signal = match outcome {
            Outcome::Interrupted { .. } => Err(SignalFault::Missing),
            _ => agent::signal(&mut self.dice, session, iteration),
        };
        self.numbers += 1;
        let gate_id = GateId::from_random(format!("gate-{}", self.numbers));
        let verdict = Verdict { outcome, signal, facts: self.world.facts(session), gate_id: gate_id.clone() };
        let ruling = (self.rules.decide)(session, &self.terms.policy, &verdict, self.world.now);
        if ruling != (self.rules.decide)(session, &self.terms.policy, &verdict, self.world.now) {
            return Err("the same arguments gave two rulings".to_owned());
        }
        if matches!(ruling.decision, Decision::Open(_)) {
            self.gates.push(gate_id);
        }
        let usage = agent::usage(&mut self.dice);
        let took_ms = self.dice.pick(&[1000, 0, 20_000, 1000, 1000, u64::MAX]);
        let head = self.dice.chance(50).then(|| "c1".to_owned());
        self.append(Event::Judged(Box::new(Judged {
            iteration,
            outcome: verdict.outcome,
            signal: verdict.signal,
            decision: ruling.decision,
            told: ruling.told,
            usage,
            took_ms,
            ended: 0,
            unchanged: verdict.facts.unchanged,
            head,
            snapshot_tree: None,
        })))
    }

    fn wait(&mut self, gate: &Gate) -> Result<(), Breach> {
        if !self.session().posted {
            if self.dice.chance(10) {
                return self.restart();
            }
            self.append(Event::Posted { gate: gate.id.clone() })?;
        }
        if self.dice.chance(20) {
            self.world.change(&mut self.dice);
        }
        match self.dice.below(10) {
            0 => {
                let phase = person::edited_phase(&mut self.dice, self.record.session());
                let who = Who::File("_overview.md".to_owned());
                if phase != self.session().phase {
                    self.take_own(who, Act::SetPhase(phase))?;
                }
            }
            1 if gate.ask == GateAsk::Answers => {
                let all = self.world.questions.iter().map(|q| (q.id.clone(), "by hand".to_owned()));
                let act = Act::Answer { gate: gate.id.clone(), answers: all.collect() };
                self.take_own(Who::File("_qa.md".to_owned()), act)?;
            }
            2 => {
                if let GateAsk::Approval(plan) = &gate.ask {
                    let act = Act::Approve { gate: gate.id.clone(), sha256: plan.sha256.clone() };
                    self.take_own(Who::Flag("--approve-plan".to_owned()), act)?;
                }
            }
            3..7 => self.person(),
            _ => {}
        }
        Ok(())
    }
}

fn unable() -> Block {
    Block { cause: BlockCause::Unable, reason: "the set-up command failed".to_owned() }
}

fn state_name(state: &State) -> &'static str {
    match state {
        State::Preparing => "state preparing",
        State::Ready { .. } => "state ready",
        State::Running(_) => "state running",
        State::Verifying(_) => "state verifying",
        State::Waiting(_) => "state waiting",
        State::Parked(_) => "state parked",
        State::Blocked(_) => "state blocked",
        State::Done(_) => "state done",
    }
}
