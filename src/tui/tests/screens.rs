//! Snapshots of every screen at four widths.

use super::*;

/// Checks a screen at 40, 80, 120 and 200 columns. The model is made anew for each, as in a terminal of that size.
fn check(name: &str, make: impl Fn((u16, u16)) -> Model) {
    for size in [(40, 24), (80, 24), (120, 30), (200, 30)] {
        insta::assert_snapshot!(format!("{name}_{}", size.0), shown(&make(size)));
    }
}

fn opened(size: (u16, u16), view: View, keys: &str) -> Model {
    let mut model = model(size, vec![view]);
    typed(&mut model, "⏎");
    typed(&mut model, keys);
    model
}

#[test]
fn the_list_of_sessions() {
    check("list", |size| {
        let mut model = model(size, sample::all());
        typed(&mut model, "↓");
        model
    });
}

#[test]
fn a_project_without_sessions() {
    check("empty", |size| model(size, Vec::new()));
}

#[test]
fn what_an_agent_does() {
    check("live", |size| {
        let mut model = opened(size, sample::running(), "1");
        let folder = sample::running().folder;
        data(&mut model, Data::Activity { folder, iteration: 12, moments: sample::moments() });
        model
    });
}

#[test]
fn the_overview_with_guidance() {
    check("overview", |size| {
        let mut model = opened(size, sample::running(), "2");
        let (folder, text) =
            (sample::running().folder, "# speed-up\n\n## Status\n\nPhase: testing\n".to_owned());
        data(&mut model, Data::Overview { folder, text });
        model
    });
}

#[test]
fn questions_with_one_answer_chosen() {
    check("questions", |size| opened(size, sample::asking(), "⏎"));
}

#[test]
fn a_plan_to_approve() {
    check("plan", |size| {
        let mut model = opened(size, sample::planned(), "");
        data(&mut model, plan(false));
        model
    });
}

#[test]
fn a_plan_that_changed_is_approved_knowingly() {
    check("plan_changed", |size| {
        let mut model = opened(size, sample::planned(), "");
        data(&mut model, plan(true));
        typed(&mut model, "a");
        model
    });
}

#[test]
fn a_session_that_is_blocked_and_told_something() {
    check("blocked", |size| opened(size, sample::blocked(), "rthe role is granted"));
}

#[test]
fn a_search_in_the_log() {
    check("log_search", |size| {
        let mut model = opened(size, sample::running(), "5");
        let folder = || sample::running().folder;
        let rows = data(&mut model, Data::LogGrown { folder: folder(), count: 100_000 });
        answer_log(&mut model, rows);
        typed(&mut model, "/Planning");
        typed(&mut model, "⏎");
        let more = (0..100_000).step_by(10).collect();
        let words = "Planning".to_owned();
        let rows = data(&mut model, Data::LogFound { folder: folder(), words, more, done: true });
        answer_log(&mut model, rows);
        let rows = typed(&mut model, "NN");
        answer_log(&mut model, rows);
        model
    });
}

/// The lines that the model asks for come.
fn answer_log(model: &mut Model, commands: Vec<Command>) {
    for command in commands {
        if let Command::Log { first, count } = command {
            let (folder, lines) = (sample::running().folder, sample::log(first, count.min(100_000 - first)));
            data(model, Data::LogLines { folder, first, lines });
        }
    }
}

#[test]
fn the_difference_so_far() {
    check("diff", |size| {
        let mut model = opened(size, sample::running(), "6");
        data(&mut model, Data::Diff { folder: sample::running().folder, diff: sample::diff() });
        model
    });
}

#[test]
fn the_keys() {
    check("help", |size| {
        let mut model = model(size, Vec::new());
        typed(&mut model, "?");
        model
    });
}
