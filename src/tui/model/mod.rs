//! What the screen shows, and what a key changes of it. Pure: keys and data go in, commands come out; no file, no
//! terminal, no clock.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use jiff::Timestamp;

mod acts;
mod asking;
mod data;
mod dialog;
mod edit;
mod list;
mod log;
mod open;
mod pane;
mod sources;

pub(super) use data::{Command, Data, DiffText, Entry, Input, Tab};
pub(super) use dialog::{Asks, Dialog};
pub(super) use edit::Edit;
pub(super) use list::List;
pub(super) use open::Open;
pub(super) use pane::{Find, Move, Pane};

use super::places::Places;
use super::theme::Theme;
use crate::engine::View;

/// What does not change while the screen is up.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    /// The project's name.
    pub(super) project: String,
    /// How the person starts samocode here, e.g. `samocode --config x`.
    pub(super) command: String,
    /// Called from inside an iteration: an agent is no person.
    pub(super) inside: bool,
    pub(super) theme: Theme,
    /// Of the person's clock.
    pub(super) zone: jiff::tz::TimeZone,
}

impl Setting {
    /// A command as the person would type it.
    pub(super) fn typed(&self, words: &str) -> String {
        format!("{} {words}", self.command)
    }
}

/// Something to know, until the next key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Notice {
    pub(super) words: String,
    pub(super) bad: bool,
}

/// All that the screen shows.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) setting: Setting,
    pub(super) size: (u16, u16),
    pub(super) now: Timestamp,
    pub(super) list: List,
    pub(super) open: Option<Open>,
    pub(super) dialog: Option<Dialog>,
    /// The words that are searched for, while they are written.
    pub(super) prompt: Option<Edit>,
    pub(super) notice: Option<Notice>,
    /// Why the sessions cannot be read.
    pub(super) trouble: Option<String>,
    /// The first line of the help that is seen.
    pub(super) help: Option<usize>,
    pub(super) over: bool,
    /// What is shown differs from what was drawn.
    pub(super) changed: bool,
    /// A session that is to be opened as soon as it is read.
    wanted: Option<String>,
    /// The ages as they were drawn.
    ages: String,
}

impl Model {
    pub(super) fn new(setting: Setting, size: (u16, u16), now: Timestamp, wanted: Option<String>) -> Self {
        Self {
            setting,
            size,
            now,
            list: List::default(),
            open: None,
            dialog: None,
            prompt: None,
            notice: None,
            trouble: None,
            help: None,
            over: false,
            changed: true,
            wanted,
            ages: String::new(),
        }
    }

    pub(super) fn theme(&self) -> Theme {
        self.setting.theme
    }

    /// The session that is open.
    pub(super) fn entry(&self) -> Option<&Arc<Entry>> {
        self.open.as_ref().and_then(|open| self.list.get(&open.folder))
    }

    /// The view of the session that is open.
    pub(super) fn view(&self) -> Option<&View> {
        self.entry().and_then(|entry| entry.view.as_ref().ok())
    }

    /// Takes in what happened.
    pub(super) fn update(&mut self, input: Input) -> Vec<Command> {
        let mut commands = Vec::new();
        match input {
            Input::Key(key) if key.kind == KeyEventKind::Release => return commands,
            Input::Key(key) => {
                self.changed = true;
                self.key(key, &mut commands);
            }
            Input::Paste(text) => {
                self.changed = true;
                match (&mut self.dialog, &mut self.prompt) {
                    (Some(dialog), _) => dialog.paste(&text),
                    (None, Some(prompt)) => prompt.put(&text.replace('\n', " ")),
                    (None, None) => {}
                }
            }
            Input::Resize(columns, rows) => {
                self.size = (columns, rows);
                self.changed = true;
            }
            Input::Tick(now) => self.tick(now),
            Input::Data(data) => {
                self.changed = true;
                self.data(data, &mut commands);
            }
            Input::Leave | Input::Lost => self.over = true,
        }
        self.lay_out(&mut commands);
        commands
    }

    /// Ages change with nothing happening; all else stays.
    fn tick(&mut self, now: Timestamp) {
        self.now = now;
        let ages: String = match (&self.open, self.view()) {
            (Some(_), Some(view)) => {
                super::words::doing(view, now, &self.setting.zone) + &super::words::age(view.changed_at, now)
            }
            (_, _) => {
                let views =
                    self.list.all().unwrap_or_default().iter().filter_map(|entry| entry.view.as_ref().ok());
                views.map(|view| super::words::age(view.changed_at, now)).collect()
            }
        };
        if ages != self.ages {
            self.ages = ages;
            self.changed = true;
        }
    }

    fn data(&mut self, data: Data, commands: &mut Vec<Command>) {
        match data {
            Data::Sessions(entries) => {
                self.trouble = None;
                self.list.set(entries);
                if let Some(folder) = self.wanted.take() {
                    self.list.choose(&folder);
                    self.open_chosen(commands);
                }
                self.session_changed();
            }
            Data::Trouble(words) => self.trouble = Some(words),
            Data::Asked { words, bad } => self.notice = Some(Notice { words, bad }),
            data => {
                let theme = self.theme();
                let Some(open) = &mut self.open else { return };
                if let Some(words) = open.take(data, self.dialog.as_ref(), theme) {
                    self.dialog = None;
                    self.notice = Some(Notice { words, bad: true });
                }
                self.session_changed();
            }
        }
    }

    /// The open session may have another state now.
    fn session_changed(&mut self) {
        let theme = self.theme();
        if let Some(open) = &mut self.open
            && let Some(Ok(view)) = self.list.get(&open.folder).map(|entry| &entry.view)
        {
            open.see(view, self.now, theme);
        }
    }

    /// Fits everything to the screen.
    fn lay_out(&mut self, commands: &mut Vec<Command>) {
        let places = Places::of(self);
        let theme = self.theme();
        self.list.lay_out(places.list_rows());
        if let Some(open) = &mut self.open {
            let (width, height) = (usize::from(places.body.width), usize::from(places.body.height));
            commands.extend(open.lay_out(width, height, theme));
        }
        if let Some(top) = &mut self.help {
            let room = usize::from(self.size.1).saturating_sub(2);
            *top = (*top).min(super::view::help_lines(usize::from(self.size.0)).saturating_sub(room));
        }
    }

    fn key(&mut self, key: KeyEvent, commands: &mut Vec<Command>) {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match (key.code, control) {
            (KeyCode::Char('c'), true) => return self.over = true,
            (KeyCode::Char('l'), true) => return commands.push(Command::Redraw),
            _ => {}
        }
        if self.dialog.is_some() {
            return self.dialog_key(key, commands);
        }
        if self.prompt.is_some() {
            return self.prompt_key(key, commands);
        }
        self.notice = None;
        if let Some(top) = self.help {
            self.help = match (way(key), key.code) {
                (Some(Move::By(by)), _) => Some(top.saturating_add_signed(by)),
                (Some(Move::Halves(by)), _) => Some(top.saturating_add_signed(by.saturating_mul(8))),
                (Some(Move::Top), _) => Some(0),
                (Some(Move::End), _) => Some(usize::MAX),
                (None, _) => None,
            };
            return;
        }
        if key.code == KeyCode::Char('?') {
            self.help = Some(0);
        } else if self.open.is_some() {
            self.session_key(key, commands);
        } else {
            self.list_key(key, commands);
        }
    }

    fn list_key(&mut self, key: KeyEvent, commands: &mut Vec<Command>) {
        if let Some(way) = way(key) {
            return self.list.scroll(way);
        }
        match key.code {
            KeyCode::Enter | KeyCode::Right | KeyCode::Char('l') => self.open_chosen(commands),
            KeyCode::Char('/') => self.prompt = Some(Edit::of(self.list.filter())),
            KeyCode::Char('R') => commands.push(Command::Reload),
            KeyCode::Esc if !self.list.filter().is_empty() => self.list.set_filter(""),
            KeyCode::Char('q') | KeyCode::Esc => self.over = true,
            _ => {}
        }
    }

    /// Opens the chosen session where the person is needed.
    fn open_chosen(&mut self, commands: &mut Vec<Command>) {
        let Some(entry) = self.list.chosen().map(Arc::clone) else { return };
        let tab = entry.view.as_ref().map_or(Tab::Overview, open::first_tab);
        let mut open = Open::new(&entry.folder, tab);
        if let Ok(view) = &entry.view {
            open.see(view, self.now, self.theme());
        }
        self.list.choose(&entry.folder);
        self.open = Some(open);
        commands.push(Command::Show(Some((entry.folder.clone(), tab))));
    }

    fn prompt_key(&mut self, key: KeyEvent, commands: &mut Vec<Command>) {
        let Some(prompt) = &mut self.prompt else { return };
        match key.code {
            KeyCode::Esc => {
                self.prompt = None;
                if self.open.is_none() {
                    self.list.set_filter("");
                }
            }
            KeyCode::Enter => {
                let words = prompt.text().to_owned();
                self.prompt = None;
                if let Some(open) = &mut self.open {
                    commands.extend(open.search(&words));
                }
            }
            _ => {
                prompt.key(key);
                if self.open.is_none() {
                    // A list is short enough to be narrowed with each letter.
                    let words = prompt.text().to_owned();
                    self.list.set_filter(&words);
                }
            }
        }
    }
}

/// The way that a key moves.
fn way(key: KeyEvent) -> Option<Move> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    Some(match (key.code, control) {
        (KeyCode::Char('d'), true) => Move::Halves(1),
        (KeyCode::Char('u'), true) => Move::Halves(-1),
        (KeyCode::Char('f'), true) | (KeyCode::PageDown, _) => Move::Halves(2),
        (KeyCode::Char('b'), true) | (KeyCode::PageUp, _) => Move::Halves(-2),
        (_, true) => return None,
        (KeyCode::Down | KeyCode::Char('j'), _) => Move::By(1),
        (KeyCode::Up | KeyCode::Char('k'), _) => Move::By(-1),
        (KeyCode::Home | KeyCode::Char('g'), _) => Move::Top,
        (KeyCode::End | KeyCode::Char('G'), _) => Move::End,
        _ => return None,
    })
}
