//! Blocks of JSON and TOML.

use serde_json::Value;

use super::page::Page;

/// Blocks that do not parse. A block of JSON may hold several values, one after the other.
pub(super) fn faults(page: &Page) -> Vec<String> {
    let faulty = page.blocks.iter().filter_map(|block| {
        let problem = match block.language.as_str() {
            "json" => values(&block.text).err(),
            "toml" => block.text.parse::<toml::Table>().err().map(|error| error.to_string()),
            _ => None,
        };
        let begins = block.text.lines().next().unwrap_or_default();
        problem.map(|problem| format!("the {} that begins with `{begins}`: {problem}", block.language))
    });
    faulty.collect()
}

/// The values of a block of JSON.
pub(super) fn values(text: &str) -> Result<Vec<Value>, String> {
    let values: Vec<Value> = serde_json::Deserializer::from_str(text)
        .into_iter()
        .collect::<Result<_, _>>()
        .map_err(|e| e.to_string())?;
    if values.is_empty() { Err("it is empty".to_owned()) } else { Ok(values) }
}

#[test]
fn a_block_that_does_not_parse_is_named() {
    let faults = |text: &str| faults(&Page::read(text)).len();
    assert_eq!(faults("```json\n{\"a\": 1}\n{\"b\": []}\n```\n```toml\na = 1\n```\n```sh\n{\n```\n"), 0);
    assert_eq!(faults("```json\n{\"a\": …}\n```\n```json\n```\n```toml\na = \n```\n"), 3);
}
