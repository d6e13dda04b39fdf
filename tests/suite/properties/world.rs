//! What stands in the session's folder and worktree while a random history runs, and the clock on the wall.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use samocode::domain::check::Head;
use samocode::domain::gate::{GateAsk, PlanFile};
use samocode::domain::request::{Scene, SceneQuestion};
use samocode::domain::session::Session;
use samocode::domain::verdict::Facts;

use super::dice::Dice;

#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) now: Timestamp,
    pub(super) questions: Vec<SceneQuestion>,
    pub(super) documents: BTreeSet<String>,
    /// The version of the plan's bytes; none while it cannot be read.
    pub(super) plan: Option<usize>,
    pub(super) branch_trouble: bool,
    /// What is checked out: 0 is the base, and of the others each two hold the same files.
    pub(super) commit: usize,
    /// Git does not say what is checked out.
    pub(super) unreadable: bool,
    /// The iteration that runs has changed nothing.
    pub(super) unchanged: bool,
    /// A question's number stands twice in `_qa.md`.
    pub(super) repeated: bool,
}

impl World {
    pub(super) fn new(dice: &mut Dice) -> Self {
        let start = if dice.chance(1) {
            dice.pick(&[Timestamp::MIN, Timestamp::MAX, Timestamp::UNIX_EPOCH])
        } else {
            Timestamp::from_second(1_767_000_000).unwrap()
        };
        Self {
            now: start,
            questions: Vec::new(),
            documents: BTreeSet::new(),
            plan: None,
            branch_trouble: false,
            commit: 0,
            unreadable: false,
            unchanged: false,
            repeated: false,
        }
    }

    /// Time passes; now and then the clock is set forward or back.
    pub(super) fn tick(&mut self, dice: &mut Dice) {
        let seconds = match dice.below(40) {
            0 => -7200,
            1 => 100_000,
            2 => -1,
            3 => 900,
            _ => 1,
        };
        self.now = later(self.now, SignedDuration::from_secs(seconds));
    }

    /// What a child or a person does in the folder and the worktree.
    pub(super) fn change(&mut self, dice: &mut Dice) {
        match dice.below(19) {
            13..17 => self.commit += 1,
            17 => self.commit = dice.below(3),
            18 => self.unreadable = dice.chance(30),
            11 => self.repeated = dice.chance(30),
            12 => self.repeated = false,
            1 | 2 => self.ask(dice),
            3 => self.questions.truncate(dice.below(3)),
            4 => self.plan = None,
            5 => self.documents.clear(),
            6 => self.branch_trouble = true,
            7 => {
                if let Some(question) = self.questions.first_mut() {
                    question.title.push('?');
                }
            }
            8 => self.documents.extend(["requirements".to_owned(), "plan".to_owned()]),
            9 => self.branch_trouble = false,
            10 => self.plan = Some(dice.below(6)),
            _ => {}
        }
    }

    pub(super) fn ask(&mut self, dice: &mut Dice) {
        let id = format!("Q{}", 1 + dice.below(4));
        if !self.questions.iter().any(|question| question.id == id) {
            self.questions.push(SceneQuestion { title: format!("what about {id}"), id });
        }
    }

    /// A person brings back what was checked out earlier, with the branch or only the files.
    pub(super) fn restore(&mut self, dice: &mut Dice) {
        self.commit = dice.below(self.commit + 1);
        self.branch_trouble = dice.chance(20);
    }

    /// What is checked out, as git says it.
    pub(super) fn head(&self) -> Option<Head> {
        let (commit, tree) = (format!("c{}", self.commit), format!("t{}", self.commit.div_ceil(2)));
        (!self.unreadable).then_some(Head { commit, tree })
    }

    pub(super) fn plan_sha256(&self) -> Option<String> {
        self.plan.map(sha256)
    }

    /// As the engine gathers them when a child has ended.
    pub(super) fn facts(&self, session: &Session) -> Facts {
        let plan = |version| PlanFile { file: "plan.md".to_owned(), sha256: sha256(version) };
        let listed = self.documents.contains("plan");
        Facts {
            branch_trouble: self.branch_trouble.then(|| "the worktree has changes".to_owned()),
            documents: self.documents.clone(),
            questions: self.questions.len(),
            repeated_questions: if self.repeated { vec!["Q1".to_owned()] } else { Vec::new() },
            open_questions: self
                .questions
                .iter()
                .filter(|question| !session.has_answer(&question.id, &question.title))
                .map(|question| question.id.clone())
                .collect(),
            plan: match self.plan {
                Some(version) => Some(Ok(plan(version))),
                None => listed.then(|| Err("plan.md cannot be read".to_owned())),
            },
            unchanged: self.unchanged,
            head: self.head(),
            tampering: None,
        }
    }

    /// As the engine looks it up when a request is judged.
    pub(super) fn scene(&self, session: &Session) -> Scene {
        let at_plan = session.open_gate().is_some_and(|gate| matches!(gate.ask, GateAsk::Approval(_)));
        Scene {
            questions: self.questions.clone(),
            plan_sha256: if at_plan { self.plan_sha256() } else { None },
        }
    }
}

pub(super) fn sha256(version: usize) -> String {
    format!("{version:064x}")
}

/// `at` and `by` added up, without leaving the calendar.
pub(super) fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    let edge = if by.is_negative() { Timestamp::MIN } else { Timestamp::MAX };
    at.checked_add(by).unwrap_or(edge)
}
