//! Printing that survives a terminal that is gone: nothing here panics on a closed pipe. Everything that is printed
//! passes through here, and leaves its secrets behind.

use std::borrow::Cow;
use std::io::{BufRead, IsTerminal, Write};
use std::sync::OnceLock;

use crate::cli::style;
use crate::domain::environment::secret_values;
use crate::domain::redact::Redactor;

/// Text without the secrets of the environment, and without what has the shape of one. To be called before a text is
/// cut or broken into lines, too: half a secret is not known for one.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    static REDACTOR: OnceLock<Redactor> = OnceLock::new();
    let redactor = REDACTOR.get_or_init(|| {
        let environment: Vec<_> = std::env::vars_os().collect();
        Redactor::new(secret_values(&environment))
    });
    redactor.text(text)
}

/// A line on standard output.
pub(super) fn line(text: &str) {
    // Whoever read it has left; the work goes on, and the log has the line, too.
    let _ = writeln!(anstream::stdout(), "{}", clean(text));
}

/// Text on standard output, without a line break.
pub(super) fn raw(text: &str) {
    let mut out = anstream::stdout();
    let _ = write!(out, "{}", clean(text));
    let _ = out.flush();
}

/// Bytes on standard output for another program, exactly as they are: only for what is made of samocode's own texts.
pub(super) fn verbatim(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(bytes).and_then(|()| out.flush());
}

/// Text on standard error as it stands.
pub(super) fn raw_error(text: &str) {
    let _ = write!(anstream::stderr(), "{}", clean(text));
}

/// An error on standard error.
pub(super) fn error(text: &str) {
    let _ = writeln!(anstream::stderr(), "{} {}", style::bad("error:"), clean(text));
}

/// What to do about it, on standard error.
pub(super) fn hint(text: &str) {
    let _ = writeln!(anstream::stderr(), "{} {}", style::dim("hint:"), clean(text));
}

/// Something to know beside the output, on standard error.
pub(super) fn note(text: &str) {
    let _ = writeln!(anstream::stderr(), "{} {}", style::dim("note:"), clean(text));
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
