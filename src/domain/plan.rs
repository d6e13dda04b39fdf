//! How far a plan document is: its boxes and its headings.
//!
//! Never judges whether a tick is true; that is the work of testing.

use crate::domain::markdown;

/// What a plan shows at a glance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanProgress {
    /// The first heading of the first level, or else the first heading.
    pub title: Option<String>,
    /// The other headings in their order.
    pub headings: Vec<Heading>,
    /// Items `- [x]`.
    pub ticked: usize,
    /// Items `- [ ]` and `- [x]`.
    pub items: usize,
}

/// One heading of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// 1 for `#` to 6 for `######`.
    pub level: usize,
    /// Its words.
    pub text: String,
}

/// Reads the progress of a plan; what stands in fenced code does not count.
pub fn progress(text: &str) -> PlanProgress {
    let mut plan = PlanProgress::default();
    for line in markdown::lines(text).iter().filter(|line| !line.fenced) {
        if let Some((level, title)) = line.heading() {
            plan.headings.push(Heading { level, text: title.to_owned() });
        } else if let Some(ticked) = checkbox(line.text) {
            plan.items += 1;
            plan.ticked += usize::from(ticked);
        }
    }
    let title = plan.headings.iter().position(|heading| heading.level == 1).unwrap_or(0);
    plan.title = (title < plan.headings.len()).then(|| plan.headings.remove(title).text);
    plan
}

/// Whether a list item's box is ticked; none for a line that has no box. Items nest to any depth.
fn checkbox(line: &str) -> Option<bool> {
    let item = line.trim_start();
    let number = item.trim_start_matches(|c: char| c.is_ascii_digit());
    let behind = if number.len() < item.len() {
        number.strip_prefix(['.', ')'])?
    } else {
        item.strip_prefix(['-', '*', '+'])?
    };
    let inside = behind.strip_prefix([' ', '\t'])?.trim_start().strip_prefix('[')?;
    let (mark, rest) = inside.split_once(']')?;
    let ticked = match mark {
        "x" | "X" => true,
        "" | " " => false,
        _ => return None,
    };
    (rest.is_empty() || rest.starts_with([' ', '\t'])).then_some(ticked)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = "## Before\n# Plan: tokens\r\n\n## Phase 1\n- [x] store\n  * [X] test\n- [ ] cookie\n\
        ```\n- [ ] not an item\n## nor a heading\n```\n1. [ ] numbered\n- [link](x)\n- [a] no\n## Phase 2\n- plain\n";

    #[test]
    fn boxes_outside_of_code_are_counted() {
        let plan = progress(PLAN);
        assert_eq!((plan.ticked, plan.items), (2, 4));
    }

    #[test]
    fn the_title_is_told_from_the_other_headings() {
        let plan = progress(PLAN);
        assert_eq!(plan.title.as_deref(), Some("Plan: tokens"));
        let texts: Vec<_> = plan.headings.iter().map(|h| (h.level, h.text.as_str())).collect();
        assert_eq!(texts, [(2, "Before"), (2, "Phase 1"), (2, "Phase 2")]);
    }

    #[test]
    fn a_document_without_either_is_empty() {
        assert_eq!(progress("just words"), PlanProgress::default());
    }
}
