//! The few styles of the screen. They lean on the terminal's own colours, so that they work on light and dark ones, and
//! nothing is said by colour alone.

use ratatui::style::{Color, Modifier, Style};

/// The styles, with or without colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Theme {
    color: bool,
}

impl Theme {
    /// Without colour there are bold, dim and reversed.
    pub(super) fn new(color: bool) -> Self {
        Self { color }
    }

    fn of(self, color: Color) -> Style {
        if self.color { Style::new().fg(color) } else { Style::new() }
    }

    /// Ordinary text.
    pub(super) fn plain(self) -> Style {
        Style::new()
    }

    /// What matters most.
    pub(super) fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// What may be overlooked.
    pub(super) fn dim(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// Where the person is, and what can be typed.
    pub(super) fn accent(self) -> Style {
        self.of(Color::Cyan)
    }

    /// What waits for the person.
    pub(super) fn call(self) -> Style {
        self.of(Color::Yellow).add_modifier(Modifier::BOLD)
    }

    /// The same as a bar across the screen.
    pub(super) fn call_bar(self) -> Style {
        self.call().add_modifier(Modifier::REVERSED)
    }

    /// What went well, and what was added.
    pub(super) fn good(self) -> Style {
        self.of(Color::Green)
    }

    /// What went wrong, and what was removed.
    pub(super) fn bad(self) -> Style {
        self.of(Color::Red)
    }

    /// What was found.
    pub(super) fn hit(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }
}
