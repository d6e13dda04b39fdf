//! Keys in an open session: its tabs, and the person's acts.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent};

use super::asking::Spot;
use super::data::{Command, Tab};
use super::dialog::{self, Came, Dialog, Purpose};
use super::{Edit, Model, Notice, way};
use crate::domain::gate::GateId;
use crate::domain::request::Act;
use crate::engine::{GateKindView, View};
use crate::tui::words::Need;

impl Model {
    pub(super) fn session_key(&mut self, key: KeyEvent, commands: &mut Vec<Command>) {
        let Some(open) = &mut self.open else { return };
        if let Some(way) = way(key) {
            return open.scroll(way);
        }
        match key.code {
            KeyCode::Char('q') | KeyCode::Esc => {
                let (was, command) = open.end_search();
                commands.extend(command);
                if !was || key.code == KeyCode::Char('q') {
                    self.open = None;
                    commands.push(Command::Show(None));
                }
            }
            KeyCode::Tab | KeyCode::Right | KeyCode::Char('l') => {
                let tab = open.tab.by(1);
                self.show(tab, commands);
            }
            KeyCode::BackTab | KeyCode::Left | KeyCode::Char('h') => {
                let tab = open.tab.by(5);
                self.show(tab, commands);
            }
            KeyCode::Char(digit @ '1'..='6') => {
                let place = digit.to_digit(10).map_or(0, |digit| digit as usize - 1);
                self.show(Tab::ALL[place], commands);
            }
            KeyCode::Char('/') if !open.asks() => self.prompt = Some(Edit::default()),
            KeyCode::Char('n') => open.step(true),
            KeyCode::Char('N') => open.step(false),
            KeyCode::Char('R') => commands.push(Command::Reload),
            KeyCode::Enter | KeyCode::Char(' ') if open.asks() => {
                self.answer(key.code == KeyCode::Char(' '));
            }
            KeyCode::Char(' ') => open.scroll(super::Move::Halves(2)),
            KeyCode::Char('A') if open.asks() => {
                let left = open.asking.suggest();
                if left > 0 {
                    self.say(&format!("{left} without a suggestion: answer in your own words"), false);
                }
            }
            KeyCode::Char('d') if open.tab == Tab::Plan => {
                let theme = self.setting.theme;
                open.changes =
                    !open.changes && open.plan_text.as_ref().is_some_and(|plan| !plan.changes.is_empty());
                open.show_plan(theme);
            }
            KeyCode::Char(letter) => self.act(letter, commands),
            _ => {}
        }
    }

    fn show(&mut self, tab: Tab, commands: &mut Vec<Command>) {
        if let Some(open) = &mut self.open
            && open.tab != tab
        {
            open.tab = tab;
            commands.push(Command::Show(Some((open.folder.clone(), tab))));
        }
    }

    fn say(&mut self, words: &str, bad: bool) {
        self.notice = Some(Notice { words: words.to_owned(), bad });
    }

    /// An act of the person's, if the letter is one.
    fn act(&mut self, letter: char, commands: &mut Vec<Command>) {
        if !['a', 'x', 't', 'r', 's', 'o'].contains(&letter) {
            return;
        }
        if self.setting.inside {
            return self.say("inside an iteration you can look and not act: an agent is no person", true);
        }
        let Some(entry) = self.entry().map(Arc::clone) else { return };
        let Ok(view) = &entry.view else {
            return self.say("a session whose record cannot be read takes no requests", true);
        };
        match letter {
            'a' => self.approve(view, commands),
            'x' => self.reject(view),
            't' if view.state == "done" => {
                self.say(&format!("{} is done; reopen it (o) with what is to be done", view.name), false);
            }
            't' => self.ask(view, "Tell", "The next iteration reads it.", Purpose::Tell),
            'r' => self.resume(view),
            's' => self.stop(view),
            _ if view.state == "done" => {
                self.ask(view, "Reopen", "What is to be done?", Purpose::Reopen);
            }
            _ => self.say(&format!("{} is {}, not done", view.name, view.state), false),
        }
    }

    fn ask(&mut self, view: &View, title: &str, text: &str, purpose: Purpose) {
        let title = format!("{title} {}", view.name);
        self.dialog = Some(Dialog::words(&view.folder, &title, text, "", purpose));
    }

    fn approve(&mut self, view: &View, commands: &mut Vec<Command>) {
        if Need::of(view) != Some(Need::Approval) {
            return self
                .say(&format!("nothing waits for an approval: {} is {}", view.name, view.state), false);
        }
        let theme = self.setting.theme;
        let Some(open) = &mut self.open else { return };
        let seen = open.plan_text.as_ref().filter(|_| open.tab == Tab::Plan);
        let Some((plan, gate)) = seen.and_then(|plan| Some((plan, plan.gate.clone()?))) else {
            self.show(Tab::Plan, commands);
            return self.say("this is the plan; once more (a) to approve it", false);
        };
        let gate = GateId::from_random(gate);
        let name = plan.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let act = Act::Approve { gate, sha256: plan.sha256.clone() };
        let hash = plan.sha256.get(..12).unwrap_or_default();
        let mut text = format!("{name}\nsha256 {hash}… as it is shown here");
        if !plan.changes.is_empty() {
            text.push_str("\nIt changed since the agent asked: behind this stands what did.");
            open.changes = true;
            open.show_plan(theme);
        }
        self.dialog = Some(Dialog::yes(&view.folder, "Approve the plan?", &text, act));
    }

    fn reject(&mut self, view: &View) {
        let gate = view.gate.as_ref().filter(|gate| matches!(gate.kind, GateKindView::Approval { .. }));
        let Some(gate) = gate.map(|gate| GateId::from_random(gate.id.clone())) else {
            return self.say(&format!("no plan of {} waits for a verdict", view.name), false);
        };
        let title = "Send the plan back";
        let dialog = Dialog::words(&view.folder, title, "What is to be changed?", "", Purpose::Reject(gate));
        self.dialog = Some(dialog);
    }

    fn resume(&mut self, view: &View) {
        let gate = view.gate.as_ref();
        let acts = gate.is_some_and(|gate| matches!(gate.kind, GateKindView::HumanAction { .. }));
        if !acts && !matches!(view.state, "blocked" | "parked") {
            return self.say(&format!("nothing to resume: {} is {}", view.name, view.state), false);
        }
        let gate = gate.filter(|_| acts).map(|gate| GateId::from_random(gate.id.clone()));
        let text = "It goes on, with a fresh allowance. A word for the agent, if one is needed:";
        self.ask(view, "Resume", text, Purpose::Resume(gate));
    }

    fn stop(&mut self, view: &View) {
        let Some(holder) = &view.orchestrator else {
            return self.say(&format!("nothing works on {}; it is {}", view.name, view.state), false);
        };
        let act = holder.stop();
        let text = "The running iteration ends, and samocode leaves. Everything is kept.";
        self.dialog = Some(Dialog::yes(&view.folder, &format!("Stop {}?", view.name), text, act));
    }

    /// Takes the option under the cursor, asks for own words, or sends.
    fn answer(&mut self, more: bool) {
        if self.setting.inside {
            return self.say("inside an iteration you can look and not answer: an agent is no person", true);
        }
        let Some(open) = &mut self.open else { return };
        match open.asking.spot() {
            Some(Spot::Option(id, letter)) => open.asking.choose(&id, letter, more),
            Some(Spot::Own(id)) => {
                let title = format!("Answer {id} in your own words");
                let text =
                    open.asking.question(&id).map(|question| question.title.clone()).unwrap_or_default();
                let begin = open.asking.own_words(&id).to_owned();
                self.dialog = Some(Dialog::words(&open.folder, &title, &text, &begin, Purpose::Own(id)));
            }
            Some(Spot::Send) => match (open.asking.answers(), open.asking.gate()) {
                (Ok(answers), Some(_)) if answers.is_empty() => self.say("nothing is chosen yet", false),
                (Ok(answers), Some(gate)) => {
                    let in_order =
                        open.asking.open().filter_map(|question| answers.get_key_value(&question.id));
                    let listed: Vec<String> = in_order.map(|(id, text)| format!("{id}  {text}")).collect();
                    let act = dialog::answers(gate, answers);
                    let folder = open.folder.clone();
                    self.dialog = Some(Dialog::yes(&folder, "Send these answers?", &listed.join("\n"), act));
                }
                (Err(error), _) => self.say(&error.to_string(), true),
                (Ok(_), None) => {}
            },
            None => {}
        }
    }

    pub(super) fn dialog_key(&mut self, key: KeyEvent, commands: &mut Vec<Command>) {
        let Some(dialog) = &mut self.dialog else { return };
        let came = dialog.key(key);
        if matches!(came, Came::Stays) {
            return;
        }
        let Some(dialog) = self.dialog.take() else { return };
        match came {
            Came::Stays | Came::Left => {}
            Came::Answer(id, words) => {
                if let Some(open) = &mut self.open {
                    open.asking.say(&id, &words);
                }
            }
            Came::Acts(acts) => {
                let name = self.list.get(&dialog.folder).map_or(dialog.folder.as_str(), |entry| entry.name());
                let name = name.to_owned();
                commands.push(Command::Ask { folder: dialog.folder, name, acts });
                self.say("sending …", false);
            }
        }
    }
}
