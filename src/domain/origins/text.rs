//! Paths in the texts of settings files, whatever their format.

/// What ends a word. `:` separates the parts of a search path and of a container's volume, `=` a setting from its value.
const BETWEEN: &str = "'\"`,;:=()[]{}<>|&";

/// The longest word that can be a path.
const LONGEST: usize = 4096;

/// The words of a text that may be paths; lines that are comments are left out.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().filter(|line| !is_comment(line));
    let words = lines.flat_map(|line| line.split(|c: char| c.is_whitespace() || BETWEEN.contains(c)));
    words.filter(|word| !word.is_empty() && word.len() <= LONGEST)
}

/// The paths in a text that begin with this one. Unlike [`words`], it finds a path with blanks in it.
#[must_use]
pub fn mentions<'a>(text: &'a str, path: &str) -> Vec<&'a str> {
    let mut found = Vec::new();
    if path.is_empty() {
        return found;
    }
    for line in text.lines().filter(|line| !is_comment(line)) {
        for (at, _) in line.match_indices(path) {
            let inside = |c: char| c.is_alphanumeric() || "/._-".contains(c);
            let begins = !line[..at].ends_with(|c: char| inside(c) || c == '~') || line[..at].ends_with("//");
            let rest = &line[at + path.len()..];
            let ends = rest.starts_with('/') || !rest.starts_with(inside);
            if begins && ends {
                let more = rest.find(|c: char| !inside(c)).unwrap_or(rest.len());
                found.push(&line[at..at + path.len() + more]);
            }
        }
    }
    found
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    (line.starts_with('#') && !line.starts_with("#!")) || line.starts_with("//") || line.starts_with(';')
}

/// The sources that a `CMakeCache.txt` was made for.
/// Source: <https://cmake.org/cmake/help/latest/variable/CMAKE_HOME_DIRECTORY.html>
#[must_use]
pub fn cmake_source(cache: &str) -> Option<&str> {
    cache.lines().find_map(|line| line.strip_prefix("CMAKE_HOME_DIRECTORY:INTERNAL=")).map(str::trim_end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_many_formats_are_seen() {
        for (text, path) in [
            ("replace example.com/x => ../app/x", "../app/x"),
            ("paths = [\"/code/app\"]", "/code/app"),
            ("PYTHONPATH=/other:/code/app", "/code/app"),
            ("  - /code/app:/src:ro", "/code/app"),
            ("{\"x\": \"file:../app\"}", "../app"),
            ("go 1.22\nuse (\n\t/code/app\n)", "/code/app"),
            ("test:\n\tcd /code/app && make check", "/code/app"),
        ] {
            assert!(words(text).any(|word| word == path), "{text}");
        }
        assert_eq!(words("# see /code/app\n// and /code/app\n").count(), 0);
    }

    #[test]
    fn a_mention_is_a_whole_path() {
        let seen = |text| mentions(text, "/code/my app");
        assert_eq!(seen("cd '/code/my app/src' && make"), ["/code/my app/src"]);
        assert_eq!(seen("x=/code/my app"), ["/code/my app"]);
        assert_eq!(seen("file:///code/my app/x"), ["/code/my app/x"]);
        assert!(seen("/code/my apples /old/code/my app ~/code/my app").is_empty());
        assert!(seen("# /code/my app").is_empty());
    }

    #[test]
    fn a_build_folder_knows_its_sources() {
        let cache = "# For build in directory: /x\nA:STRING=1\nCMAKE_HOME_DIRECTORY:INTERNAL=/code/app\n";
        assert_eq!(cmake_source(cache), Some("/code/app"));
        assert_eq!(cmake_source("A:STRING=1\n"), None);
    }
}
