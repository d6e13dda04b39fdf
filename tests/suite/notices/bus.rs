//! A desktop's session bus with its notification service, as far as one notification needs it: a socket that speaks
//! D-Bus, without a bus program.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

/// What was shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) program: String,
    pub(super) title: String,
    pub(super) body: String,
}

/// A bus that listens.
pub(super) struct Bus {
    shown: Receiver<Shown>,
}

impl Bus {
    /// Listens at a path, as a service that can do this.
    pub(super) fn start(path: &Path, able: &'static [&'static str]) -> Self {
        let listener = UnixListener::bind(path).unwrap();
        let (sender, shown) = mpsc::channel();
        // Ends with the test's process.
        thread::spawn(move || {
            for stream in listener.incoming() {
                // One client asks what can be done, another one is shown; each leaves.
                let _ = serve(&stream.unwrap(), able, &sender);
            }
        });
        Self { shown }
    }

    pub(super) fn shown(&self) -> Shown {
        self.shown.recv_timeout(Duration::from_secs(10)).expect("nothing was shown")
    }
}

/// A call, as far as it matters.
struct Call {
    serial: u32,
    member: String,
    wants_reply: bool,
    body: Vec<u8>,
}

fn serve(stream: &UnixStream, able: &[&str], shown: &Sender<Shown>) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    introduce(&mut reader, &mut writer)?;
    loop {
        let call = read(&mut reader)?;
        let (signature, body) = match call.member.as_str() {
            "Hello" => ("s", string(":1.1")),
            "GetCapabilities" => ("as", strings(able)),
            "Notify" => {
                let mut at = 0;
                let program = text(&call.body, &mut at);
                at = at.next_multiple_of(4) + 4;
                let _icon = text(&call.body, &mut at);
                let (title, body) = (text(&call.body, &mut at), text(&call.body, &mut at));
                let _ = shown.send(Shown { program, title, body });
                ("u", 7_u32.to_le_bytes().to_vec())
            }
            other => panic!("the client calls {other}"),
        };
        if call.wants_reply {
            writer.write_all(&reply(call.serial, signature, &body))?;
        }
    }
}

/// The lines before the first message.
fn introduce(reader: &mut impl BufRead, writer: &mut impl Write) -> io::Result<()> {
    reader.read_exact(&mut [0])?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let answer = match line.split_whitespace().next() {
            Some("AUTH") => "OK 0123456789abcdef0123456789abcdef\r\n",
            Some("NEGOTIATE_UNIX_FD") => "AGREE_UNIX_FD\r\n",
            Some("BEGIN") => return Ok(()),
            None => return Err(io::ErrorKind::UnexpectedEof.into()),
            Some(_) => "ERROR\r\n",
        };
        writer.write_all(answer.as_bytes())?;
    }
}

fn number(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()).try_into().unwrap()
}

/// The text at a place, which moves behind it.
fn text(bytes: &[u8], at: &mut usize) -> String {
    *at = at.next_multiple_of(4);
    let from = *at + 4;
    let to = from + number(bytes, *at);
    *at = to + 1;
    String::from_utf8(bytes[from..to].to_vec()).unwrap()
}

fn read(reader: &mut impl Read) -> io::Result<Call> {
    let mut head = vec![0; 16];
    reader.read_exact(&mut head)?;
    assert_eq!(head[0], b'l', "a client of another byte order");
    let (body, fields) = (number(&head, 4), number(&head, 12));
    head.resize((16 + fields).next_multiple_of(8), 0);
    reader.read_exact(&mut head[16..])?;
    let mut body = vec![0; body];
    reader.read_exact(&mut body)?;
    let mut member = String::new();
    let mut at = 16;
    while at < 16 + fields {
        at = at.next_multiple_of(8);
        let (code, kind) = (head[at], head[at + 2]);
        at += 4;
        match kind {
            b's' | b'o' => {
                let value = text(&head, &mut at);
                if code == 3 {
                    member = value;
                }
            }
            b'g' => at += usize::from(head[at]) + 2,
            _ => at = at.next_multiple_of(4) + 4,
        }
    }
    let serial = u32::try_from(number(&head, 8)).unwrap();
    Ok(Call { serial, member, wants_reply: head[1] == 1 && head[2] & 1 == 0, body })
}

fn string(text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap().to_le_bytes();
    [&length[..], text.as_bytes(), &[0]].concat()
}

fn strings(texts: &[&str]) -> Vec<u8> {
    let mut list = Vec::new();
    for text in texts {
        list.resize(list.len().next_multiple_of(4), 0);
        list.extend(string(text));
    }
    [&u32::try_from(list.len()).unwrap().to_le_bytes()[..], &list].concat()
}

/// The reply to a call.
fn reply(to: u32, signature: &str, body: &[u8]) -> Vec<u8> {
    let mut fields = vec![5, 1, b'u', 0];
    fields.extend(to.to_le_bytes());
    fields.extend([7, 1, b's', 0]);
    fields.extend(string("org.freedesktop.DBus"));
    fields.resize(fields.len().next_multiple_of(8), 0);
    fields.extend([8, 1, b'g', 0, u8::try_from(signature.len()).unwrap()]);
    fields.extend(signature.bytes().chain([0]));
    let mut message = vec![b'l', 2, 1, 1];
    message.extend(u32::try_from(body.len()).unwrap().to_le_bytes());
    message.extend(to.to_le_bytes());
    message.extend(u32::try_from(fields.len()).unwrap().to_le_bytes());
    message.extend(fields);
    message.resize(message.len().next_multiple_of(8), 0);
    message.extend(body);
    message
}
