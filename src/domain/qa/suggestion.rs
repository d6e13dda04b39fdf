//! What an agent suggests: which options, and why.

use super::Suggestion;
use super::answer::strip_prefix_ignoring_case;

/// Takes a suggestion apart. `A good idea would be …` names no option, so what follows the letters must
/// look like the beginning of a reason.
pub(super) fn suggested(raw: &str, options: &[(char, String)]) -> Suggestion {
    let plain = raw.replace("**", "");
    let mut letters = Vec::new();
    let mut rest = plain.trim();
    loop {
        let token = strip_prefix_ignoring_case(rest, "option ").unwrap_or(rest).trim_start();
        let Some(letter) = token.chars().next().filter(char::is_ascii_alphabetic) else {
            break;
        };
        let behind = &token[1..];
        let known =
            options.is_empty() || options.iter().any(|(other, _)| *other == letter.to_ascii_uppercase());
        if !known || behind.starts_with(|c: char| c.is_alphanumeric() || c == '\'' || c == '’') {
            break;
        }
        letters.push(letter.to_ascii_uppercase());
        rest = behind.trim_start();
        let Some(more) = [",", "+", "&", "/", "and "].iter().find_map(|joint| rest.strip_prefix(joint))
        else {
            break;
        };
        let more = more.trim_start();
        if !more.starts_with(|c: char| c.is_ascii_alphabetic())
            || more[1..].starts_with(char::is_alphanumeric)
        {
            break;
        }
        rest = more;
    }
    let reasoned =
        ["because", "since"].into_iter().any(|word| strip_prefix_ignoring_case(rest, word).is_some());
    if !reasoned && !rest.is_empty() && !rest.starts_with(['-', '–', '—', ':', '.', ',', ';', '(', ')']) {
        letters.clear();
    }
    let reason = if letters.is_empty() {
        plain.trim()
    } else {
        rest.trim_start_matches(['-', '–', '—', ':', '.', ',', ';', ')', ' '])
    };
    Suggestion { letters, reason: reason.trim().to_owned(), raw: raw.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions_name_options_or_speak_for_themselves() {
        let options = [('A', String::new()), ('B', String::new())];
        let read = |raw: &str| {
            let s = suggested(raw, &options);
            (s.letters.iter().collect::<String>(), s.reason)
        };
        assert_eq!(read("A - not readable"), ("A".into(), "not readable".into()));
        assert_eq!(read("A, B: both"), ("AB".into(), "both".into()));
        assert_eq!(read("Option **b**"), ("B".into(), String::new()));
        assert_eq!(read("A and B because of x"), ("AB".into(), "because of x".into()));
        assert_eq!(read("A good cookie"), (String::new(), "A good cookie".into()));
        assert_eq!(read("A, but small"), ("A".into(), "but small".into()));
        assert_eq!(read("Z - none"), (String::new(), "Z - none".into()));
    }
}
