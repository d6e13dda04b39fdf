//! The keeper: the small process between samocode and a program, which ends everything that the program started.
//!
//! It is this same binary, called as `samocode __keeper` with a socket as its stdin. Single-threaded. It leads a session
//! of its own, so no terminal reaches it or the program. It outlives samocode just long enough to end what is left, and
//! decides nothing: it knows neither sessions nor providers. SIGTERM means "end everything now".

mod ending;
mod stage;
mod start;
mod wake;

use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;

use super::system;
use super::wire::{self, Order, Report};

/// Runs this process as a keeper; its stdin must be the socket that [`launch`](super::launch) made.
///
/// Exit code 2 says that it was called by anyone else, or could not even begin.
pub fn main() -> ExitCode {
    keep().map_or(ExitCode::from(2), |()| ExitCode::SUCCESS)
}

fn keep() -> io::Result<()> {
    let control = UnixStream::from(rustix::stdio::stdin().try_clone_to_owned()?);
    // Fails for everything but a socket, so a person who types the hidden command gets an end, not a hanging read.
    control.local_addr()?;
    // Fails only for a group's leader, which samocode's children are not.
    let _ = rustix::process::setsid();
    let wake = wake::Wake::install()?;
    system::adopt_orphans()?;
    system::show_as("samocode-keeper");

    let order = Order::receive(&control)?;
    let program = match start::start(&order) {
        Ok(program) => program,
        Err(failure) => return wire::tell(&Report::CouldNotStart { failure }, &control),
    };
    let watch = ending::Watch::new(&control, wake, program, order.graces);
    // Nobody may be there to hear it any more; the watch sees that for itself.
    drop(wire::tell(&Report::Started { pid: program.raw() }, &control));
    // Should it fail, samocode stops reading when all is gone.
    drop(let_go_of_output());
    watch.run();
    Ok(())
}

/// The keeper's own copies would keep the program's pipes open after its end.
fn let_go_of_output() -> io::Result<()> {
    let null = std::fs::OpenOptions::new().write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdout(null.as_fd())?;
    rustix::stdio::dup2_stderr(null.as_fd())?;
    Ok(())
}
