//! The sweep itself: every point of an undisturbed session becomes the death of one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::homes;
use crate::played::{Death, Played, play};
use crate::plot::{ADOPTED, Plot, REVIEWED, WHOLE};
use crate::story::{Told, tell};
use crate::table;

/// Sessions at a time.
const AT_ONCE: usize = 2;
/// What is written as time goes by is written once in an iteration at least; no more than that is counted on.
const BY_TIME: &str = "write live.json";

#[test]
fn fault_18_killed_before_or_after_anything_it_writes_a_session_ends_the_same() {
    sweep(&WHOLE);
    sweep(&ADOPTED);
}

#[test]
fn fault_18_killed_before_or_after_anything_that_a_review_writes_a_session_ends_the_same() {
    sweep(&REVIEWED);
}

#[test]
fn the_page_lists_the_points_that_are_swept() {
    let points = |plot: &Plot| deaths(plot, &play(plot, None));
    let (whole, adopted, reviewed) = (points(&WHOLE), points(&ADOPTED), points(&REVIEWED));
    table::check(&[
        ("A whole session", &whole),
        ("The beginning of an adopted one", &adopted),
        ("A short one that is reviewed", &reviewed),
        ("Install, uninstall and archive", &homes::deaths()),
    ]);
}

/// Kills a session at each of its points; panics where one does not come to the same.
fn sweep(plot: &Plot) {
    let first = play(plot, None);
    let undisturbed = tell(&first);
    assert_eq!(undisturbed.interruptions, 0);
    let deaths = deaths(plot, &first);
    let (next, troubles) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(death) = deaths.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(trouble) = survive(plot, death, &undisturbed) {
                        let words = format!("`{}` killed at `{}`:\n{trouble}", death.command, death.at);
                        troubles.lock().unwrap().push(words);
                    }
                }
            });
        }
    });
    let troubles = troubles.into_inner().unwrap();
    assert!(troubles.is_empty(), "{} of {}:\n\n{}", troubles.len(), deaths.len(), troubles.join("\n\n"));
}

fn deaths(plot: &Plot, played: &Played) -> Vec<Death> {
    let iterations = played.scenario.invocations().len();
    let mut found = Vec::new();
    for &command in plot.commands {
        let points = played.points(command);
        assert!(!points.is_empty(), "`{command}` passed no point");
        for at in points.into_iter().take_while(|at| plot.until != Some(at.as_str())) {
            let (name, count) = at.rsplit_once('#').unwrap();
            if !name.starts_with(BY_TIME) || count.parse::<usize>().unwrap() <= iterations {
                found.push(Death { command, at });
            }
        }
    }
    found
}

/// Plays a session that is killed there; says in what it differs from the undisturbed one.
fn survive(plot: &Plot, death: &Death, undisturbed: &Told) -> Result<(), String> {
    let played = catch_unwind(AssertUnwindSafe(|| {
        let played = play(plot, Some(death));
        (played.died, tell(&played))
    }));
    let (died, told) = played.map_err(|panic| {
        panic.downcast_ref::<String>().cloned().unwrap_or_else(|| "it panicked".to_owned())
    })?;
    if !died {
        return Err("the point was not reached".to_owned());
    }
    if told.story != undisturbed.story {
        let (expected, found) = (format!("{:#?}", undisturbed.story), format!("{:#?}", told.story));
        let difference = similar::TextDiff::from_lines(&expected, &found);
        return Err(difference.unified_diff().context_radius(1).to_string());
    }
    if told.interruptions > 1 {
        return Err(format!("{} interruptions", told.interruptions));
    }
    let lost: Vec<&String> = undisturbed.snapshots.difference(&told.snapshots).collect();
    if lost.is_empty() { Ok(()) } else { Err(format!("trees that are not kept: {lost:?}")) }
}
