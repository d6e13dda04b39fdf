//! The table of the points in `docs/crash-sweep.md`, which says what was swept. `SAMOCODE_UPDATE=1` writes it anew.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::played::Death;

/// Where the table begins in the page.
const BEGINS: &str = "<!-- The test writes what follows. -->\n";

/// The table that stands in the page is the one of these deaths.
pub(crate) fn check(sweeps: &[(&str, &[Death])]) {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/crash-sweep.md");
    let text = fs::read_to_string(&page).unwrap();
    let (words, stands) = text.split_once(BEGINS).expect("the page has no place for the table");
    let table = table(sweeps);
    if std::env::var_os("SAMOCODE_UPDATE").is_some() {
        fs::write(&page, format!("{words}{BEGINS}{table}")).unwrap();
    } else {
        assert_eq!(stands, table, "set SAMOCODE_UPDATE=1 to bring {} up to date", page.display());
    }
}

fn table(sweeps: &[(&str, &[Death])]) -> String {
    let mut text = String::new();
    for (title, deaths) in sweeps {
        let _ = write!(text, "\n## {title}: {} points\n\n", deaths.len());
        let _ = write!(text, "| command | what | killed |\n|---|---|---|\n");
        for ((command, what), moments) in rows(deaths) {
            let moments: Vec<String> =
                moments.into_iter().map(|(moment, count)| format!("{moment}: {count}")).collect();
            let _ = writeln!(text, "| `{command}` | {what} | {} |", moments.join(", "));
        }
    }
    text
}

type Rows<'a> = BTreeMap<(&'a str, &'a str), Vec<(&'a str, usize)>>;

/// By command and by what is written; moments in the order in which they were first passed.
fn rows(deaths: &[Death]) -> Rows<'_> {
    let mut rows = Rows::new();
    for death in deaths {
        let name = death.at.split('#').next().unwrap();
        let (what, moment) = name.split_once(", ").unwrap();
        let moments = rows.entry((death.command, what)).or_default();
        match moments.iter_mut().find(|(known, _)| *known == moment) {
            Some((_, count)) => *count += 1,
            None => moments.push((moment, 1)),
        }
    }
    rows
}
