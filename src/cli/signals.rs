//! Signals to this process become happenings; a terminal that hangs up is no reason to stop.

use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::cli::failure::Failure;
use crate::engine::{Happening, Happenings};

/// Starts listening. SIGHUP is taken and dropped: the session goes on without its terminal.
pub(super) fn listen(happenings: &Happenings) -> Result<(), Failure> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])
        .map_err(|e| Failure::usage(format!("signals cannot be listened to: {e}")))?;
    let sender = happenings.sender();
    thread::spawn(move || {
        for signal in signals.forever() {
            if signal != SIGHUP && sender.send(Happening::Interrupt).is_err() {
                return;
            }
        }
    });
    Ok(())
}
