//! Landlock. Needs its third version (Linux 6.2): before it, a file that may not be written could be truncated.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};
use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::Errno;

use super::Unavailable;
use super::carve::{Holes, Resolver, on_disk};
use crate::domain::confinement::Confinement;
use crate::patience::{patiently, shortage};

const NEEDED: ABI = ABI::V3;

/// The version of the kernel's rules, as far as it matters here: from the sixth on, signals and sockets are confined, too.
pub(super) fn available() -> Result<u32, Unavailable> {
    patiently(|| create(files_only())).map_err(|error| {
        // What the kernel answers where it has no Landlock, has it switched off, or a container filters the call. An error
        // without a number is the crate's: the kernel is too old.
        let has_none = matches!(
            Errno::from_io_error(&error),
            None | Some(Errno::NOSYS | Errno::OPNOTSUPP | Errno::PERM)
        );
        if !has_none {
            return Unavailable::NotAsked { why: error.to_string(), passes: shortage(&error).is_some() };
        }
        let modules = std::fs::read_to_string("/sys/kernel/security/lsm").unwrap_or_default();
        let switched_off = !modules.is_empty() && !modules.trim().split(',').any(|name| name == "landlock");
        let mend = if switched_off {
            "; it is not among the kernel's security modules, `lsm=` at boot adds it"
        } else {
            ""
        };
        Unavailable::None(format!(
            "this kernel has no Landlock of version 3 or later (Linux 6.2): {error}{mend}"
        ))
    })?;
    let strict = || Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    let newer: [(u32, Result<Ruleset, RulesetError>); 3] = [
        (6, strict().scope(Scope::Signal)),
        (5, strict().handle_access(AccessFs::from_all(ABI::V5))),
        (4, strict().handle_access(AccessNet::from_all(ABI::V4))),
    ];
    let created = |rules: Result<Ruleset, RulesetError>| rules.and_then(Ruleset::create).is_ok();
    Ok(newer.into_iter().find_map(|(version, rules)| created(rules).then_some(version)).unwrap_or(3))
}

/// Confines this process, and all that it becomes or starts, for good.
pub(super) fn confine(confinement: &Confinement) -> io::Result<()> {
    let ruleset = patiently(|| rules(confinement).map_err(|error| into_io(&error)))?;
    let status = ruleset.restrict_self().map_err(|error| into_io(&error))?;
    if status.ruleset == RulesetStatus::NotEnforced || !status.no_new_privs {
        return Err(io::Error::other("the kernel did not put it in force"));
    }
    Ok(())
}

fn create(rules: Result<Ruleset, RulesetError>) -> io::Result<RulesetCreated> {
    rules.and_then(Ruleset::create).map_err(|error| into_io(&error))
}

/// The system's own error where there is one below the crate's, for its number says what is wrong; else the words.
fn into_io(error: &RulesetError) -> io::Error {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if let Some(number) = inner.downcast_ref::<io::Error>().and_then(io::Error::raw_os_error) {
            return io::Error::from_raw_os_error(number);
        }
        cause = inner.source();
    }
    io::Error::other(error.to_string())
}

fn files_only() -> Result<Ruleset, RulesetError> {
    Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(NEEDED))
}

fn rules(confinement: &Confinement) -> Result<RulesetCreated, RulesetError> {
    // Newer kernels also keep it from signalling what is not its own, samocode and its keeper included, and from sockets
    // that have a name but no file, behind which a desktop's services work as the person.
    let ruleset = files_only()?
        .set_compatibility(CompatLevel::BestEffort)
        .scope(Scope::Signal | Scope::AbstractUnixSocket)?;
    let mut ruleset = ruleset.create()?.set_compatibility(CompatLevel::HardRequirement);
    // Names are no secret, and many tools look into every folder above them.
    ruleset = grant(ruleset, Path::new("/"), AccessFs::ReadDir.into())?;
    let mut resolver = Resolver::default();
    let [protected, hidden, walled] = [&confinement.protected, &confinement.hidden, &confinement.walled]
        .map(|paths| paths.iter().map(|path| resolver.real(path)).collect::<Vec<_>>());
    let unreadable = Holes::new(hidden.iter().chain(&walled).map(PathBuf::as_path));
    for path in unreadable.carve(Path::new("/"), &on_disk) {
        ruleset = grant(ruleset, &path, AccessFs::from_read(NEEDED))?;
    }
    let keys = Holes::new(hidden.iter().map(PathBuf::as_path));
    for root in confinement.readable.iter().filter(|root| resolver.real(root) == **root) {
        for path in keys.carve(root, &on_disk) {
            ruleset = grant(ruleset, &path, AccessFs::from_read(NEEDED))?;
        }
    }
    // What became a link since the plan was made would open another place.
    for root in confinement.writable.iter().filter(|root| resolver.real(root) == **root) {
        // A folder that was named is granted wherever it lies.
        let closed = hidden.iter().chain(&protected).map(PathBuf::as_path);
        let within = closed.filter(|path| path.starts_with(root) && path != root);
        for path in Holes::new(within).carve(root, &on_disk) {
            ruleset = grant(ruleset, &path, AccessFs::from_all(NEEDED))?;
        }
    }
    Ok(ruleset)
}

/// What vanished in the meantime, or cannot be reached by this user anyway, is passed over: that opens nothing. So is
/// what became a link.
fn grant(
    ruleset: RulesetCreated,
    path: &Path,
    access: BitFlags<AccessFs>,
) -> Result<RulesetCreated, RulesetError> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let Ok(handle) = rustix::fs::open(path, flags, Mode::empty()) else {
        return Ok(ruleset);
    };
    let access = match rustix::fs::fstat(&handle).map(|found| FileType::from_raw_mode(found.st_mode)) {
        Ok(FileType::Directory) => access,
        Ok(FileType::Symlink) | Err(_) => return Ok(ruleset),
        Ok(_) => access & AccessFs::from_file(NEEDED),
    };
    ruleset.add_rule(PathBeneath::new(handle, access))
}
