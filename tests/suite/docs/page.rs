//! A page of Markdown, read as closely as the checks need it: blocks, spans of code, headings and links.

/// A fenced block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// The first word behind the fence; empty for none.
    pub(super) language: String,
    pub(super) text: String,
}

/// What stands on a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) blocks: Vec<Block>,
    /// Code between backquotes, outside of blocks.
    pub(super) spans: Vec<String>,
    /// Anchors of the headings, as GitHub makes them.
    pub(super) anchors: Vec<String>,
    /// Where links and pictures lead.
    pub(super) links: Vec<String>,
}

impl Page {
    pub(super) fn read(text: &str) -> Self {
        let mut page = Self::default();
        let mut fence: Option<String> = None;
        let mut prose = String::new();
        for line in text.lines() {
            let bare = line.trim_start();
            let marks = bare.len() - bare.trim_start_matches('`').len();
            match &fence {
                Some(open) if bare.trim_end() == *open => fence = None,
                Some(_) => {
                    if let Some(block) = page.blocks.last_mut() {
                        block.text.extend([line, "\n"]);
                    }
                }
                None if marks >= 3 => {
                    let language = bare[marks..].split_whitespace().next().unwrap_or_default().to_owned();
                    page.blocks.push(Block { language, text: String::new() });
                    fence = Some(bare[..marks].to_owned());
                }
                None => {
                    if let Some(title) = heading(line) {
                        let anchor = anchor(title);
                        let earlier = page
                            .anchors
                            .iter()
                            .filter(|other| {
                                other.trim_end_matches(|c: char| c == '-' || c.is_ascii_digit()) == anchor
                            })
                            .count();
                        page.anchors.push(if earlier == 0 { anchor } else { format!("{anchor}-{earlier}") });
                    }
                    prose.extend([line, "\n"]);
                }
            }
        }
        page.read_prose(&prose);
        page
    }

    fn read_prose(&mut self, prose: &str) {
        let mut rest = String::new();
        for (place, piece) in prose.split('`').enumerate() {
            if place % 2 == 0 {
                rest.push_str(piece);
            } else {
                self.spans.push(piece.replace('\n', " "));
                rest.push_str("code");
            }
        }
        for (at, _) in rest.match_indices("](") {
            if let Some(end) = rest[at + 2..].find(')') {
                self.links.push(rest[at + 2..at + 2 + end].to_owned());
            }
        }
    }
}

fn heading(line: &str) -> Option<&str> {
    let title = line.trim_start_matches('#');
    let depth = line.len() - title.len();
    ((1..=6).contains(&depth) && title.starts_with(' ')).then(|| title.trim())
}

/// The anchor that GitHub gives a heading.
fn anchor(title: &str) -> String {
    let kept = title.to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn a_page_is_read_with_its_blocks_spans_anchors_and_links() {
    let text = "# Who passes it?\n\n[a](b.md#c) and `code [x](y)`\n\n```sh\n# no heading\n[x](y)\n```\n## What `it` costs\n\
                ````md\n```\ninside\n```\n````\n![p](d/e.svg)\n## Who passes it?\n";
    let page = Page::read(text);
    assert_eq!(page.anchors, ["who-passes-it", "what-it-costs", "who-passes-it-1"]);
    assert_eq!(page.links, ["b.md#c", "d/e.svg"]);
    assert_eq!(page.spans, ["code [x](y)", "it"]);
    let languages: Vec<&str> = page.blocks.iter().map(|block| block.language.as_str()).collect();
    assert_eq!(languages, ["sh", "md"]);
    assert_eq!(page.blocks[1].text, "```\ninside\n```\n");
}
