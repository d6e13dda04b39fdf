//! Package caches: where the usual tools keep what they fetch and build. A confined child can make nothing beside them,
//! so those of tools that are installed are made before it starts. Words only; makes nothing.
//!
//! What is run later as the person is none of them: `~/.cargo/bin`, `~/.rustup`, `~/go/bin`, global packages.

use std::path::{Path, PathBuf};

/// A tool and its caches.
struct Tool {
    /// Programs by which it is known to be installed.
    programs: &'static [&'static str],
    /// Folders below the home folder; the first part gives way to a variable, see [`BASES`].
    home: &'static [&'static str],
    /// Files below the home folder, likewise.
    files: &'static [&'static str],
    /// Folders below the folder of all caches.
    cache: &'static [&'static str],
}

const fn tool(
    programs: &'static [&'static str],
    home: &'static [&'static str],
    cache: &'static [&'static str],
) -> Tool {
    Tool { programs, home, files: &[], cache }
}

const TOOLS: &[Tool] = &[
    tool(
        &["npm", "node"],
        &[".npm", ".pnpm-store", ".local/share/pnpm/store", ".local/state/pnpm", ".yarn/berry"],
        &[
            "node",
            "node-gyp",
            "pnpm",
            "yarn",
            "typescript",
            "prisma",
            "ms-playwright",
            "Cypress",
            "puppeteer",
            "electron",
        ],
    ),
    tool(&["bun"], &[".bun/install/cache"], &[]),
    tool(&["deno"], &[], &["deno"]),
    Tool {
        programs: &["cargo"],
        home: &[".cargo/registry", ".cargo/git"],
        files: &[".cargo/.package-cache", ".cargo/.package-cache-mutate", ".cargo/.global-cache"],
        cache: &[],
    },
    tool(&["sccache"], &[], &["sccache"]),
    tool(&["ccache"], &[], &["ccache"]),
    tool(&["go"], &["go/pkg"], &["go-build", "golangci-lint"]),
    tool(
        &["python3", "python"],
        &[".conda/pkgs"],
        &["pip", "uv", "pypoetry", "pdm", "pipenv", "virtualenv", "pre-commit", "huggingface"],
    ),
    tool(
        &["java", "mvn", "gradle"],
        &[
            ".m2/repository",
            ".m2/wrapper",
            ".gradle/caches",
            ".gradle/daemon",
            ".gradle/native",
            ".gradle/notifications",
            ".gradle/wrapper",
            ".gradle/workers",
            ".gradle/.tmp",
            ".ivy2/cache",
        ],
        &["coursier"],
    ),
    tool(&["dotnet"], &[".nuget/packages", ".local/share/NuGet"], &[]),
    tool(&["ruby", "bundle"], &[".bundle/cache"], &[]),
    tool(&["php", "composer"], &[".composer/cache"], &["composer"]),
    tool(&["dart", "flutter"], &[".pub-cache"], &[]),
    tool(&["mix", "elixir"], &[".hex"], &["rebar3"]),
    tool(&["cabal", "ghc"], &[".cabal/packages"], &[]),
    tool(&["zig"], &[], &["zig"]),
    tool(&["bazel", "bazelisk"], &[], &["bazel", "bazelisk"]),
];

/// Variables that move a tool's folder away from the home folder.
const BASES: &[(&str, &str)] = &[
    ("BUN_INSTALL", ".bun"),
    ("CARGO_HOME", ".cargo"),
    ("GOPATH", "go"),
    ("GRADLE_USER_HOME", ".gradle"),
    ("PUB_CACHE", ".pub-cache"),
];

/// Variables that name a cache.
const VARIABLES: &[&str] = &[
    "BUN_INSTALL_CACHE_DIR",
    "CARGO_TARGET_DIR",
    "CCACHE_DIR",
    "COMPOSER_CACHE_DIR",
    "CYPRESS_CACHE_FOLDER",
    "DENO_DIR",
    "GOCACHE",
    "GOMODCACHE",
    "HF_HOME",
    "NPM_CONFIG_CACHE",
    "NUGET_PACKAGES",
    "PIP_CACHE_DIR",
    "PLAYWRIGHT_BROWSERS_PATH",
    "POETRY_CACHE_DIR",
    "PRE_COMMIT_HOME",
    "SCCACHE_DIR",
    "UV_CACHE_DIR",
    "YARN_CACHE_FOLDER",
    "npm_config_cache",
    "npm_config_store_dir",
];

/// A package cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    /// Where.
    pub path: PathBuf,
    /// Whether it is a file, not a folder.
    pub is_file: bool,
    /// Whether its tool is installed, so that it should be there.
    pub wanted: bool,
}

/// The caches of all known tools. `folders` are those that hold everybody's caches, usually `~/.cache`; `variable`
/// looks into a child's environment, and `installed` for programs on its search path.
pub fn caches(
    home: &Path,
    folders: &[PathBuf],
    variable: impl Fn(&str) -> Option<String>,
    installed: impl Fn(&str) -> bool,
) -> Vec<Cache> {
    let absolute =
        |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute() && !is_list(path));
    let place = |path: &str| {
        let moved = BASES.iter().find_map(|(name, base)| {
            let rest = path.strip_prefix(base)?;
            Some(absolute(name)?.join(rest.strip_prefix('/').unwrap_or(rest)))
        });
        moved.unwrap_or_else(|| home.join(path))
    };
    let mut all = Vec::new();
    for tool in TOOLS {
        let wanted = tool.programs.iter().any(|program| installed(program));
        let folder = |path| Cache { path, is_file: false, wanted };
        all.extend(tool.home.iter().map(|path| folder(place(path))));
        all.extend(tool.files.iter().map(|path| Cache { is_file: true, ..folder(place(path)) }));
        all.extend(
            tool.cache.iter().flat_map(|name| folders.iter().map(move |cache| cache.join(name))).map(folder),
        );
    }
    let named = VARIABLES.iter().filter_map(|name| absolute(name));
    all.extend(named.map(|path| Cache { path, is_file: false, wanted: true }));
    all.extend(folders.iter().map(|path| Cache { path: path.clone(), is_file: false, wanted: true }));
    all
}

/// Several paths in one text are none of a cache.
fn is_list(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().contains(&b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(variables: &[(&str, &str)], installed: &[&str]) -> Vec<Cache> {
        let variable = |name: &str| {
            variables.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned())
        };
        caches(Path::new("/h"), &["/h/.cache".into()], variable, |program| installed.contains(&program))
    }

    fn found(all: &[Cache], path: &str) -> Option<bool> {
        all.iter().find(|cache| cache.path == Path::new(path)).map(|cache| cache.wanted)
    }

    #[test]
    fn the_caches_of_a_tool_are_wanted_where_it_is_installed() {
        let all = all(&[], &["cargo", "python3"]);
        for (path, wanted) in [
            ("/h/.cargo/registry", true),
            ("/h/.cache/pip", true),
            ("/h/.cache", true),
            ("/h/.npm", false),
            ("/h/.cache/go-build", false),
        ] {
            assert_eq!(found(&all, path), Some(wanted), "{path}");
        }
        assert!(all.iter().any(|cache| cache.path == Path::new("/h/.cargo/.package-cache") && cache.is_file));
    }

    #[test]
    fn variables_move_caches() {
        let all = all(&[("CARGO_HOME", "/c"), ("GOCACHE", "off"), ("UV_CACHE_DIR", "/u")], &["cargo"]);
        assert_eq!(found(&all, "/c/registry"), Some(true));
        assert_eq!(found(&all, "/h/.cargo/registry"), None);
        assert_eq!(found(&all, "/u"), Some(true));
        assert!(all.iter().all(|cache| cache.path.is_absolute()));
    }
}
