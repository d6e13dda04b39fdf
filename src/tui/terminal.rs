//! The terminal while the screen is up: taken over, drawn on a whole frame at a time, and given back on every way out.

use std::cell::RefCell;
use std::io::{self, Write, stdout};
use std::panic;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use super::model::{Input, Model};
use super::view;

/// The terminal is taken over.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Holds what is drawn until the frame is whole: it goes out in one write, so that nothing is seen half.
#[derive(Clone, Default)]
struct Held(Rc<RefCell<Vec<u8>>>);

impl Write for Held {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The terminal, taken over. Dropped, it is as it was.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<Held>>,
    held: Held,
}

impl Screen {
    /// Takes the terminal over, and sees to it that a panic gives it back.
    pub(super) fn enter() -> io::Result<Self> {
        let held = Held::default();
        let terminal = Terminal::new(CrosstermBackend::new(held.clone()))?;
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            restore();
            before(info);
        }));
        let screen = Self { terminal, held };
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste, Hide)?;
        Ok(screen)
    }

    /// Columns and rows.
    pub(super) fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.terminal.size()?;
        Ok((size.width, size.height))
    }

    /// Draws all of the screen, whatever stands there.
    pub(super) fn forget(&mut self) -> io::Result<()> {
        self.terminal.clear()
    }

    /// Draws what differs from the last time. A terminal that a panic gave back is not drawn on.
    pub(super) fn draw(&mut self, model: &mut Model) -> io::Result<()> {
        if !TAKEN.load(Ordering::SeqCst) {
            return Ok(());
        }
        let size = self.size()?;
        if model.size != size {
            model.update(Input::Resize(size.0, size.1));
        }
        self.terminal.draw(|frame| view::draw(model, frame.buffer_mut()))?;
        let drawn = std::mem::take(&mut *self.held.0.borrow_mut());
        let mut whole = Vec::with_capacity(drawn.len() + 32);
        queue!(whole, BeginSynchronizedUpdate)?;
        whole.extend_from_slice(&drawn);
        queue!(whole, EndSynchronizedUpdate)?;
        let mut out = stdout().lock();
        out.write_all(&whole)?;
        out.flush()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back, once: done twice, it would move the cursor to where it was long ago. A terminal that is gone
/// needs nothing.
fn restore() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let _ = execute!(stdout(), EndSynchronizedUpdate, DisableBracketedPaste, Show, LeaveAlternateScreen);
        let _ = disable_raw_mode();
    }
}
