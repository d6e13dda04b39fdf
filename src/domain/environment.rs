//! Which of the person's variables a child sees: not the phone's and the channels', no agent's socket, and of what looks like a
//! credential only what its provider needs and what the person gives back.
//!
//! Never shows a value; reads no environment itself.

use std::ffi::{OsStr, OsString};

use crate::domain::redact::Redactor;

mod git;

pub use git::{GitSetting, add_git_settings};

/// How the variables begin by which samocode reaches the person. An address is a credential there.
const OF_THE_PHONE: [&str; 2] = ["TELEGRAM_", "SAMOCODE_NOTIFY_"];

/// Variables by which a program reaches an agent that holds keys.
const AGENT_SOCKETS: [&str; 9] = [
    "SSH_AUTH_SOCK",
    "SSH_AGENT_PID",
    "GIT_ASKPASS",
    "SSH_ASKPASS",
    "VSCODE_GIT_IPC_HANDLE",
    "GPG_AGENT_INFO",
    "GNOME_KEYRING_CONTROL",
    "GNOME_KEYRING_PID",
    "KRB5CCNAME",
];

/// What git and the tools around it may need to reach a remote as the person; for children that may push.
pub const FOR_PUSHING: [&str; 15] = [
    "GIT_CONFIG_COUNT",
    "SSH_AUTH_SOCK",
    "SSH_AGENT_PID",
    "GIT_ASKPASS",
    "SSH_ASKPASS",
    "VSCODE_GIT_IPC_HANDLE",
    "GNOME_KEYRING_CONTROL",
    "GNOME_KEYRING_PID",
    "KRB5CCNAME",
    "GH_TOKEN",
    "GITHUB_TOKEN",
    "GH_ENTERPRISE_TOKEN",
    "GITHUB_ENTERPRISE_TOKEN",
    "GITLAB_TOKEN",
    "GL_TOKEN",
];

/// Words of a name that make its value a credential. Plural `TOKENS` is none of them: it counts a model's tokens.
const WORDS: [&str; 19] = [
    "KEY",
    "KEYS",
    "TOKEN",
    "SECRET",
    "SECRETS",
    "PASSWORD",
    "PASSWORDS",
    "PASSWD",
    "PASSPHRASE",
    "PASS",
    "PAT",
    "CREDENTIAL",
    "CREDENTIALS",
    "CREDS",
    "AUTH",
    "COOKIE",
    "COOKIES",
    "APIKEY",
    "MNEMONIC",
];

/// The same, where a name writes several words as one.
const ENDINGS: [&str; 8] =
    ["APIKEY", "ACCESSKEY", "SECRETKEY", "PRIVATEKEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD"];

/// What a provider needs although it looks like a credential.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Names.
    pub names: Vec<String>,
    /// Beginnings of names.
    pub prefixes: Vec<&'static str>,
}

/// What a child gets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChildEnvironment {
    /// Its variables, in the order of the person's.
    pub variables: Vec<(OsString, OsString)>,
    /// The names of those that it does not get, sorted.
    pub withheld: Vec<String>,
}

/// The person's environment, less what a child with these needs has no use for. `pass` names what is given back.
#[must_use]
pub fn child_environment(
    person: &[(OsString, OsString)],
    needs: &Needs,
    pass: &[String],
) -> ChildEnvironment {
    let shapes = Redactor::default();
    let mut child = ChildEnvironment::default();
    for (name, value) in person {
        let text = name.to_string_lossy();
        if git::is_part(&text) {
            continue;
        }
        let needed = needs.names.iter().any(|name| *name == text)
            || needs.prefixes.iter().any(|prefix| text.starts_with(prefix));
        let given = needed || pass.iter().any(|passed| *passed == text);
        if given || !is_private(&text, value, &shapes) {
            child.variables.push((name.clone(), value.clone()));
        } else {
            child.withheld.push(text.into_owned());
        }
    }
    // One by one, their names look like keys, and a pair that is not whole makes git refuse to work.
    let (settings, withheld) = git::allowed(person, &shapes, |name| pass.iter().any(|passed| passed == name));
    add_git_settings(&mut child.variables, settings);
    child.withheld.extend(withheld);
    child.withheld.sort();
    child
}

/// The values that must be seen nowhere, whether a child gets them or not.
#[must_use]
pub fn secret_values(person: &[(OsString, OsString)]) -> Vec<&[u8]> {
    let shapes = Redactor::default();
    person
        .iter()
        .filter(|(name, value)| {
            let name = name.to_string_lossy();
            let named = is_credential(&name) && !is_harmless(value.as_encoded_bytes());
            named || is_hook(&name, value) || shapes.finds(value.as_encoded_bytes())
        })
        .map(|(_, value)| value.as_encoded_bytes())
        .collect()
}

fn is_private(name: &str, value: &OsStr, shapes: &Redactor) -> bool {
    // Without its proxy a child reaches nothing, and a proxy's password stands in its address.
    let proxy = name.to_ascii_uppercase().ends_with("PROXY");
    OF_THE_PHONE.iter().any(|prefix| name.starts_with(prefix))
        || AGENT_SOCKETS.contains(&name)
        || is_credential(name)
        || (!proxy && shapes.finds(value.as_encoded_bytes()))
}

/// Whether it is an address to which the person's notices go. Whoever knows it can send there, too.
fn is_hook(name: &str, value: &OsStr) -> bool {
    name.starts_with("SAMOCODE_NOTIFY_") && value.to_string_lossy().contains("://")
}

/// Whether a name says that its value is a credential.
fn is_credential(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let mut words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.any(|word| WORDS.contains(&word) || ENDINGS.iter().any(|ending| word.ends_with(ending)))
        || name.ends_with("_PWD")
}

/// Whether a credential's value is one that stands in ordinary text, too: a path, a word, a number.
fn is_harmless(value: &[u8]) -> bool {
    let word = value.len() < 12 && value.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'-');
    let number = value.len() < 10 && value.iter().all(u8::is_ascii_digit);
    value.starts_with(b"/") || value.starts_with(b"~/") || word || number
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(names: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
        names.iter().map(|(name, value)| (name.into(), value.into())).collect()
    }

    fn withheld(names: &[&str]) -> Vec<String> {
        let all: Vec<(&str, &str)> = names.iter().map(|name| (*name, "value")).collect();
        child_environment(&person(&all), &Needs::default(), &[]).withheld
    }

    #[test]
    fn what_looks_like_a_credential_is_withheld() {
        let names = [
            "API_KEY",
            "AWS_ACCESS_KEY_ID",
            "DB_PASSWORD",
            "GITHUB_PAT",
            "GPG_AGENT_INFO",
            "GitLab-Token",
            "MYSQL_PWD",
            "NODE_AUTH_TOKEN",
            "OPENAI_APIKEY",
            "PGPASSWORD",
            "SAMOCODE_NOTIFY_SLACK",
            "SSH_AUTH_SOCK",
            "TELEGRAM_CHAT_ID",
            "npm_config__authToken",
        ];
        assert_eq!(withheld(&names), names);
    }

    #[test]
    fn what_only_contains_such_letters_is_not() {
        let names = [
            "PATH",
            "HOME",
            "PWD",
            "OLDPWD",
            "GIT_AUTHOR_NAME",
            "XAUTHORITY",
            "KEYBOARD",
            "MONKEY",
            "MAX_THINKING_TOKENS",
            "TOKENIZERS_PARALLELISM",
            "HTTPS_PROXY",
            "NODE_EXTRA_CA_CERTS",
            "SAMOCODE_TEST_SCRIPT",
            "PASSAGE",
            "COMPASS",
        ];
        assert!(withheld(&names).is_empty(), "{:?}", withheld(&names));
    }

    #[test]
    fn a_value_with_the_shape_of_a_key_is_withheld_under_any_name() {
        let key = format!("ghp_{}", "a1B2c3D4e5".repeat(4));
        let proxy = ("https_proxy", "http://ada:s3cr3t@proxy:3128");
        let env =
            person(&[("PLAIN", &key), ("DB_URL", "postgres://ada:s3cr3t@db/x"), ("OTHER", "value"), proxy]);
        let child = child_environment(&env, &Needs::default(), &[]);
        assert_eq!(child.withheld, ["DB_URL", "PLAIN"]);
        assert_eq!(child.variables, person(&[("OTHER", "value"), proxy]));
        assert!(secret_values(&env).contains(&proxy.1.as_bytes()));
    }

    #[test]
    fn settings_of_git_stay_whole_and_those_with_credentials_are_withheld() {
        let env = person(&[
            ("GIT_CONFIG_COUNT", "3"),
            ("GIT_CONFIG_KEY_0", "http.https://git.example/.extraheader"),
            ("GIT_CONFIG_VALUE_0", "Authorization: Basic abc"),
            ("GIT_CONFIG_KEY_1", "user.name"),
            ("GIT_CONFIG_VALUE_1", "Ada"),
            ("GIT_CONFIG_KEY_2", "credential.helper"),
            ("GIT_CONFIG_VALUE_2", "store"),
        ]);
        let whole = child_environment(&env, &Needs::default(), &["GIT_CONFIG_COUNT".into()]);
        assert!(whole.withheld.is_empty());
        let child = child_environment(&env, &Needs::default(), &[]);
        let names = [0, 2].map(|n| [format!("GIT_CONFIG_KEY_{n}"), format!("GIT_CONFIG_VALUE_{n}")]);
        let mut names: Vec<String> = names.into_iter().flatten().collect();
        names.sort();
        assert_eq!(child.withheld, names);
        let left =
            [("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "user.name"), ("GIT_CONFIG_VALUE_0", "Ada")];
        assert_eq!(child.variables, person(&left));
    }

    #[test]
    fn what_the_provider_needs_and_the_person_gives_back_is_there() {
        let env = person(&[
            ("A_KEY", "1"),
            ("B_TOKEN", "2"),
            ("C_SECRET", "3"),
            ("SSH_AUTH_SOCK", "4"),
            ("D_KEY", "5"),
        ]);
        let needs = Needs { names: vec!["A_KEY".into()], prefixes: vec!["B_"] };
        let child = child_environment(&env, &needs, &["C_SECRET".into(), "SSH_AUTH_SOCK".into()]);
        assert_eq!(child.withheld, ["D_KEY"]);
        assert_eq!(child.variables.len(), 4);
    }

    #[test]
    fn a_credential_is_secret_unless_its_value_is_an_ordinary_word_or_path() {
        let env = person(&[
            ("A_TOKEN", "s3cr3t-value"),
            ("SSH_AUTH_SOCK", "/run/agent"),
            ("B_AUTH", "disabled"),
            ("C_PASSWORD", "correcthorsebattery"),
            ("PLAIN", "s0me text"),
            ("SAMOCODE_NOTIFY_SLACK", "https://hooks.example/x"),
            ("SAMOCODE_NOTIFY_DESKTOP", "on"),
        ]);
        assert_eq!(
            secret_values(&env),
            [&b"s3cr3t-value"[..], b"correcthorsebattery", b"https://hooks.example/x"]
        );
    }
}
