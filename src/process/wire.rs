//! What samocode and its keeper say to each other, over one socket that is the keeper's stdin.
//!
//! samocode sends one [`Order`] (its length as four bytes, then JSON) and then [`Request`]s; the keeper answers with
//! [`Report`]s, one JSON object a line. Nothing travels through argv or the environment: they are limited in size
//! and can be read by others. Both ends are the same binary, so the format needs no version.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::StartFailure;
use super::ladder::Graces;
use crate::domain::command::CommandSpec;
use crate::domain::confinement::Confinement;

/// A string of the system without loss: as text where it is UTF-8, else as bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Words {
    Text(String),
    Bytes(Vec<u8>),
}

impl From<OsString> for Words {
    fn from(words: OsString) -> Self {
        words.into_string().map_or_else(|words| Self::Bytes(words.into_vec()), Self::Text)
    }
}

impl From<Words> for OsString {
    fn from(words: Words) -> Self {
        match words {
            Words::Text(text) => text.into(),
            Words::Bytes(bytes) => Self::from_vec(bytes),
        }
    }
}

/// All that the keeper needs to start the program and to end it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "OrderOnWire", into = "OrderOnWire")]
pub(crate) struct Order {
    pub(crate) spec: CommandSpec,
    /// The program's stdin; without one it reads `/dev/null`.
    pub(crate) prompt: Option<PathBuf>,
    pub(crate) graces: Graces,
}

#[derive(Serialize, Deserialize)]
struct OrderOnWire {
    program: Words,
    args: Vec<Words>,
    env: Vec<(Words, Words)>,
    dir: Words,
    confinement: Option<Confinement>,
    prompt: Option<Words>,
    graces: Graces,
}

impl From<Order> for OrderOnWire {
    fn from(order: Order) -> Self {
        let CommandSpec { program, args, env, dir, confinement } = order.spec;
        Self {
            program: program.into_os_string().into(),
            args: args.into_iter().map(Words::from).collect(),
            env: env.into_iter().map(|(name, value)| (name.into(), value.into())).collect(),
            dir: dir.into_os_string().into(),
            confinement,
            prompt: order.prompt.map(|path| path.into_os_string().into()),
            graces: order.graces,
        }
    }
}

impl From<OrderOnWire> for Order {
    fn from(wire: OrderOnWire) -> Self {
        Self {
            spec: CommandSpec {
                program: PathBuf::from(OsString::from(wire.program)),
                args: wire.args.into_iter().map(OsString::from).collect(),
                env: wire.env.into_iter().map(|(name, value)| (name.into(), value.into())).collect(),
                dir: PathBuf::from(OsString::from(wire.dir)),
                confinement: wire.confinement,
            },
            prompt: wire.prompt.map(|path| PathBuf::from(OsString::from(path))),
            graces: wire.graces,
        }
    }
}

impl Order {
    /// How many bytes the kernel must copy for the program's arguments and environment.
    pub(crate) fn argument_bytes(&self) -> usize {
        let args = self.spec.args.iter().map(|arg| arg.as_bytes().len() + 1);
        let env =
            self.spec.env.iter().map(|(name, value)| name.as_bytes().len() + value.as_bytes().len() + 2);
        args.chain(env).sum()
    }

    pub(crate) fn send(self, mut to: impl Write) -> io::Result<()> {
        let mut message = vec![0; 4];
        serde_json::to_writer(&mut message, &self)?;
        let length =
            u32::try_from(message.len() - 4).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
        message[..4].copy_from_slice(&length.to_be_bytes());
        to.write_all(&message)
    }

    pub(crate) fn receive(mut from: impl Read) -> io::Result<Self> {
        let mut length = [0; 4];
        from.read_exact(&mut length)?;
        let mut message = Vec::new();
        let length = u64::from(u32::from_be_bytes(length));
        from.take(length).read_to_end(&mut message)?;
        Ok(serde_json::from_slice(&message)?)
    }
}

/// What samocode may ask of the keeper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Request {
    /// End the program politely.
    Stop,
    /// End everything at once.
    Kill,
}

/// What the keeper tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Report {
    Started {
        pid: i32,
    },
    CouldNotStart {
        failure: StartFailure,
    },
    Returned {
        code: i32,
    },
    Signalled {
        signal: i32,
    },
    /// The last report: nothing that the program started is alive but what `left` names.
    Gone {
        ended: u32,
        left: Vec<i32>,
    },
}

/// Sends one message as a line.
pub(crate) fn tell(message: &impl Serialize, mut to: impl Write) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    to.write_all(&line)
}

/// Reads a message from its line.
pub(crate) fn hear<M: DeserializeOwned>(line: &[u8]) -> io::Result<M> {
    Ok(serde_json::from_slice(line)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_arrives_byte_for_byte() {
        let odd = OsString::from_vec(vec![b'a', 0xff, b'\n', 0x80]);
        let order = Order {
            spec: CommandSpec {
                program: PathBuf::from("/bin/ü"),
                args: vec![odd.clone(), OsString::new(), OsString::from("x".repeat(300_000))],
                env: vec![(OsString::from("A"), odd.clone())],
                dir: PathBuf::from(odd.clone()),
                confinement: Some(Confinement {
                    writable: vec![PathBuf::from(odd), PathBuf::from("/tmp")],
                    ..Confinement::default()
                }),
            },
            prompt: None,
            graces: Graces::default(),
        };
        let mut wire = Vec::new();
        order.clone().send(&mut wire).unwrap();

        assert_eq!(Order::receive(wire.as_slice()).unwrap(), order);
    }

    #[test]
    fn an_order_that_is_cut_short_is_an_error() {
        let order = Order {
            spec: CommandSpec {
                program: PathBuf::from("/bin/true"),
                args: vec![],
                env: vec![],
                dir: PathBuf::from("/"),
                confinement: None,
            },
            prompt: None,
            graces: Graces::default(),
        };
        let mut wire = Vec::new();
        order.send(&mut wire).unwrap();
        wire.pop();

        assert!(Order::receive(wire.as_slice()).is_err());
    }

    #[test]
    fn a_report_is_one_line() {
        let mut wire = Vec::new();
        tell(&Report::Gone { ended: 2, left: vec![7] }, &mut wire).unwrap();

        assert_eq!(wire, b"{\"gone\":{\"ended\":2,\"left\":[7]}}\n");
        assert_eq!(hear::<Report>(&wire).unwrap(), Report::Gone { ended: 2, left: vec![7] });
    }
}
