//! The variables that Gemini CLI cannot work without although they look like credentials.

use std::ffi::OsString;

use crate::domain::environment::Needs;

/// Its key, and those of Google's cloud: which of them is used is said in its settings. `GOOGLE_APPLICATION_CREDENTIALS`
/// names a file. What stands in `~/.gemini/.env` it reads by itself.
pub(crate) fn needs(_env: &[(OsString, OsString)]) -> Needs {
    Needs { names: Vec::new(), prefixes: vec!["GEMINI_", "GOOGLE_", "GCLOUD_", "CLOUDSDK_"] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::environment::child_environment;

    #[test]
    fn its_own_keys_are_there_and_no_others() {
        let names = [
            "ANTHROPIC_API_KEY",
            "GEMINI_API_KEY",
            "GOOGLE_API_KEY",
            "GOOGLE_APPLICATION_CREDENTIALS",
            "GOOGLE_CLOUD_ACCESS_TOKEN",
            "OPENAI_API_KEY",
        ];
        let env: Vec<(OsString, OsString)> = names.iter().map(|name| (name.into(), "value".into())).collect();
        let withheld = child_environment(&env, &needs(&env), &[]).withheld;
        assert_eq!(withheld, ["ANTHROPIC_API_KEY", "OPENAI_API_KEY"]);
    }
}
