//! A stream on its way through a [`Redactor`], in constant memory: whatever the pieces that it comes in, it comes out
//! the same. Holds back no more than the longest known value, or what a shape has to be told by.

use super::shapes::{Kind, Sight};
use super::{Judged, REDACTED, Redactor};

/// How far a shape looks back, in bytes.
const BACK: usize = 12;
/// How much more than what was held back is looked at together with it.
const SEAM: usize = 512;

/// What is left to be taken out of a secret that was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Skip {
    /// Nothing is.
    #[default]
    Nothing,
    /// All that follows of this kind.
    Run(Kind),
    /// A private key, up to the line that closes it.
    Armour {
        /// The last byte was a dash.
        dash: bool,
    },
}

/// The last bytes that went by.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Context {
    bytes: [u8; BACK],
    length: usize,
}

impl Context {
    /// The byte that went by so many ago, from 1.
    pub(super) fn back(&self, distance: usize) -> Option<u8> {
        self.length.checked_sub(distance).map(|at| self.bytes[at])
    }

    fn push(&mut self, gone: &[u8]) {
        let gone = &gone[gone.len().saturating_sub(BACK)..];
        let kept = (BACK - gone.len()).min(self.length);
        self.bytes.copy_within(self.length - kept..self.length, 0);
        self.bytes[kept..kept + gone.len()].copy_from_slice(gone);
        self.length = kept + gone.len();
    }
}

/// Where a stream stands.
#[derive(Debug, Default)]
pub struct Stream {
    pub(super) held: Vec<u8>,
    before: Context,
    skip: Skip,
}

impl Stream {
    /// Takes the next bytes and hands on what can be handed on.
    pub fn feed(&mut self, redactor: &Redactor, mut bytes: &[u8], out: &mut impl FnMut(&[u8])) {
        while !self.held.is_empty() && !bytes.is_empty() {
            let mut seam = std::mem::take(&mut self.held);
            let (head, _) = bytes.split_at(bytes.len().min(seam.len() + SEAM));
            seam.extend_from_slice(head);
            let gone = self.pass(redactor, &seam, false, out);
            let left = seam.len() - gone;
            if left > head.len() {
                seam.drain(..gone);
                self.held = seam;
                bytes = &bytes[head.len()..];
            } else {
                // What is left stands in the new bytes, too: the rest goes on without a copy.
                bytes = &bytes[head.len() - left..];
                seam.clear();
                self.held = seam;
                break;
            }
        }
        if self.held.is_empty() && !bytes.is_empty() {
            let gone = self.pass(redactor, bytes, false, out);
            self.held.extend_from_slice(&bytes[gone..]);
        }
    }

    /// The stream is over: hands on the rest.
    pub fn finish(&mut self, redactor: &Redactor, out: &mut impl FnMut(&[u8])) {
        let held = std::mem::take(&mut self.held);
        self.whole(redactor, &held, out);
    }

    /// Takes the last bytes.
    pub(super) fn whole(&mut self, redactor: &Redactor, bytes: &[u8], out: &mut impl FnMut(&[u8])) {
        if !bytes.is_empty() {
            self.pass(redactor, bytes, true, out);
        }
    }

    /// Hands on as much as is certain, and says how many of the bytes that were.
    fn pass(&mut self, redactor: &Redactor, bytes: &[u8], last: bool, out: &mut impl FnMut(&[u8])) -> usize {
        let whole_lines = !redactor.breaks && bytes.last() == Some(&b'\n');
        let held = if last || whole_lines { 0 } else { redactor.longest - 1 };
        // From here on, something longer may begin that is not all there yet.
        let certain = bytes.len().saturating_sub(held);
        let (mut done, mut from) = (0, 0);
        let gone = loop {
            done += self.skip(&bytes[done..], out);
            if self.skip != Skip::Nothing {
                break bytes.len();
            }
            from = from.max(done);
            let Some(at) = redactor.find(bytes, from).filter(|at| *at < certain) else {
                let end = certain.max(done);
                hand_on(&bytes[done..end], out);
                break end;
            };
            match redactor.judge(&Sight { before: &self.before, bytes, at, last }) {
                Judged::Clean => from = at + 1,
                Judged::Open => {
                    hand_on(&bytes[done..at], out);
                    break at;
                }
                Judged::Secret { start, end, skip } => {
                    hand_on(&bytes[done..start], out);
                    out(REDACTED.as_bytes());
                    done = end;
                    self.skip = skip;
                }
            }
        };
        self.before.push(&bytes[..gone]);
        gone
    }

    /// Passes over what is left of a secret; says how long that was. It may go on if all of `bytes` was.
    fn skip(&mut self, bytes: &[u8], out: &mut impl FnMut(&[u8])) -> usize {
        let mut gone = 0;
        while let Some(&byte) = bytes.get(gone) {
            match &mut self.skip {
                Skip::Nothing => break,
                Skip::Run(kind) if kind.has(byte) => {}
                Skip::Armour { dash: true } if byte == b'-' => {
                    self.skip = Skip::Nothing;
                    // The one before it was passed over, too.
                    out(b"--");
                    gone += 1;
                    break;
                }
                Skip::Armour { dash } if armoured(byte) => *dash = byte == b'-',
                Skip::Run(_) | Skip::Armour { .. } => self.skip = Skip::Nothing,
            }
            if self.skip == Skip::Nothing {
                break;
            }
            gone += 1;
        }
        gone
    }
}

/// Whether a private key's text may hold it, line breaks as JSON writes them included.
fn armoured(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/= \t\r\n\\:,-".contains(&byte)
}

fn hand_on(bytes: &[u8], out: &mut impl FnMut(&[u8])) {
    if !bytes.is_empty() {
        out(bytes);
    }
}
