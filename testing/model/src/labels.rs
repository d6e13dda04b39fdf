//! The `Label: value` lines at the top of samocode's user message. Reads text, decides nothing.

/// Splits a user message into its leading label lines and the text after them.
///
/// The labels end at the first line that is none: a label is one to three words of letters or `_`, then a colon and a
/// space (or nothing).
pub(crate) fn split(message: &str) -> (Vec<(String, String)>, String) {
    let mut labels = Vec::new();
    let mut rest = message.trim_start_matches(['\n', '\r']);
    while let Some((label, after)) = first_label(rest) {
        labels.push(label);
        rest = after;
    }
    (labels, rest.trim_start_matches(['\n', '\r']).to_owned())
}

fn first_label(text: &str) -> Option<((String, String), &str)> {
    let (line, after) = text.split_once('\n').unwrap_or((text, ""));
    let (name, value) = line.split_once(':')?;
    let is_label = !name.is_empty()
        && name.split(' ').count() <= 3
        && name.chars().all(|c| c.is_ascii_alphabetic() || c == '_' || c == ' ')
        && (value.is_empty() || value.starts_with([' ', '\r']));
    is_label.then(|| ((name.to_owned(), value.trim().to_owned()), after))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn labels_end_at_the_first_blank_line() {
        let (labels, rest) = split("Phase: planning\nSession path: /s/a b\n\nTask: not a label\nmore");
        assert_eq!(labels[0], ("Phase".to_owned(), "planning".to_owned()));
        assert_eq!(labels[1], ("Session path".to_owned(), "/s/a b".to_owned()));
        assert_eq!(labels.len(), 2);
        assert_eq!(rest, "Task: not a label\nmore");
    }

    #[test]
    fn prose_and_addresses_are_no_labels() {
        assert!(split("http://x is an address").0.is_empty());
        assert!(split("please look at this file now: it is wrong").0.is_empty());
        assert!(split("").0.is_empty());
    }

    #[test]
    fn a_value_may_hold_colons_and_line_ends_of_windows() {
        let (labels, rest) = split("TIMESTAMP_FILE: 01-08-10:42\r\nBase branch:\r\n\r\nrest");
        assert_eq!(labels[0].1, "01-08-10:42");
        assert_eq!(labels[1], ("Base branch".to_owned(), String::new()));
        assert_eq!(rest, "rest");
    }
}
