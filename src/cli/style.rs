//! The few styles there are. `anstream` drops them where colour is not wanted.

use anstyle::{AnsiColor, Style};

fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// What matters most.
pub(super) fn strong(text: &str) -> String {
    paint(Style::new().bold(), text)
}

/// What may be overlooked.
pub(super) fn dim(text: &str) -> String {
    paint(Style::new().dimmed(), text)
}

/// What went well.
pub(super) fn good(text: &str) -> String {
    paint(Style::new().fg_color(Some(AnsiColor::Green.into())), text)
}

/// What needs a person.
pub(super) fn call(text: &str) -> String {
    paint(Style::new().bold().fg_color(Some(AnsiColor::Yellow.into())), text)
}

/// What went wrong.
pub(super) fn bad(text: &str) -> String {
    paint(Style::new().bold().fg_color(Some(AnsiColor::Red.into())), text)
}

/// What can be typed.
pub(super) fn command(text: &str) -> String {
    paint(Style::new().fg_color(Some(AnsiColor::Cyan.into())), text)
}
