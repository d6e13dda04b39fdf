//! Printing that survives a terminal that is gone: nothing here panics on a closed pipe.

use std::io::{BufRead, IsTerminal, Write};

use crate::cli::style;

/// A line on standard output.
pub(super) fn line(text: &str) {
    // Whoever read it has left; the work goes on, and the log has the line, too.
    let _ = writeln!(anstream::stdout(), "{text}");
}

/// Text on standard output, without a line break.
pub(super) fn raw(text: &str) {
    let mut out = anstream::stdout();
    let _ = write!(out, "{text}");
    let _ = out.flush();
}

/// Text on standard error as it stands.
pub(super) fn raw_error(text: &str) {
    let _ = write!(anstream::stderr(), "{text}");
}

/// An error on standard error.
pub(super) fn error(text: &str) {
    let _ = writeln!(anstream::stderr(), "{} {text}", style::bad("error:"));
}

/// What to do about it, on standard error.
pub(super) fn hint(text: &str) {
    let _ = writeln!(anstream::stderr(), "{} {text}", style::dim("hint:"));
}

/// Something to know beside the output, on standard error.
pub(super) fn note(text: &str) {
    let _ = writeln!(anstream::stderr(), "{} {text}", style::dim("note:"));
}

/// Whether a person sits at both ends.
pub(super) fn is_person() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// Whether standard output is a terminal.
pub(super) fn is_terminal() -> bool {
    std::io::stdout().is_terminal()
}

/// Whether standard output takes colour: a terminal, and `NO_COLOR` and its kin do not forbid it.
pub(super) fn is_colored() -> bool {
    !matches!(anstream::AutoStream::choice(&std::io::stdout()), anstream::ColorChoice::Never)
}

/// Asks a question and reads a line; none at the end of input.
pub(super) fn ask(question: &str) -> Option<String> {
    raw(question);
    let mut answer = String::new();
    match std::io::stdin().lock().read_line(&mut answer) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(answer.trim().to_owned()),
    }
}

/// The terminal's width in columns; 80 where it is not known.
pub(super) fn width() -> usize {
    rustix::termios::tcgetwinsize(std::io::stdout())
        .ok()
        .map(|size| usize::from(size.ws_col))
        .filter(|columns| *columns >= 20)
        .unwrap_or(80)
}
