//! The demo agent's own process: the prompt from stdin, the stream on stdout, the work in between.

use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::time::Duration;

use super::dialect::Line;
use super::workplace::{Report, Signal, Workplace, say};
use super::{PACE, build, documents};

/// Pause between two steps: enough to be seen, and a session of about 50 steps stays under eight seconds.
const DEFAULT_PACE: Duration = Duration::from_millis(60);

/// Runs the agent on the prompt in stdin. The exit code is 0 when the phase was done.
pub fn agent_main() -> ExitCode {
    let done = run();
    let last = Line::Result {
        ok: done.is_ok(),
        words: match &done {
            Ok(report) => report.summary.clone(),
            Err(error) => format!("the demo agent cannot go on: {error}"),
        },
    };
    if let Err(error) = say(&last) {
        // Nobody reads the stream any more; stderr may still have a reader.
        let _ = writeln!(io::stderr(), "samocode demo agent: {error}");
        return ExitCode::FAILURE;
    }
    if done.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run() -> io::Result<Report> {
    let mut text = Vec::new();
    io::stdin().read_to_end(&mut text)?;
    say(&Line::Started { version: env!("CARGO_PKG_VERSION").into() })?;
    let mut place = Workplace::new(&String::from_utf8_lossy(&text), pace())?;
    let phase = place.prompt.label("Phase").unwrap_or_default().to_owned();
    let report = match phase.as_str() {
        "investigation" => documents::investigate(&mut place)?,
        "requirements" => documents::require(&mut place)?,
        "planning" => documents::plan(&mut place)?,
        "implementation" => build::implement(&mut place)?,
        "testing" => build::test(&mut place)?,
        "quality" => build::review(&mut place)?,
        "done" => documents::finish(&mut place)?,
        unknown => Report {
            summary: format!("the demo agent does not know the phase `{unknown}`"),
            signal: Signal::Blocked(format!(
                "the demo agent plays the phases of samocode's own workflows, and `{unknown}` is none of them"
            )),
        },
    };
    place.finish(&report)?;
    Ok(report)
}

fn pace() -> Duration {
    std::env::var(PACE).ok().and_then(|value| value.parse().ok()).map_or(DEFAULT_PACE, Duration::from_millis)
}
