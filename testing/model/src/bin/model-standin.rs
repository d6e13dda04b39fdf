//! Runs the walkthrough until its standard input ends, to try a CLI by hand.

use std::io::{self, Read, Write};

use samocode_testing_model::{Model, Walkthrough};

fn main() -> io::Result<()> {
    let walkthrough = match std::env::args().nth(1).as_deref() {
        None | Some("full") => Walkthrough::full(),
        Some("design") => Walkthrough::design(),
        Some("research") => Walkthrough::research(),
        Some("quick") => Walkthrough::quick(),
        Some(other) => {
            return Err(io::Error::other(format!("`{other}` is none of full, design, research, quick")));
        }
    };
    let model = Model::try_start(walkthrough)?;
    let mut out = io::stdout().lock();
    writeln!(out, "export ANTHROPIC_BASE_URL={}", model.base_url())?;
    writeln!(
        out,
        "export ANTHROPIC_API_KEY=any CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 DISABLE_AUTOUPDATER=1"
    )?;
    writeln!(out, "export GOOGLE_GEMINI_BASE_URL={} GEMINI_API_KEY=any", model.base_url())?;
    writeln!(out, "# end of input (Ctrl-D) stops it")?;
    out.flush()?;
    io::stdin().read_to_end(&mut Vec::new())?;
    for request in model.requests() {
        let turn = request.turn;
        writeln!(out, "{}, answer {}", turn.label("Phase").unwrap_or("no phase"), turn.answers + 1)?;
    }
    for why in model.unexpected() {
        writeln!(out, "unexpected: {why}")?;
    }
    Ok(())
}
