//! The variables that Codex cannot work without although they look like credentials.

use std::ffi::OsString;

use super::person;
use crate::domain::environment::Needs;

/// Its own, and those that the person's settings name for other services. Amazon's is one that it knows by itself.
pub(crate) fn needs(env: &[(OsString, OsString)]) -> Needs {
    let person = person::settings(env);
    let own = ["OPENAI_API_KEY", "CODEX_API_KEY", "CODEX_ACCESS_TOKEN"].map(str::to_owned);
    let amazon = (person.service == "amazon-bedrock").then_some("AWS_");
    Needs { names: own.into_iter().chain(person.keys).collect(), prefixes: amazon.into_iter().collect() }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::domain::environment::child_environment;

    fn withheld(settings: &str) -> Vec<String> {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join(".codex")).unwrap();
        fs::write(home.path().join(".codex/config.toml"), settings).unwrap();
        let names = ["AWS_SECRET_ACCESS_KEY", "CODEX_API_KEY", "HUB_KEY", "OPENAI_API_KEY"];
        let all = names.map(|name| (OsString::from(name), OsString::from("value")));
        let env: Vec<(OsString, OsString)> =
            [("HOME".into(), home.path().into())].into_iter().chain(all).collect();
        child_environment(&env, &needs(&env), &[]).withheld
    }

    #[test]
    fn its_own_keys_are_there_and_those_of_the_services_that_are_set_up() {
        assert_eq!(withheld(""), ["AWS_SECRET_ACCESS_KEY", "HUB_KEY"]);
        let hub = "[model_providers.hub]\nname = \"Hub\"\nenv_key = \"HUB_KEY\"\n";
        assert_eq!(withheld(hub), ["AWS_SECRET_ACCESS_KEY"]);
        assert_eq!(withheld("model_provider = \"amazon-bedrock\"\n"), ["HUB_KEY"]);
        assert_eq!(withheld("model_provider ="), ["AWS_SECRET_ACCESS_KEY", "HUB_KEY"], "an unreadable file");
    }
}
