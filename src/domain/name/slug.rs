//! Any text becomes a valid name, as near to it as can be.

use super::{MAX_NAME, allowed, broken_rule};

/// A valid name made of the words of any text; none if no letter or digit of it can be kept.
pub fn slug(text: &str) -> Option<String> {
    let mut name = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            '\u{300}'..='\u{36f}' => {}
            '-' | '.' if name.ends_with(['-', '.']) => {}
            c if allowed(c) => name.push(c),
            c => match fold(c) {
                Some(ascii) => name.push_str(ascii),
                None if name.ends_with(['-', '.']) => {}
                None => name.push('-'),
            },
        }
    }
    let mut name = name.trim_start_matches(['-', '.', '_']);
    name = &name[..name.len().min(MAX_NAME)];
    loop {
        let shorter = name.trim_end_matches(['-', '.', '_']);
        let shorter = shorter.strip_suffix(".lock").unwrap_or(shorter);
        if shorter.len() == name.len() {
            break;
        }
        name = shorter;
    }
    broken_rule(name).is_none().then(|| name.to_owned())
}

/// Letters of European languages whose ASCII spelling nobody argues about.
fn fold(c: char) -> Option<&'static str> {
    Some(match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ß' => "ss",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ţ' | 'ť' | 'ț' => "t",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::SessionName;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_suggestion_is_a_valid_name(text in any::<String>()) {
            if let Some(name) = slug(&text) {
                prop_assert!(SessionName::parse(&name).is_ok(), "{name}");
            }
        }
    }
}
