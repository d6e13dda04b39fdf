//! HTTP/1.1 as far as a program on loopback needs it: requests with a length or in chunks, answers whole or streamed,
//! connections that stay open. A [`Server`] hands each request to a [`Handler`]; it knows nothing of what is asked.

mod answer;
mod connection;
mod request;
mod server;

pub use answer::{Answer, End};
pub use request::Request;
pub use server::{Handler, Server};
