//! Messages over a stream of bytes: a header with the length of each, and its JSON. What is no message ends the session
//! with the reason; its memory is bounded by what really arrives.

use lsp_server::Message;
use std::io::{self, BufRead, Read};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of the largest message, and of the largest line of a header.
const MOST_BYTES: u64 = 1 << 28;
const MOST_HEADER: u64 = 1 << 12;

/// The messages of a stream, in order, up to its end or to the first that is none.
pub(super) struct IncomingMessages<R> {
    stream: R,
    failure: Failure,
}

/// Why a stream of messages ended before its end, once it has.
#[derive(Clone, Debug, Default)]
pub(super) struct Failure(Arc<Mutex<Option<String>>>);

impl Failure {
    pub(super) fn get(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<R: BufRead> IncomingMessages<R> {
    pub(super) fn new(stream: R) -> (Self, Failure) {
        let failure = Failure::default();
        (Self { stream, failure: failure.clone() }, failure)
    }
}

impl<R: BufRead> Iterator for IncomingMessages<R> {
    type Item = Message;

    fn next(&mut self) -> Option<Message> {
        match read_message(&mut self.stream) {
            Ok(message) => message,
            Err(error) => {
                *self.failure.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
                None
            }
        }
    }
}

fn invalid(message: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message.into())
}

/// The next message; none at the end of the stream.
fn read_message(stream: &mut impl BufRead) -> io::Result<Option<Message>> {
    let Some(length) = read_header(stream)? else { return Ok(None) };
    if length > MOST_BYTES {
        return Err(invalid(format!("a message of {length} bytes; at most {MOST_BYTES} are read")));
    }
    let mut body = vec![];
    stream.by_ref().take(length).read_to_end(&mut body)?;
    if (body.len() as u64) < length {
        return Err(invalid("the input ends within a message"));
    }
    let text = String::from_utf8(body).map_err(|_| invalid("a message that is not UTF-8"))?;
    serde_json::from_str(&text)
        .or_else(|error| match without_lone_surrogates(&text) {
            Some(text) => serde_json::from_str(&text),
            None => Err(error),
        })
        .map(Some)
        .map_err(|error| invalid(format!("a message that cannot be read: {error}")))
}

/// The length that a header gives; none at the end of the stream.
fn read_header(stream: &mut impl BufRead) -> io::Result<Option<u64>> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if stream.by_ref().take(MOST_HEADER).read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let Some(line) = line.strip_suffix("\r\n") else { return Err(invalid("a header that cannot be read")) };
        if line.is_empty() {
            return length.map(Some).ok_or_else(|| invalid("a header without `Content-Length`"));
        }
        let (name, value) = line.split_once(':').ok_or_else(|| invalid("a header that cannot be read"))?;
        if name.eq_ignore_ascii_case("Content-Length") {
            let value = value.trim().parse().map_err(|_| invalid("a `Content-Length` that is no number"))?;
            length = Some(value);
        }
    }
}

/// JSON with `U+FFFD` for every escape of half a surrogate pair, which editors send where a text is cut within a
/// character; none where there is no such escape.
fn without_lone_surrogates(json: &str) -> Option<String> {
    let bytes = json.as_bytes();
    // The value of an escape that begins here, if one does.
    let escape = |at: usize| {
        let digits = json.get(at..).and_then(|rest| rest.strip_prefix("\\u")).and_then(|rest| rest.get(..4))?;
        u16::from_str_radix(digits, 16).ok()
    };
    let (mut out, mut copied, mut at) = (String::new(), 0, 0);
    while let Some(backslash) = memchr::memchr(b'\\', &bytes[at..]).map(|next| at + next) {
        at = backslash + 2;
        match escape(backslash) {
            Some(0xd800..=0xdbff) if matches!(escape(backslash + 6), Some(0xdc00..=0xdfff)) => at = backslash + 12,
            Some(0xd800..=0xdfff) => {
                out.push_str(&json[copied..backslash]);
                out.push('\u{fffd}');
                (copied, at) = (backslash + 6, backslash + 6);
            }
            _ => {}
        }
        at = at.min(bytes.len());
    }
    out.push_str(&json[copied..]);
    (copied > 0).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &str) -> (Vec<Message>, Option<String>) {
        let (messages, failure) = IncomingMessages::new(bytes.as_bytes());
        (messages.collect(), failure.get())
    }

    fn framed(json: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{json}", json.len())
    }

    #[test]
    fn messages_are_read_in_order() {
        let json = r#"{"jsonrpc":"2.0","method":"exit","params":{"a":"\ud83d\ude00"}}"#;
        let (messages, failure) = read(&(framed(json) + &framed(json)));
        assert_eq!((messages.len(), failure), (2, None));
        let Message::Notification(exit) = &messages[0] else { panic!() };
        assert_eq!(exit.params["a"], "\u{1f600}");
    }

    #[test]
    fn half_a_surrogate_pair_is_a_replacement_character() {
        for (escaped, plain) in [
            (r"a\ud800b", "a\u{fffd}b"),
            (r"\udc00", "\u{fffd}"),
            (r"\ud83d\ud83d\ude00", "\u{fffd}\u{1f600}"),
            (r"\\ud800\ud800", "\\ud800\u{fffd}"),
            (r"\ud800", "\u{fffd}"),
        ] {
            let (messages, failure) = read(&framed(&format!(r#"{{"method":"m","params":{{"text":"{escaped}"}}}}"#)));
            assert_eq!(failure, None, "{escaped}");
            let Message::Notification(note) = &messages[0] else { panic!() };
            assert_eq!(note.params["text"], plain, "{escaped}");
        }
    }

    #[test]
    fn what_is_no_message_is_reported() {
        for bytes in [
            "Content-Length: 18446744073709551615\r\n\r\n{}".to_owned(),
            "Content-Length: 99999999999999999999999\r\n\r\n{}".into(),
            "Content-Length: -1\r\n\r\n{}".into(),
            "Content-Length: 10\r\n\r\n{}".into(),
            "Type: x\r\n\r\n{}".into(),
            "nonsense".into(),
            "x".repeat(1 << 20),
            framed("{"),
            framed("[1, 2]"),
        ] {
            let (messages, failure) = read(&bytes);
            assert!(messages.is_empty() && failure.is_some(), "{:?}", bytes.get(..40));
        }
        assert_eq!(read("").1, None);
    }
}
