//! The person of the demo: waits beside the engine for a gate to open, and passes it as somebody at another terminal
//! would, through the session's inbox. Never works on the engine's own thread.

use std::collections::BTreeMap;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use crate::cli::context::{Context, login};
use crate::cli::failure::Failure;
use crate::cli::screen::RunScreen;
use crate::cli::{answer, style, terminal};
use crate::domain::gate::GateId;
use crate::domain::qa;
use crate::domain::request::{Act, Who};
use crate::engine::{self, GateKindView, Progress, QuestionView, Screen, View};
use crate::store::Layout;

/// Long enough to see that somebody is asked. In a pipe nobody watches.
const PAUSE: Duration = Duration::from_secs(3);

/// A screen that also tells the demo's person when one is needed.
pub(super) struct DemoScreen<'a> {
    screen: RunScreen<'a>,
    needed: Sender<View>,
}

impl<'a> DemoScreen<'a> {
    /// Starts the person on a thread of its own; it ends with the screen.
    pub(super) fn new(context: &'a Context, person: Person) -> Self {
        let (needed, asked) = channel();
        thread::spawn(move || {
            for view in asked {
                if let Err(failure) = person.attend(&view) {
                    failure.print();
                }
            }
        });
        Self { screen: RunScreen::new(context), needed }
    }
}

impl Screen for DemoScreen<'_> {
    fn show(&mut self, progress: Progress<'_>) {
        self.screen.show(progress);
        if let Progress::Needed(view) = progress {
            // The person's thread lives as long as this sender.
            let _ = self.needed.send(view.clone());
        }
    }
}

/// Who passes the gates.
pub(super) struct Person {
    layout: Layout,
    session: &'static str,
    ask: bool,
}

impl Person {
    pub(super) fn new(layout: &Layout, session: &'static str, ask: bool) -> Self {
        Self { layout: layout.clone(), session, ask }
    }

    fn attend(&self, view: &View) -> Result<(), Failure> {
        let Some(gate) = &view.gate else {
            return Ok(());
        };
        let id = GateId::from_random(gate.id.clone());
        let (who, act) = if self.ask {
            (Who::Terminal(login()), self.asked(id, &gate.kind)?)
        } else {
            (Who::Terminal("the demo, in your place,".to_owned()), self.played(id, &gate.kind)?)
        };
        if let Some(act) = act {
            engine::post(&self.layout, who, act)?;
        }
        Ok(())
    }

    /// What a person would do who agrees with the agent, and the command for it.
    fn played(&self, gate: GateId, kind: &GateKindView) -> Result<Option<Act>, Failure> {
        let (command, act, waits) = match kind {
            GateKindView::Answers { questions, .. } => {
                let (words, answers) = self.suggestions(questions)?;
                let waits =
                    "Here samocode waits for you, for days if need be; no tokens are spent meanwhile.";
                (format!("answer {} {words}", self.session), Act::Answer { gate, answers }, waits)
            }
            GateKindView::Approval { sha256, .. } => {
                let sha256 = sha256.clone().unwrap_or_default();
                let waits = "Here it waits again: no code is written before you have approved the plan.";
                (format!("approve {}", self.session), Act::Approve { gate, sha256 }, waits)
            }
            GateKindView::HumanAction { .. } => return Ok(None),
        };
        let when = if terminal::is_terminal() { format!("in {} s ", PAUSE.as_secs()) } else { String::new() };
        terminal::line(&format!("{waits}\nThe demo goes on {when}as if you had typed, at another terminal:"));
        if terminal::is_terminal() {
            thread::sleep(PAUSE);
        }
        terminal::line(&format!("{}\n", style::command(&format!("$ samocode {command}"))));
        Ok(Some(act))
    }

    /// `Q1=A Q2=B`, and the same as answers.
    fn suggestions(&self, questions: &[QuestionView]) -> Result<(String, BTreeMap<String, String>), Failure> {
        let parsed = qa::parse(&self.questions()?);
        let mut words = Vec::new();
        let mut answers = BTreeMap::new();
        for open in questions.iter().filter(|question| question.answer.is_none()) {
            if let Some(question) = parsed.question(&open.id) {
                let resolved =
                    qa::resolve_answer(question, "suggestion").map_err(|e| Failure::usage(e.to_string()))?;
                words.push(format!("{}={}", open.id, resolved.letters.iter().collect::<String>()));
                answers.insert(open.id.clone(), resolved.text);
            }
        }
        Ok((words.join(" "), answers))
    }

    fn questions(&self) -> Result<String, Failure> {
        let path = self.layout.qa();
        std::fs::read_to_string(&path)
            .map_err(|e| Failure::usage(format!("cannot read {}: {e}", path.display())))
    }

    /// Asks on this terminal. The end of input ends the session, with everything kept.
    fn asked(&self, gate: GateId, kind: &GateKindView) -> Result<Option<Act>, Failure> {
        match kind {
            GateKindView::Answers { questions, .. } => {
                let command = format!("samocode answer {}", self.session);
                terminal::line(&format!("Answer here, as `{}` would ask you:\n", style::command(&command)));
                let parsed = qa::parse(&self.questions()?);
                Ok(Some(match answer::interview(&parsed, questions) {
                    Ok(answers) => Act::Answer { gate, answers },
                    Err(_) => leave(),
                }))
            }
            GateKindView::Approval { file, sha256, .. } => {
                let plan = std::fs::read_to_string(file).unwrap_or_default();
                terminal::line(&format!("The plan:\n\n  {}\n", plan.trim_end().replace('\n', "\n  ")));
                Ok(Some(verdict(gate, sha256.clone().unwrap_or_default())))
            }
            GateKindView::HumanAction { .. } => Ok(None),
        }
    }
}

/// The end of input, in the middle of a line.
fn leave() -> Act {
    terminal::line("");
    Act::Stop { orchestrator: None, run: None }
}

/// `y` approves, other words send the plan back with them.
fn verdict(gate: GateId, sha256: String) -> Act {
    loop {
        match terminal::ask("approve this plan? [y, or what to change] ").as_deref().map(str::trim) {
            None => return leave(),
            Some("") => {}
            Some("y" | "Y" | "yes") => return Act::Approve { gate, sha256 },
            Some("n" | "N" | "no") => terminal::line("say in a few words what to change"),
            Some(message) => return Act::Reject { gate, message: message.to_owned() },
        }
    }
}
