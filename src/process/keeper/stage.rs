//! Starts a program by way of its confined stage: this same binary, which puts the confinement in force on itself and
//! then becomes the program, under the same process number. The keeper stays as free as it was: it has to end things.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::start::{explain, other, spawn};
use crate::domain::confinement::{CONFINE_ARGUMENT, Confinement, StageFailure, StagePlan};
use crate::patience::{PATIENCE, shortage};
use crate::process::error::StartFailure;
use crate::process::system;
use crate::process::wire::Order;

/// The stage needs a millisecond; a machine that swaps may need seconds, and one that is out of something more.
const LIMIT: Duration = Duration::from_secs(20).saturating_add(PATIENCE);

pub(super) fn start(confinement: &Confinement, order: &Order) -> Result<Child, StartFailure> {
    // Told apart here, where the paths mean what the person means: the stage runs from another program.
    if let Err(error) = std::fs::metadata(&order.spec.program) {
        return Err(explain(&error, order));
    }
    let cannot = |error: io::Error| match shortage(&error) {
        Some(shortage) => StartFailure::Short { program: order.spec.program.display().to_string(), shortage },
        None => other(order, format!("its confined stage cannot be reached: {error}")),
    };
    let (socket, far_end) = UnixStream::pair().map_err(cannot)?;
    let mut stage = Command::new(system::this_program().map_err(cannot)?);
    stage.arg(CONFINE_ARGUMENT).arg(&order.spec.program);
    let mut child = spawn(stage, Stdio::from(OwnedFd::from(far_end)), order)?;
    let answer = converse(&socket, confinement, order);
    let failure = match answer {
        Ok(answer) if answer.is_empty() => return Ok(child),
        Ok(answer) => told(&answer, order),
        Err(error) => cannot(error),
    };
    drop(child.kill());
    drop(child.wait());
    Err(failure)
}

/// Sends the plan; gives what the stage answers before its end of the socket closes, which it does when the stage
/// becomes the program.
fn converse(mut socket: &UnixStream, confinement: &Confinement, order: &Order) -> io::Result<Vec<u8>> {
    socket.set_read_timeout(Some(LIMIT))?;
    socket.set_write_timeout(Some(LIMIT))?;
    let plan = StagePlan { confinement: confinement.clone(), prompt: order.prompt.clone() };
    socket.write_all(&serde_json::to_vec(&plan)?)?;
    socket.shutdown(Shutdown::Write)?;
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer)?;
    Ok(answer)
}

fn told(answer: &[u8], order: &Order) -> StartFailure {
    match serde_json::from_slice(answer) {
        Ok(StageFailure::NotExecuted { errno }) => explain(&io::Error::from_raw_os_error(errno), order),
        Ok(StageFailure::Short { shortage }) => {
            StartFailure::Short { program: order.spec.program.display().to_string(), shortage }
        }
        Ok(StageFailure::NotConfined { words }) => {
            StartFailure::NotConfined { program: order.spec.program.display().to_string(), words }
        }
        Err(error) => other(order, format!("its confined stage spoke nonsense: {error}")),
    }
}
