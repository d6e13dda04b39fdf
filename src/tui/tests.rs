//! The screens as they are drawn, what keys make of them, and that nothing makes them panic.

use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::{Color, Modifier};

mod keys;
mod random;
mod sample;
mod screens;

use super::model::{Command, Data, Entry, Input, Model, Setting, Tab};
use super::theme::Theme;
use super::view;
use crate::engine::{PlanText, View};

/// A model with these sessions.
fn model(size: (u16, u16), views: Vec<View>) -> Model {
    let setting = Setting {
        project: "greeter".to_owned(),
        command: "samocode".to_owned(),
        inside: false,
        theme: Theme::new(true),
        zone: jiff::tz::TimeZone::UTC,
    };
    let mut model = Model::new(setting, size, sample::at(0), None);
    data(&mut model, sessions(views));
    model
}

fn sessions(views: Vec<View>) -> Data {
    let entry = |view: View| Arc::new(Entry { folder: view.folder.clone(), view: Ok(view) });
    Data::Sessions(views.into_iter().map(entry).collect())
}

fn data(model: &mut Model, data: Data) -> Vec<Command> {
    model.update(Input::Data(data))
}

/// Types keys: a letter each; `⏎`, `⎋`, `↓`, `↑`, `⇥` and `␣` are what they look like.
fn typed(model: &mut Model, keys: &str) -> Vec<Command> {
    let mut commands = Vec::new();
    for letter in keys.chars() {
        let code = match letter {
            '⏎' => KeyCode::Enter,
            '⎋' => KeyCode::Esc,
            '↓' => KeyCode::Down,
            '↑' => KeyCode::Up,
            '⇥' => KeyCode::Tab,
            '␣' => KeyCode::Char(' '),
            letter => KeyCode::Char(letter),
        };
        commands.extend(model.update(Input::Key(KeyEvent::new(code, KeyModifiers::NONE))));
    }
    commands
}

fn drawn(model: &Model) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(model.size.0, model.size.1)).unwrap();
    terminal.draw(|frame| view::draw(model, frame.buffer_mut())).unwrap();
    terminal
}

/// The screen's rows, without blanks at their ends.
fn shown(model: &Model) -> String {
    let terminal = drawn(model);
    let buffer = terminal.backend().buffer();
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let row: String = (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect();
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

fn plan(changed: bool) -> Data {
    let text = sample::PLAN.to_owned();
    let changes = if changed { sample::changes() } else { Vec::new() };
    let plan = PlanText {
        file: PathBuf::from("/s/26-01-08-add-auth/01-08-14:30-plan-auth.md"),
        sha256: "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef".to_owned(),
        text,
        gate: Some("00000000000000aa".to_owned()),
        changes,
    };
    Data::Plan { folder: "26-01-08-add-auth".to_owned(), plan: Some(Box::new(plan)) }
}

#[test]
fn without_colour_nothing_is_coloured_and_the_call_still_stands_out() {
    let mut model = model((80, 24), vec![sample::asking(), sample::running()]);
    model.setting.theme = Theme::new(false);
    typed(&mut model, "⏎");
    let terminal = drawn(&model);
    let buffer = terminal.backend().buffer();
    assert!(buffer.content().iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
    assert!(buffer[(3, 1)].modifier.contains(Modifier::REVERSED | Modifier::BOLD));
}

#[test]
fn what_waits_for_the_person_is_a_bar_across_the_screen() {
    let mut model = model((80, 24), vec![sample::asking()]);
    typed(&mut model, "⏎");
    let terminal = drawn(&model);
    let buffer = terminal.backend().buffer();
    for x in 0..80 {
        let cell = &buffer[(x, 1)];
        assert!(cell.modifier.contains(Modifier::REVERSED) && cell.fg == Color::Yellow, "{x}: {cell:?}");
    }
}

#[test]
fn a_session_is_opened_where_it_needs_the_person() {
    for (view, tab) in [
        (sample::asking(), Tab::Questions),
        (sample::planned(), Tab::Plan),
        (sample::blocked(), Tab::Overview),
        (sample::running(), Tab::Live),
        (sample::done(), Tab::Overview),
    ] {
        let folder = view.folder.clone();
        let mut model = model((80, 24), vec![view]);
        assert_eq!(typed(&mut model, "⏎"), [Command::Show(Some((folder, tab)))]);
    }
}
