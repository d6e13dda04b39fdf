//! Signals to this process become happenings; a terminal that hangs up is no reason to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

use crate::cli::failure::{Failure, INTERRUPTED};
use crate::engine::{Happening, Happenings};
use crate::patience;

/// How long an orchestrator that was asked twice may take to leave by itself.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether somebody asked this process to end.
pub(super) struct Asked(Arc<AtomicBool>);

impl Asked {
    /// A failure as it looks after such a request: a Ctrl-C reaches the whole group, so what was torn apart by it is not
    /// what went wrong.
    pub(super) fn judge(&self, failure: Failure) -> Failure {
        if self.0.load(Ordering::SeqCst) { failure.when_interrupted() } else { failure }
    }
}

/// A write beyond the limit on a file's length (`ulimit -f`) becomes an error with a path, as on a full disk, instead
/// of an end without a word. Children do not inherit this.
pub(super) fn outlive_full_files() {
    // Where it cannot be had, the system's own way stays.
    drop(signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false))));
}

/// Starts listening. SIGHUP is taken and dropped: the session goes on without its terminal.
pub(super) fn listen(happenings: &Happenings) -> Result<Asked, Failure> {
    let cannot = |e| Failure::usage(format!("signals cannot be listened to: {e}"));
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&flag)).map_err(cannot)?;
    }
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).map_err(cannot)?;
    let sender = happenings.sender();
    let listening = patience::thread("signals", move || {
        let mut asked = 0;
        for signal in signals.forever() {
            if signal == SIGHUP {
                continue;
            }
            asked += 1;
            if sender.send(Happening::Interrupt).is_err() {
                return;
            }
            if asked == 2 {
                leave_soon();
            }
        }
    });
    listening.map_err(cannot)?;
    Ok(Asked(flag))
}

/// Asked twice, the orchestrator leaves even from where it cannot listen, such as a slow git call. Nothing is lost
/// by it: the journal stands, and the keeper ends the child when this process is gone.
fn leave_soon() {
    let leaving = thread::Builder::new().spawn(|| {
        thread::sleep(PATIENCE);
        std::process::exit(i32::from(INTERRUPTED));
    });
    if leaving.is_err() {
        std::process::exit(i32::from(INTERRUPTED));
    }
}
