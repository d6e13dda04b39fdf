//! Not Linux: nothing can be confined, and that is said.

use crate::domain::confinement::Confinement;

const WHY: &str = "only Linux can confine a child's files";

pub(super) fn available() -> Result<u32, String> {
    Err(WHY.to_owned())
}

pub(super) fn confine(_confinement: &Confinement) -> Result<(), String> {
    Err(WHY.to_owned())
}
