//! The person's settings of Gemini CLI with what a run of samocode's needs. Pure.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::json;

/// Sub-agents that come with it. Each is named to the model in every request.
const AGENTS: [&str; 3] = ["cli_help", "codebase_investigator", "generalist"];

/// Skills that come with it.
const SKILLS: [&str; 2] = ["antigravity-support", "skill-creator"];

/// The settings for a run whose documents go to `session_dir`, from the text of the person's.
///
/// Its file tools refuse every path outside the working directory and the folders that the settings name; on the
/// command line a comma would end a folder's name. What is no JSON object stays as it is: the CLI says what is wrong.
pub(super) fn merged(person: &str, session_dir: &Path) -> String {
    let text = if person.trim().is_empty() { "{}" } else { person };
    let Some(Value::Object(mut settings)) = json::read(text) else {
        return person.to_owned();
    };
    let folder = json!(session_dir.to_string_lossy());
    let merges = [
        add_items(&mut settings, "context", "includeDirectories", &[folder]),
        add_items(&mut settings, "skills", "disabled", &SKILLS.map(Value::from)),
        switch_off_agents(&mut settings),
    ];
    if merges.contains(&None) {
        return person.to_owned();
    }
    format!("{:#}\n", Value::Object(settings))
}

/// Whether the person's settings name a model. Text that cannot be read names none.
pub(super) fn names_a_model(person: &str) -> bool {
    let name = json::read(person).and_then(|settings| Some(settings.get("model")?.get("name")?.clone()));
    // With `auto` it asks its router, as it does without a name.
    name.is_some_and(|name| name.as_str().is_some_and(|name| !name.is_empty() && !name.starts_with("auto")))
}

/// The object of this name, made where there is none; none where something else stands there.
fn object<'a>(parent: &'a mut Map<String, Value>, name: &str) -> Option<&'a mut Map<String, Value>> {
    parent.entry(name).or_insert_with(|| json!({})).as_object_mut()
}

/// Adds what a list does not hold yet.
fn add_items(settings: &mut Map<String, Value>, group: &str, name: &str, items: &[Value]) -> Option<()> {
    let list = object(settings, group)?.entry(name).or_insert_with(|| json!([])).as_array_mut()?;
    for item in items {
        if !list.contains(item) {
            list.push(item.clone());
        }
    }
    Some(())
}

/// An agent that the person has settings for stays as they have it.
fn switch_off_agents(settings: &mut Map<String, Value>) -> Option<()> {
    let overrides = object(object(settings, "agents")?, "overrides")?;
    for agent in AGENTS {
        overrides.entry(agent).or_insert_with(|| json!({"enabled": false}));
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(person: &str) -> String {
        merged(person, Path::new("/s/a, b"))
    }

    #[test]
    fn without_settings_of_the_persons() {
        assert_eq!(made(""), made("{}"));
        insta::assert_snapshot!(made(""), @r#"
        {
          "agents": {
            "overrides": {
              "cli_help": {
                "enabled": false
              },
              "codebase_investigator": {
                "enabled": false
              },
              "generalist": {
                "enabled": false
              }
            }
          },
          "context": {
            "includeDirectories": [
              "/s/a, b"
            ]
          },
          "skills": {
            "disabled": [
              "antigravity-support",
              "skill-creator"
            ]
          }
        }
        "#);
    }

    #[test]
    fn the_persons_settings_stay() {
        let person = r#"{ // mine
            "mcpServers": {"t": {"command": "t"}}, "context": {"includeDirectories": ["~/lib"], "fileName": "A.md"},
            "agents": {"overrides": {"generalist": {"enabled": true}}}, "skills": {"disabled": ["skill-creator", "x"]}
        }"#;
        let merged: Value = serde_json::from_str(&made(person)).unwrap();
        assert_eq!(merged["mcpServers"]["t"]["command"], "t");
        assert_eq!(
            merged["context"],
            json!({"includeDirectories": ["~/lib", "/s/a, b"], "fileName": "A.md"})
        );
        assert_eq!(merged["agents"]["overrides"]["generalist"], json!({"enabled": true}));
        assert_eq!(merged["agents"]["overrides"]["cli_help"], json!({"enabled": false}));
        assert_eq!(merged["skills"]["disabled"], json!(["skill-creator", "x", "antigravity-support"]));
    }

    #[test]
    fn a_model_is_named_by_the_settings_or_left_to_the_router() {
        assert!(names_a_model(r#"{ /* mine */ "model": {"name": "gemini-2.5-pro"}}"#));
        for none in [
            "",
            "{",
            "{}",
            r#"{"model": {}}"#,
            r#"{"model": {"name": ""}}"#,
            r#"{"model": {"name": "auto"}}"#,
        ] {
            assert!(!names_a_model(none), "{none}");
        }
    }

    #[test]
    fn what_is_wrong_stays_for_the_cli_to_say() {
        for wrong in ["{ \"x\": ", "[]", "{\"context\": 1}", "{\"skills\": {\"disabled\": \"x\"}}"] {
            assert_eq!(made(wrong), wrong);
        }
    }
}
