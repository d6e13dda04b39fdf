//! Settings of git that travel in the environment: `GIT_CONFIG_COUNT` and its numbered pairs. They win over every
//! configuration file, so what samocode sets for a child this way stands after what the person set.

use std::ffi::{OsStr, OsString};

use crate::domain::redact::Redactor;

const COUNT: &str = "GIT_CONFIG_COUNT";
const KEY: &str = "GIT_CONFIG_KEY_";
const VALUE: &str = "GIT_CONFIG_VALUE_";

/// More pairs than anybody sets: a count beyond it is a slip.
const MOST: usize = 10_000;

/// One setting: its key as `git config` knows it, and its value.
pub type GitSetting = (OsString, OsString);

/// Whether a variable is part of a setting.
pub(super) fn is_part(name: &str) -> bool {
    name == COUNT || name.starts_with(KEY) || name.starts_with(VALUE)
}

/// The settings of an environment, in git's order, each with its number. One that is not whole is left out; git itself
/// refuses to work with it.
fn settings(environment: &[(OsString, OsString)]) -> Vec<(usize, GitSetting)> {
    let find = |name: &str| {
        let found = environment.iter().rfind(|(other, _)| other == name);
        found.map(|(_, value)| value.as_os_str())
    };
    let count = find(COUNT).and_then(OsStr::to_str).and_then(|count| count.parse::<usize>().ok());
    let pair = |number| {
        let key = find(&format!("{KEY}{number}"))?;
        Some((number, (key.to_owned(), find(&format!("{VALUE}{number}"))?.to_owned())))
    };
    (0..count.unwrap_or(0).min(MOST)).filter_map(pair).collect()
}

/// Those of the person's settings that hold no credential, or are given all the same; with the names of the variables
/// of the others.
pub(super) fn allowed(
    person: &[(OsString, OsString)],
    shapes: &Redactor,
    given: impl Fn(&str) -> bool,
) -> (Vec<GitSetting>, Vec<String>) {
    let mut withheld = Vec::new();
    let mut kept = Vec::new();
    for (number, (key, value)) in settings(person) {
        let name = key.to_string_lossy().to_ascii_lowercase();
        let secret = name.starts_with("credential.")
            || name.ends_with(".extraheader")
            || [&key, &value].iter().any(|text| shapes.finds(text.as_encoded_bytes()));
        let names = [format!("{KEY}{number}"), format!("{VALUE}{number}")];
        if secret && !given(COUNT) && !names.iter().any(|name| given(name)) {
            withheld.extend(names);
        } else {
            kept.push((key, value));
        }
    }
    (kept, withheld)
}

/// Adds settings to an environment, after those that stand in it.
pub fn add_git_settings(
    environment: &mut Vec<(OsString, OsString)>,
    more: impl IntoIterator<Item = GitSetting>,
) {
    let mut all: Vec<GitSetting> = settings(environment).into_iter().map(|(_, setting)| setting).collect();
    all.extend(more);
    environment.retain(|(name, _)| !is_part(&name.to_string_lossy()));
    if all.is_empty() {
        return;
    }
    environment.push((COUNT.into(), all.len().to_string().into()));
    for (number, (key, value)) in all.into_iter().enumerate() {
        environment.push((format!("{KEY}{number}").into(), key));
        environment.push((format!("{VALUE}{number}").into(), value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(environment: &[(OsString, OsString)]) -> String {
        let lines: Vec<String> = environment
            .iter()
            .map(|(name, value)| format!("{}={}", name.display(), value.display()))
            .collect();
        lines.join(" ")
    }

    fn environment(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
        pairs.iter().map(|(name, value)| (name.into(), value.into())).collect()
    }

    #[test]
    fn settings_stand_after_those_that_are_there() {
        let mut all = environment(&[
            ("GIT_CONFIG_COUNT", "1"),
            ("GIT_CONFIG_KEY_0", "user.name"),
            ("GIT_CONFIG_VALUE_0", "Ada"),
            ("PATH", "/bin"),
        ]);
        add_git_settings(&mut all, [("tag.gpgsign".into(), "false".into())]);
        assert_eq!(
            shown(&all),
            "PATH=/bin GIT_CONFIG_COUNT=2 GIT_CONFIG_KEY_0=user.name GIT_CONFIG_VALUE_0=Ada GIT_CONFIG_KEY_1=tag.gpgsign GIT_CONFIG_VALUE_1=false"
        );
    }

    #[test]
    fn a_count_that_is_none_and_a_pair_that_is_not_whole_count_as_nothing() {
        for (count, key) in
            [("many", "GIT_CONFIG_KEY_0"), ("1", "GIT_CONFIG_KEY_1"), ("0", "GIT_CONFIG_KEY_0")]
        {
            let mut all =
                environment(&[("GIT_CONFIG_COUNT", count), (key, "a.b"), ("GIT_CONFIG_VALUE_0", "c")]);
            add_git_settings(&mut all, []);
            assert_eq!(shown(&all), "", "{count}");
        }
    }
}
