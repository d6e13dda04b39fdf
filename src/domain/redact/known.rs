//! The known values as they may stand in text. Never shows one.

/// The shortest value that is searched for, in bytes.
const SHORTEST: usize = 8;
/// Of a longer value, only the beginning is searched for, and the lines on their own.
const LONGEST: usize = 4096;
/// The shortest line of a value with several that is searched for on its own, in bytes.
const SHORTEST_LINE: usize = 16;

/// What to search for, the longest first, each once: the values, as JSON writes them, and their lines.
pub(super) fn needles<V: AsRef<[u8]>>(values: impl IntoIterator<Item = V>) -> Vec<Vec<u8>> {
    let mut needles = Vec::new();
    for value in values {
        let value = value.as_ref().trim_ascii();
        add(&mut needles, value, SHORTEST);
        for line in value.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii) {
            // Framing lines are the same for all the world.
            if line.len() != value.len() && !line.starts_with(b"-----") {
                add(&mut needles, line, SHORTEST_LINE);
            }
        }
    }
    needles.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    needles.dedup();
    needles
}

fn add(needles: &mut Vec<Vec<u8>>, value: &[u8], shortest: usize) {
    if value.len() < shortest {
        return;
    }
    let value = &value[..value.len().min(LONGEST)];
    if let Ok(text) = std::str::from_utf8(value)
        && let Ok(json) = serde_json::to_string(text)
    {
        let escaped = json.as_bytes()[1..json.len() - 1].to_vec();
        if escaped != value {
            needles.push(escaped);
        }
    }
    needles.push(value.to_vec());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_known_as_it_is_and_as_json_writes_it_the_longest_first() {
        assert_eq!(
            needles(["short", " pass\"word ", "pass\"word"]),
            [b"pass\\\"word".to_vec(), b"pass\"word".to_vec()]
        );
    }

    #[test]
    fn a_value_of_several_lines_is_known_by_each_of_them() {
        let found = needles(["-----BEGIN X-----\nAAAABBBBCCCCDDDDEEEE\nshort\n-----END X-----"]);
        assert!(found.contains(&b"AAAABBBBCCCCDDDDEEEE".to_vec()));
        assert!(!found.contains(&b"-----BEGIN X-----".to_vec()));
        assert_eq!(found.len(), 3);
    }
}
