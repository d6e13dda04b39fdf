//! Whatever is typed, pasted, read and resized, in whatever order: nothing panics.

use proptest::prelude::*;

use super::*;

fn key() -> impl Strategy<Value = Input> {
    let code = prop_oneof![
        6 => prop::sample::select("jkhlgGnN/?qtraxsoAdR123456y ".chars().collect::<Vec<_>>()).prop_map(KeyCode::Char),
        1 => any::<char>().prop_map(KeyCode::Char),
        4 => prop::sample::select(vec![
            KeyCode::Enter, KeyCode::Esc, KeyCode::Tab, KeyCode::BackTab, KeyCode::Up, KeyCode::Down, KeyCode::Left,
            KeyCode::Right, KeyCode::Home, KeyCode::End, KeyCode::PageUp, KeyCode::PageDown, KeyCode::Backspace,
            KeyCode::Delete,
        ]),
    ];
    let modifiers = prop::sample::select(vec![
        KeyModifiers::NONE,
        KeyModifiers::NONE,
        KeyModifiers::CONTROL,
        KeyModifiers::ALT,
    ]);
    (code, modifiers).prop_map(|(code, modifiers)| Input::Key(KeyEvent::new(code, modifiers)))
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,60}",
        "[a-z漢👩🏽‍🚀 \u{301}\n`*#>|-]{0,200}",
        Just("# a\n- [ ] b\n```\ncode\n```\n".repeat(20)),
    ]
}

fn view() -> impl Strategy<Value = View> {
    let one = prop::sample::select(vec![
        sample::asking as fn() -> View,
        sample::planned,
        sample::running,
        sample::blocked,
        sample::parked,
        sample::done,
        sample::idle,
    ]);
    (one, words(), prop::sample::select(vec!["init", "testing", "no-such-phase", ""])).prop_map(
        |(one, words, phase)| {
            let mut view = one();
            view.folder = "26-01-08-add-auth".to_owned();
            view.task = Some(words.clone());
            view.summary = view.summary.map(|_| words.clone());
            view.name.push_str(&words.replace('\n', " "));
            view.phase = phase.to_owned();
            view
        },
    )
}

fn read() -> impl Strategy<Value = Data> {
    let folder = || "26-01-08-add-auth".to_owned();
    prop_oneof![
        prop::collection::vec(view(), 0..4).prop_map(sessions),
        words().prop_map(move |text| Data::Overview { folder: folder(), text }),
        words().prop_map(move |text| Data::Questions { folder: folder(), text }),
        any::<bool>().prop_map(plan),
        Just(()).prop_map(move |()| Data::Plan { folder: folder(), plan: None }),
        (0usize..2000).prop_map(move |count| Data::LogGrown { folder: folder(), count }),
        (0usize..2000, 0usize..700, words()).prop_map(move |(first, count, line)| Data::LogLines {
            folder: folder(),
            first,
            lines: vec![line.replace('\n', " "); count]
        }),
        (prop::collection::vec(0usize..3000, 0..9), words(), any::<bool>())
            .prop_map(move |(more, words, done)| { Data::LogFound { folder: folder(), words, more, done } }),
        words().prop_map(move |text| Data::Diff {
            folder: folder(),
            diff: crate::tui::model::DiffText {
                patch: text.lines().map(str::to_owned).collect(),
                ..sample::diff()
            }
        }),
        words().prop_map(move |text| Data::Activity {
            folder: folder(),
            iteration: 3,
            moments: vec![crate::engine::Moment::Words(text.clone()), crate::engine::Moment::Call(text)]
        }),
        (words(), any::<bool>()).prop_map(|(words, bad)| Data::Asked { words, bad }),
        words().prop_map(Data::Trouble),
    ]
}

fn input() -> impl Strategy<Value = Input> {
    prop_oneof![
        8 => key(),
        1 => words().prop_map(Input::Paste),
        2 => (0u16..210, 0u16..60).prop_map(|(columns, rows)| Input::Resize(columns, rows)),
        1 => (-99i64..99_999).prop_map(|minutes| Input::Tick(sample::at(minutes))),
        4 => read().prop_map(Input::Data),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn nothing_makes_the_screen_panic(inputs in prop::collection::vec(input(), 1..60)) {
        let mut model = model((80, 24), vec![sample::asking()]);
        typed(&mut model, "⏎");
        for input in inputs {
            model.update(input);
            if model.size.0 > 0 && model.size.1 > 0 {
                shown(&model);
            }
        }
    }
}
