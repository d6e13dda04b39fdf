//! What Python's installers write about where a package comes from.

use std::path::PathBuf;

use serde::Deserialize;

/// A `.pth` file: each line of it is a folder to import from, or an import of a module that does more.
/// Source: <https://docs.python.org/3/library/site.html>
#[derive(Debug, Default, PartialEq, Eq)]
pub struct PathFile<'a> {
    /// Folders, relative to that of the file.
    pub folders: Vec<&'a str>,
    /// Modules beside the file that are imported at each start.
    pub modules: Vec<&'a str>,
}

/// Reads a `.pth` file.
#[must_use]
pub fn path_file(text: &str) -> PathFile<'_> {
    let mut file = PathFile::default();
    for line in text.lines().map(str::trim_end) {
        let imported = line.strip_prefix("import ").or_else(|| line.strip_prefix("import\t"));
        if let Some(imported) = imported {
            let names = imported.split(';').next().unwrap_or_default().split(',').map(str::trim);
            file.modules.extend(names.filter(|name| !name.is_empty()));
        } else if !line.trim().is_empty() && !line.starts_with('#') {
            file.folders.push(line);
        }
    }
    file
}

/// The folder that a `.egg-link` names: its first line.
/// Source: <https://setuptools.pypa.io/en/latest/deprecated/python_eggs.html>
#[must_use]
pub fn egg_link(text: &str) -> Option<&str> {
    text.lines().next().map(str::trim).filter(|line| !line.is_empty())
}

/// Where a package was installed from.
#[derive(Debug, PartialEq, Eq)]
pub struct InstalledFrom {
    /// The folder or archive.
    pub path: PathBuf,
    /// It is imported from there, not copied.
    pub editable: bool,
}

#[derive(Deserialize)]
struct DirectUrl {
    url: String,
    #[serde(default)]
    dir_info: DirInfo,
}

#[derive(Default, Deserialize)]
struct DirInfo {
    #[serde(default)]
    editable: bool,
}

/// Reads a `direct_url.json`; none unless it names a place on this machine.
/// Source: <https://packaging.python.org/en/latest/specifications/direct-url/>
#[must_use]
pub fn installed_from(text: &str) -> Option<InstalledFrom> {
    let direct: DirectUrl = serde_json::from_str(text).ok()?;
    let path = direct.url.strip_prefix("file://")?;
    let path = path.strip_prefix("localhost").unwrap_or(path);
    Some(InstalledFrom { path: without_percents(path), editable: direct.dir_info.editable })
}

fn without_percents(text: &str) -> PathBuf {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *byte == b'%').and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(decoded) => {
                bytes.push(decoded);
                rest = &after[2..];
            }
            None => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    PathBuf::from(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_file_has_folders_and_modules() {
        let text = "# comment\n\n/code/my app/src\nimport __editable___pkg_1_finder; __editable___pkg_1_finder.install()\nimport os, sys\n../lib\n";
        assert_eq!(
            path_file(text),
            PathFile {
                folders: vec!["/code/my app/src", "../lib"],
                modules: vec!["__editable___pkg_1_finder", "os", "sys"]
            }
        );
        assert_eq!(egg_link("/code/app\n.\n"), Some("/code/app"));
        assert_eq!(egg_link("\n"), None);
    }

    #[test]
    fn a_direct_url_says_where_from_and_whether_it_is_a_copy() {
        let editable = installed_from(r#"{"dir_info": {"editable": true}, "url": "file:///code/my%20app"}"#);
        assert_eq!(editable, Some(InstalledFrom { path: "/code/my app".into(), editable: true }));
        let copied = installed_from(r#"{"dir_info": {}, "url": "file://localhost/code/app"}"#);
        assert_eq!(copied, Some(InstalledFrom { path: "/code/app".into(), editable: false }));
        assert_eq!(installed_from(r#"{"url": "https://r.example/x", "vcs_info": {}}"#), None);
        assert_eq!(installed_from("not JSON"), None);
    }
}
