//! The ways to reach a person who is elsewhere. Each sends what it is given; what is worth a message is not decided here.

pub mod telegram;
