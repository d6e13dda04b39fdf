//! Links within the repository.

use std::collections::BTreeMap;

use super::page::Page;

/// Links of a page that lead to no file, or to no heading of a page.
pub(super) fn faults(
    name: &str,
    page: &Page,
    pages: &BTreeMap<String, Page>,
    exists: &dyn Fn(&str) -> bool,
) -> Vec<String> {
    let own = page.links.iter().filter(|link| !link.contains("://") && !link.starts_with("mailto:"));
    let faulty = own.filter_map(|link| {
        let (path, anchor) =
            link.split_once('#').map_or((link.as_str(), None), |(path, anchor)| (path, Some(anchor)));
        let target = if path.is_empty() { name.to_owned() } else { beside(name, path)? };
        if !exists(&target) {
            return Some(format!("`{link}` leads to no file"));
        }
        let headings = pages.get(&target).map(|page| &page.anchors);
        let found =
            anchor.is_none_or(|anchor| headings.is_some_and(|all| all.iter().any(|one| one == anchor)));
        (!found).then(|| format!("`{link}` leads to no heading"))
    });
    faulty.collect()
}

/// The path in the repository that a link on a page means; none for one that leads out of it.
fn beside(page: &str, link: &str) -> Option<String> {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[test]
fn a_link_to_no_file_and_one_to_no_heading_are_named() {
    let page =
        Page::read("# One\n[a](b.md) [b](b.md#two) [c](#one) [d](../x.md) [e](https://example.org/x.md)\n");
    let other = Page::read("# Two\n");
    let pages = BTreeMap::from([("docs/a.md".to_owned(), page.clone()), ("docs/b.md".to_owned(), other)]);
    let all = |path: &str| ["docs/a.md", "docs/b.md", "x.md"].contains(&path);
    assert_eq!(faults("docs/a.md", &page, &pages, &all), [""; 0]);
    let wrong = Page::read("[a](c.md) [b](b.md#three) [c](#one)\n");
    assert_eq!(
        faults("docs/a.md", &wrong, &pages, &all),
        ["`c.md` leads to no file", "`b.md#three` leads to no heading"],
        "its own headings are those of the page as it is tracked"
    );
}
