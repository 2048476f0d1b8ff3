//! `mmc serve` as a process, asked over TCP.

mod client;
mod explanations;
mod hostile_requests;
mod images;
mod load;
mod many_models;
mod protocol;
mod triton;
