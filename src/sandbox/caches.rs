//! Package caches: where the usual tools keep what they fetch and build. A confined child can make nothing beside them,
//! so those of tools that are installed are made before it starts. Words only; makes nothing.
//!
//! What is run later as the person is none of them: `~/.cargo/bin`, `~/.rustup`, `~/go/bin`, global packages.

use std::path::{Path, PathBuf};

/// A tool and its caches.
struct Tool {
    /// Programs by which it is known to be installed.
    programs: &'static [&'static str],
    /// Files at the top of a project that uses it; none for a tool that is used without a trace.
    marks: &'static [&'static str],
    /// Folders below the home folder; the first part gives way to a variable, see [`BASES`].
    home: &'static [&'static str],
    /// Files below the home folder, likewise.
    files: &'static [&'static str],
    /// Folders below the folder of all caches.
    cache: &'static [&'static str],
}

/// A tool without caches.
const NONE: Tool = Tool { programs: &[], marks: &[], home: &[], files: &[], cache: &[] };

const TOOLS: &[Tool] = &[
    Tool {
        programs: &["npm"],
        home: &[".npm"],
        cache: &[
            "node",
            "node-gyp",
            "typescript",
            "ms-playwright",
            "Cypress",
            "puppeteer",
            "electron",
            "prisma",
        ],
        ..NONE
    },
    Tool {
        programs: &["pnpm", "corepack"],
        marks: &["pnpm-lock.yaml", "pnpm-workspace.yaml"],
        home: &[".pnpm-store", ".local/share/pnpm/store", ".local/state/pnpm"],
        cache: &["pnpm"],
        ..NONE
    },
    Tool {
        programs: &["yarn", "corepack"],
        marks: &["yarn.lock"],
        home: &[".yarn/berry"],
        cache: &["yarn"],
        ..NONE
    },
    Tool { programs: &["bun"], home: &[".bun/install/cache"], ..NONE },
    Tool { programs: &["deno"], cache: &["deno"], ..NONE },
    Tool {
        programs: &["cargo"],
        home: &[".cargo/registry", ".cargo/git"],
        files: &[".cargo/.package-cache", ".cargo/.package-cache-mutate", ".cargo/.global-cache"],
        ..NONE
    },
    Tool { programs: &["sccache"], cache: &["sccache"], ..NONE },
    Tool { programs: &["ccache"], cache: &["ccache"], ..NONE },
    Tool { programs: &["go"], home: &["go/pkg"], cache: &["go-build", "golangci-lint"], ..NONE },
    Tool { programs: &["pip", "pip3"], cache: &["pip"], ..NONE },
    Tool { programs: &["uv"], cache: &["uv"], ..NONE },
    Tool { programs: &["poetry"], cache: &["pypoetry"], ..NONE },
    Tool { programs: &["pdm"], cache: &["pdm"], ..NONE },
    Tool { programs: &["pipenv", "virtualenv"], cache: &["pipenv", "virtualenv"], ..NONE },
    Tool { programs: &["pre-commit"], cache: &["pre-commit"], ..NONE },
    Tool { programs: &["conda", "mamba"], home: &[".conda/pkgs"], ..NONE },
    Tool {
        programs: &["java", "mvn"],
        marks: &["pom.xml", "mvnw"],
        home: &[".m2/repository", ".m2/wrapper"],
        ..NONE
    },
    Tool {
        programs: &["java", "gradle"],
        marks: &["gradlew", "build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"],
        home: &[
            ".gradle/caches",
            ".gradle/daemon",
            ".gradle/native",
            ".gradle/notifications",
            ".gradle/wrapper",
            ".gradle/workers",
            ".gradle/.tmp",
            ".m2/repository",
        ],
        ..NONE
    },
    Tool {
        programs: &["java", "sbt"],
        marks: &["build.sbt"],
        home: &[".ivy2/cache"],
        cache: &["coursier"],
        ..NONE
    },
    Tool { programs: &["dotnet"], home: &[".nuget/packages", ".local/share/NuGet"], ..NONE },
    Tool { programs: &["bundle"], home: &[".bundle/cache"], ..NONE },
    Tool { programs: &["composer"], home: &[".composer/cache"], cache: &["composer"], ..NONE },
    Tool { programs: &["dart", "flutter"], home: &[".pub-cache"], ..NONE },
    Tool { programs: &["mix"], home: &[".hex"], cache: &["rebar3"], ..NONE },
    Tool { programs: &["cabal"], home: &[".cabal/packages"], ..NONE },
    Tool { programs: &["zig"], cache: &["zig"], ..NONE },
    Tool { programs: &["bazel", "bazelisk"], cache: &["bazel", "bazelisk"], ..NONE },
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
    /// Whether its tool is installed, and what the project uses, so that it should be there.
    pub wanted: bool,
}

/// The caches of all known tools. `folders` are those that hold everybody's caches, usually `~/.cache`; `variable`
/// looks into a child's environment, `installed` for programs on its search path, `marked` for files at the top of the
/// project.
pub fn caches(
    home: &Path,
    folders: &[PathBuf],
    variable: impl Fn(&str) -> Option<String>,
    installed: impl Fn(&str) -> bool,
    marked: impl Fn(&str) -> bool,
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
        let used = tool.marks.is_empty() || tool.marks.iter().any(|mark| marked(mark));
        let wanted = used && tool.programs.iter().any(|program| installed(program));
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
        caches(
            Path::new("/h"),
            &["/h/.cache".into()],
            variable,
            |program| installed.contains(&program),
            |mark| mark == "pom.xml",
        )
    }

    fn found(all: &[Cache], path: &str) -> Option<bool> {
        all.iter().find(|cache| cache.path == Path::new(path)).map(|cache| cache.wanted)
    }

    #[test]
    fn the_caches_of_a_tool_are_wanted_where_it_is_installed() {
        let all = all(&[], &["cargo", "pip3", "java", "pnpm"]);
        for (path, wanted) in [
            ("/h/.cargo/registry", true),
            ("/h/.cache/pip", true),
            ("/h/.cache", true),
            ("/h/.m2/wrapper", true),
            ("/h/.gradle/caches", false),
            ("/h/.local/share/pnpm/store", false),
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
