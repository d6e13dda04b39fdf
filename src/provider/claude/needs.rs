//! The variables that Claude Code cannot work without although they look like credentials.

use std::ffi::OsString;

use crate::domain::environment::Needs;
use crate::provider::program::variable;

/// Its own, and those of the cloud that it is told to use. Proxies and certificates look like no credential, so a child
/// has them anyway.
pub(crate) fn needs(env: &[(OsString, OsString)]) -> Needs {
    let mut needs = Needs { names: Vec::new(), prefixes: vec!["ANTHROPIC_", "CLAUDE_"] };
    if is_on(env, "CLAUDE_CODE_USE_BEDROCK") {
        needs.prefixes.push("AWS_");
    }
    if is_on(env, "CLAUDE_CODE_USE_VERTEX") {
        needs.prefixes.extend(["GOOGLE_", "GCLOUD_", "VERTEX_"]);
        needs.names.push("CLOUD_ML_REGION".to_owned());
    }
    if is_on(env, "CLAUDE_CODE_USE_FOUNDRY") {
        needs.prefixes.push("AZURE_");
    }
    needs
}

/// Whether a switch is set to anything but a no.
pub(super) fn is_on(env: &[(OsString, OsString)], name: &str) -> bool {
    let value = variable(env, name).map(|value| value.to_string_lossy().to_lowercase());
    value.is_some_and(|value| !["", "0", "false", "no", "off"].contains(&value.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::environment::child_environment;

    fn withheld(switch: &[(&str, &str)]) -> Vec<String> {
        let names =
            ["ANTHROPIC_API_KEY", "AWS_SECRET_ACCESS_KEY", "CLAUDE_CODE_OAUTH_TOKEN", "GOOGLE_API_KEY"];
        let all = names.map(|name| (name, "value"));
        let env: Vec<(OsString, OsString)> =
            all.iter().chain(switch).map(|(name, value)| (name.into(), value.into())).collect();
        child_environment(&env, &needs(&env), &[]).withheld
    }

    #[test]
    fn its_own_keys_are_there_and_those_of_the_cloud_in_use() {
        assert_eq!(withheld(&[]), ["AWS_SECRET_ACCESS_KEY", "GOOGLE_API_KEY"]);
        assert_eq!(withheld(&[("CLAUDE_CODE_USE_BEDROCK", "1")]), ["GOOGLE_API_KEY"]);
        assert_eq!(withheld(&[("CLAUDE_CODE_USE_VERTEX", "true")]), ["AWS_SECRET_ACCESS_KEY"]);
        assert_eq!(
            withheld(&[("CLAUDE_CODE_USE_BEDROCK", "0")]),
            ["AWS_SECRET_ACCESS_KEY", "GOOGLE_API_KEY"]
        );
    }
}
