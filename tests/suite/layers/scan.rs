//! Reads Rust source just closely enough to know which paths it names, and where.
//!
//! Comments and the insides of strings are no code; `use` trees are spread out into whole paths.

/// A path as it is written, e.g. `crate::domain::phase::Phase`, with the line of its first word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) line: usize,
    pub(crate) path: Vec<String>,
}

/// A macro call, e.g. `println!`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Called {
    pub(crate) line: usize,
    pub(crate) name: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Colons,
    Mark(char),
}

/// The code of one file: its words and marks, with their lines.
#[derive(Debug)]
pub(crate) struct Code {
    tokens: Vec<(usize, Token)>,
}

impl Code {
    pub(crate) fn of(source: &str) -> Self {
        let mut tokens = Vec::new();
        for (index, line) in without_comments_and_strings(source).lines().enumerate() {
            let mut letters = line.chars().peekable();
            while let Some(letter) = letters.next() {
                if is_word(letter) {
                    let mut word = String::from(letter);
                    while let Some(next) = letters.next_if(|next| is_word(*next)) {
                        word.push(next);
                    }
                    tokens.push((index + 1, Token::Word(word)));
                } else if letter == ':' && letters.next_if_eq(&':').is_some() {
                    tokens.push((index + 1, Token::Colons));
                } else if !letter.is_whitespace() {
                    tokens.push((index + 1, Token::Mark(letter)));
                }
            }
        }
        Self { tokens }
    }

    /// Every path in it.
    pub(crate) fn paths(&self) -> Vec<Named> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            match self.word(at) {
                Some(_) => at = self.path(at, &[], &mut found),
                None => at += 1,
            }
        }
        found
    }

    /// Every macro call in it.
    pub(crate) fn calls(&self) -> Vec<Called> {
        let bang = |at: usize| self.token(at) == Some(&Token::Mark('!'));
        let compared = |at: usize| self.token(at) == Some(&Token::Mark('='));
        (0..self.tokens.len())
            .filter(|at| bang(at + 1) && !compared(at + 2))
            .filter_map(|at| Some(Called { line: self.tokens[at].0, name: self.word(at)?.to_owned() }))
            .collect()
    }

    /// Lines that hold code, without the test modules in it.
    pub(crate) fn lines_without_tests(&self) -> usize {
        let mut lines: Vec<usize> = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            match self.test_module(at) {
                Some(end) => at = end,
                None => {
                    lines.push(self.tokens[at].0);
                    at += 1;
                }
            }
        }
        lines.dedup();
        lines.len()
    }

    fn token(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at).map(|(_, token)| token)
    }

    fn word(&self, at: usize) -> Option<&str> {
        match self.token(at)? {
            Token::Word(word) => Some(word),
            Token::Colons | Token::Mark(_) => None,
        }
    }

    /// Reads one path, and what its braces spread it into; returns where it ends.
    fn path(&self, start: usize, before: &[String], found: &mut Vec<Named>) -> usize {
        let line = self.tokens[start].0;
        let mut path = before.to_vec();
        let mut at = start;
        loop {
            match self.token(at) {
                Some(Token::Word(word)) => path.push(word.clone()),
                Some(Token::Mark('*')) if at > start || !before.is_empty() => path.push("*".to_owned()),
                Some(Token::Mark('{')) if at > start => return self.branches(at + 1, &path, found),
                _ => break,
            }
            at += 1;
            if self.token(at) != Some(&Token::Colons) {
                break;
            }
            at += 1;
        }
        found.push(Named { line, path });
        at.max(start + 1)
    }

    /// The inside of `path::{…}`; returns the place after the closing brace.
    fn branches(&self, mut at: usize, path: &[String], found: &mut Vec<Named>) -> usize {
        loop {
            match self.token(at) {
                None => return at,
                Some(Token::Mark('}')) => return at + 1,
                Some(Token::Mark(',')) => at += 1,
                Some(_) => at = self.path(at, path, found),
            }
        }
    }

    /// Where the `#[cfg(test)] mod … { … }` that begins here ends.
    fn test_module(&self, at: usize) -> Option<usize> {
        let head: String = (at..at + 7).map_while(|at| self.token(at)).map(shown).collect();
        if head != "#[cfg(test)]" {
            return None;
        }
        let mut at = at + 7;
        while self.word(at) != Some("mod") {
            // Other attributes of the module; anything else is no module.
            if self.word(at).is_some_and(|word| ["fn", "impl", "use", "struct"].contains(&word)) {
                return None;
            }
            self.token(at)?;
            at += 1;
        }
        let mut depth = 0_usize;
        loop {
            match self.token(at)? {
                Token::Mark(';') if depth == 0 => return Some(at + 1),
                Token::Mark('{') => depth += 1,
                Token::Mark('}') if depth == 1 => return Some(at + 1),
                Token::Mark('}') => depth -= 1,
                _ => {}
            }
            at += 1;
        }
    }
}

fn shown(token: &Token) -> String {
    match token {
        Token::Word(word) => word.clone(),
        Token::Colons => "::".to_owned(),
        Token::Mark(mark) => mark.to_string(),
    }
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The same text with comments and strings blanked out; its line breaks stay.
fn without_comments_and_strings(source: &str) -> String {
    let letters: Vec<char> = source.chars().collect();
    let mut blank = String::with_capacity(source.len());
    let mut at = 0;
    while at < letters.len() {
        let end = match (letters[at], letters.get(at + 1)) {
            ('/', Some('/')) => line_end(&letters, at),
            ('/', Some('*')) => comment_end(&letters, at),
            ('"', _) => string_end(&letters, at + 1),
            ('r', Some('"' | '#')) if at == 0 || !is_word(letters[at - 1]) || letters[at - 1] == 'b' => {
                raw_string_end(&letters, at)
            }
            ('\'', _) => char_end(&letters, at),
            _ => at + 1,
        };
        if end == at + 1 {
            blank.push(letters[at]);
        } else {
            // One space, so that words on both sides stay two.
            blank.push(' ');
            blank.extend(letters[at..end].iter().filter(|letter| **letter == '\n'));
        }
        at = end;
    }
    blank
}

fn line_end(letters: &[char], at: usize) -> usize {
    letters[at..].iter().position(|letter| *letter == '\n').map_or(letters.len(), |length| at + length)
}

/// Block comments nest.
fn comment_end(letters: &[char], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while at < letters.len() {
        match (letters[at], letters.get(at + 1)) {
            ('/', Some('*')) => depth += 1,
            ('*', Some('/')) if depth == 1 => return at + 2,
            ('*', Some('/')) => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
    }
    at
}

fn string_end(letters: &[char], mut at: usize) -> usize {
    while at < letters.len() {
        match letters[at] {
            '"' => return at + 1,
            '\\' => at += 2,
            _ => at += 1,
        }
    }
    letters.len()
}

/// Of `r"…"` and `r#"…"#`. An `r#word` is a word, not a string.
fn raw_string_end(letters: &[char], at: usize) -> usize {
    let hashes = letters[at + 1..].iter().take_while(|letter| **letter == '#').count();
    if letters.get(at + 1 + hashes) != Some(&'"') {
        return at + 1;
    }
    let closes =
        |from: usize| letters[from] == '"' && (1..=hashes).all(|hash| letters.get(from + hash) == Some(&'#'));
    (at + hashes + 2..letters.len())
        .find(|from| closes(*from))
        .map_or(letters.len(), |from| from + 1 + hashes)
}

/// Of a letter in quotes. A lifetime has no closing quote.
fn char_end(letters: &[char], at: usize) -> usize {
    match (letters.get(at + 1), letters.get(at + 2)) {
        (Some('\\'), Some(_)) => {
            let close = letters[(at + 3).min(letters.len())..].iter().position(|letter| *letter == '\'');
            close.map_or(at + 1, |length| at + 4 + length)
        }
        (Some(_), Some('\'')) => at + 3,
        _ => at + 1,
    }
}
