//! Not Linux: nothing can be confined, and that is said.

use std::io;

use super::Unavailable;
use crate::domain::confinement::Confinement;

const WHY: &str = "only Linux can confine a child's files";

pub(super) fn available() -> Result<u32, Unavailable> {
    Err(Unavailable::None(WHY.to_owned()))
}

pub(super) fn confine(_confinement: &Confinement) -> io::Result<()> {
    Err(io::Error::other(WHY))
}
