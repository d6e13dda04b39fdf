//! Signals as something to poll. Handlers also undo what was inherited: a program started by `nohup` or from a script's
//! background would else ignore INT or HUP, and an executed program starts with the default where there was a handler.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::{flag, low_level};

pub(super) struct Wake {
    bell: UnixStream,
    ended: Arc<AtomicBool>,
}

impl Wake {
    pub(super) fn install() -> io::Result<Self> {
        let (bell, clapper) = UnixStream::pair()?;
        bell.set_nonblocking(true)?;
        let ended = Arc::new(AtomicBool::new(false));
        flag::register(SIGTERM, Arc::clone(&ended))?;
        low_level::pipe::register(SIGTERM, clapper.try_clone()?)?;
        low_level::pipe::register(SIGCHLD, clapper)?;
        let unused = Arc::new(AtomicBool::new(false));
        for signal in [SIGHUP, SIGINT, SIGQUIT] {
            flag::register(signal, Arc::clone(&unused))?;
        }
        Ok(Self { bell, ended })
    }

    /// Readable when a child changed or SIGTERM came.
    pub(super) fn bell(&self) -> &UnixStream {
        &self.bell
    }

    /// Silences the bell; gives whether SIGTERM came since the last call.
    pub(super) fn answer(&self) -> bool {
        let mut rings = [0; 64];
        while (&self.bell).read(&mut rings).is_ok_and(|count| count == rings.len()) {}
        self.ended.swap(false, Ordering::SeqCst)
    }
}
