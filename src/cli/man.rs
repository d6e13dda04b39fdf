//! `man`: the manual pages, from the same source as `--help`.

use std::fs;
use std::path::Path;

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::cli::failure::Failure;
use crate::cli::{examples, terminal};

/// Prints the page of a command, or writes all pages into a folder.
pub(super) fn man(words: &[String], dir: Option<&Path>) -> Result<u8, Failure> {
    let mut root = super::command().disable_help_subcommand(true);
    root.build();
    if let Some(dir) = dir {
        return write(&root, dir);
    }
    let mut command = &root;
    for word in words {
        command = command.find_subcommand(word).ok_or_else(|| {
            Failure::usage(format!("there is no command `{}`", words.join(" ")))
                .with_hint("`samocode --help` lists them")
        })?;
    }
    terminal::verbatim(&page(command, &words.join(" ")));
    if terminal::is_terminal() {
        terminal::note("this is for a program that shows it: samocode man | man -l -");
    }
    Ok(0)
}

fn write(root: &Command, dir: &Path) -> Result<u8, Failure> {
    let cannot = |path: &Path, e| Failure::usage(format!("cannot write {}: {e}", path.display()));
    fs::create_dir_all(dir).map_err(|e| cannot(dir, e))?;
    let pages = pages(root, "");
    for (name, text) in &pages {
        let path = dir.join(name);
        fs::write(&path, text).map_err(|e| cannot(&path, e))?;
    }
    terminal::line(&format!("wrote {} pages to {}", pages.len(), dir.display()));
    Ok(0)
}

/// Name and text of the page of a command, and of the pages of all commands below it.
fn pages(command: &Command, path: &str) -> Vec<(String, Vec<u8>)> {
    let mut pages = vec![(Man::new(command.clone()).get_filename(), page(command, path))];
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        pages.extend(pages_below(below, path));
    }
    pages
}

fn pages_below(below: &Command, path: &str) -> Vec<(String, Vec<u8>)> {
    pages(below, format!("{path} {}", below.get_name()).trim_start())
}

/// A page.
fn page(command: &Command, path: &str) -> Vec<u8> {
    let name = format!("samocode {path}").trim_end().replace(' ', "-");
    // Written here, because clap_mangen leaves an empty date out, and the version would stand in its place.
    let title = format!(".TH {name} 1 \"\" \"samocode {}\" \"\"\n", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone());
    let mut sections = vec![
        Man::render_name_section,
        Man::render_synopsis_section,
        Man::render_description_section,
        Man::render_options_section,
    ];
    if command.has_subcommands() {
        sections.push(Man::render_subcommands_section);
    }
    let mut body = Vec::new();
    for section in sections {
        // Memory takes all of it.
        let _ = section(&man, &mut body);
    }
    let _ = own_sections(path).to_writer(&mut body);
    // roff's preamble stands before each section; once is enough.
    let body = String::from_utf8_lossy(&body).replace(PREAMBLE, "");
    format!("{title}{PREAMBLE}{body}").into_bytes()
}

/// An apostrophe that can be copied.
const PREAMBLE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";

/// What clap does not know of.
fn own_sections(path: &str) -> Roff {
    let mut roff = Roff::new();
    let examples = examples::of(path);
    if !examples.is_empty() {
        roff.control("SH", ["EXAMPLES"]);
    }
    for (line, remark) in examples {
        roff.control("TP", []).text([bold(*line)]).text([roman(*remark)]);
    }
    if path.is_empty() || path == "run" {
        roff.control("SH", ["EXIT STATUS"]);
        for (code, words) in examples::EXIT_CODES {
            roff.control("TP", []).text([bold(code.to_string())]).text([roman(words)]);
        }
    }
    if path.is_empty() {
        roff.control("SH", ["FILES"]);
        for (file, words) in FILES {
            roff.control("TP", []).text([bold(file)]).text([roman(words)]);
        }
    } else {
        roff.control("SH", ["SEE ALSO"]).text([bold("samocode"), roman("(1)")]);
    }
    roff
}

/// What samocode reads of a person's files.
const FILES: [(&str, &str); 3] = [
    (".samocode", "The settings of a project, looked for upward from the working directory."),
    (".env", "Beside it: settings that git should not keep, such as tokens."),
    ("~/.config/samocode/config", "Settings of yours for all projects; weaker than those of a project."),
];
