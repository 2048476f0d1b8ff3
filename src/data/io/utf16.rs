//! Text in UTF-16 as UTF-8, where a byte order mark says that it is. Other bytes are passed on.

use std::io::{self, Read};

/// Bytes that are decoded at once.
const AT_ONCE: usize = 1 << 14;

/// A text as UTF-8, whether it is stored so or in UTF-16 with a byte order mark.
pub(super) struct Utf8<R> {
    inner: R,
    form: Form,
    /// Bytes that were read and are not decoded yet.
    raw: Vec<u8>,
    /// Decoded text, and how much of it has been passed on.
    text: Vec<u8>,
    at: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// No byte has been read.
    Unknown,
    /// Bytes are passed on.
    Plain,
    /// Two bytes for each unit, the lower first or second.
    Utf16 { big: bool },
}

impl<R: Read> Utf8<R> {
    /// The text of these bytes.
    pub(super) fn new(inner: R) -> Self {
        Self { inner, form: Form::Unknown, raw: vec![], text: vec![], at: 0 }
    }

    /// Reads more bytes; `false` at the end.
    fn fill(&mut self) -> io::Result<bool> {
        let length = self.raw.len();
        self.raw.resize(length + AT_ONCE, 0);
        let read = loop {
            match self.inner.read(&mut self.raw[length..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.raw.truncate(length + *read.as_ref().unwrap_or(&0));
        read.map(|n| n > 0)
    }

    /// Decodes what was read, but for a unit or a pair that is not complete unless the text has `ended`.
    fn decode(&mut self, big: bool, ended: bool) -> io::Result<()> {
        let pairs = self.raw.as_chunks::<2>().0;
        let mut units: Vec<u16> =
            pairs.iter().map(|pair| if big { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) }).collect();
        // The first half of a pair waits for the second.
        if !ended && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            units.pop();
        }
        if ended && self.raw.len() % 2 == 1 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the UTF-16 text ends within a character"));
        }
        self.raw.drain(..2 * units.len());
        self.text.clear();
        self.at = 0;
        let mut utf8 = [0; 4];
        for letter in char::decode_utf16(units) {
            let letter = letter.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
            self.text.extend_from_slice(letter.encode_utf8(&mut utf8).as_bytes());
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.form == Form::Unknown {
            while self.raw.len() < 2 && self.fill()? {}
            self.form = match self.raw.as_slice() {
                [0xff, 0xfe, ..] => Form::Utf16 { big: false },
                [0xfe, 0xff, ..] => Form::Utf16 { big: true },
                _ => Form::Plain,
            };
            match self.form {
                Form::Utf16 { .. } => drop(self.raw.drain(..2)),
                _ => self.text = std::mem::take(&mut self.raw),
            }
        }
        while self.at == self.text.len() {
            match self.form {
                Form::Utf16 { big } => {
                    let more = self.fill()?;
                    self.decode(big, !more)?;
                    if !more && self.text.is_empty() {
                        return Ok(0);
                    }
                }
                _ => return self.inner.read(buffer),
            }
        }
        let n = (self.text.len() - self.at).min(buffer.len());
        buffer[..n].copy_from_slice(&self.text[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives one byte at a time.
    struct Slowly<'a>(&'a [u8]);

    impl Read for Slowly<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let n = self.0.len().min(buffer.len()).min(1);
            buffer[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    proptest! {
        #[test]
        fn every_text_is_read_back(text: String, big: bool) {
            for bytes in [utf16(&text, big), text.clone().into_bytes()] {
                let (mut whole, mut slowly) = (String::new(), String::new());
                Utf8::new(&bytes[..]).read_to_string(&mut whole).unwrap();
                Utf8::new(Slowly(&bytes)).read_to_string(&mut slowly).unwrap();
                prop_assert_eq!(&whole, &text);
                prop_assert_eq!(&slowly, &text);
            }
        }
    }

    #[test]
    fn half_a_character_is_an_error() {
        let mut bytes = utf16("ab\u{1f600}", false);
        bytes.pop();
        assert!(Utf8::new(&bytes[..]).read_to_end(&mut vec![]).is_err());
        bytes.pop();
        assert!(Utf8::new(&bytes[..]).read_to_end(&mut vec![]).is_err());
        assert!(Utf8::new(&[0xff, 0xfe, 0x00, 0xdc][..]).read_to_end(&mut vec![]).is_err());
    }
}
