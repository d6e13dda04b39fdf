//! Where keys and tokens lie: folders and files that no child has business with. Words only; reads nothing.

/// Below the home folder.
pub(super) const IN_HOME: &[&str] = &[
    ".gnupg",
    ".aws",
    ".azure",
    ".kube",
    ".docker",
    ".pypirc",
    ".pgpass",
    ".my.cnf",
    ".s3cfg",
    ".boto",
    ".vault-token",
    ".password-store",
    ".terraform.d",
    ".oci",
    ".fly",
    ".cargo/credentials",
    ".cargo/credentials.toml",
    ".gem/credentials",
    ".claude",
    ".claude.json",
    ".codex",
    ".gemini",
    ".config/gcloud",
    ".config/containers/auth.json",
    ".config/op",
    ".config/rclone",
    ".config/doctl",
    ".config/hcloud",
    ".config/sops",
    ".config/github-copilot",
    ".config/google-chrome",
    ".config/chromium",
    ".mozilla",
    ".thunderbird",
    ".local/share/keyrings",
    ".local/share/kwalletd",
];

/// Below the home folder, too: what git and the tools around it reach a remote with. Open to children that may push.
pub(super) const FOR_PUSHING: &[&str] = &[
    ".ssh",
    ".netrc",
    ".git-credentials",
    ".config/git/credentials",
    ".config/gh",
    ".config/glab-cli",
    ".config/hub",
];

/// Variables that name such a place elsewhere, or several with `:` between.
pub(super) const VARIABLES: &[&str] = &[
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AZURE_CONFIG_DIR",
    "CLOUDSDK_CONFIG",
    "CODEX_HOME",
    "CLAUDE_CONFIG_DIR",
    "DOCKER_CONFIG",
    "GH_CONFIG_DIR",
    "GNUPGHOME",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "KUBECONFIG",
    "NETRC",
];
