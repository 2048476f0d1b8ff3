//! Text in any encoding as UTF-8, decoded as it is read. A byte order mark at the beginning says more than the declared
//! encoding.

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};
use std::io::{self, Read};

/// Bytes that are decoded at once.
const AT_ONCE: usize = 1 << 14;
/// The length of the longest byte order mark.
const MARK: usize = 3;
/// What stands for bytes that are no character of their encoding: a byte that no UTF-8 text has, so that whoever reads the
/// text finds it, and reports its row and column.
const NO_CHARACTER: u8 = 0xff;

/// A text as UTF-8. Bytes that are stored as UTF-8 are passed on unchanged, valid or not.
pub(super) struct Utf8<R> {
    inner: R,
    declared: &'static Encoding,
    form: Form,
    /// Bytes that were read and are not decoded yet.
    raw: Vec<u8>,
    /// Decoded text, and how much of it has been passed on.
    text: Vec<u8>,
    at: usize,
}

enum Form {
    /// The beginning has not been read.
    Unknown,
    /// Bytes are passed on.
    Plain,
    /// They are decoded.
    Decoded(Box<Decoder>),
    /// They were decoded, and there are no more.
    Ended,
}

impl<R: Read> Utf8<R> {
    /// The text of these bytes, in this encoding unless they begin with a byte order mark.
    pub(super) fn new(inner: R, declared: &'static Encoding) -> Self {
        Self { inner, declared, form: Form::Unknown, raw: vec![], text: vec![], at: 0 }
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

    /// Decides the form by the first bytes.
    fn begin(&mut self) -> io::Result<()> {
        while self.raw.len() < MARK && self.fill()? {}
        let (encoding, mark) = Encoding::for_bom(&self.raw).unwrap_or((self.declared, 0));
        if encoding == UTF_8 {
            self.form = Form::Plain;
            self.text = std::mem::take(&mut self.raw);
        } else {
            self.raw.drain(..mark);
            self.form = Form::Decoded(Box::new(encoding.new_decoder_without_bom_handling()));
        }
        Ok(())
    }
}

/// Decodes what was read; a character that is not complete is kept by the decoder unless the text has `ended`.
fn decode(decoder: &mut Decoder, raw: &mut Vec<u8>, text: &mut Vec<u8>, ended: bool) {
    let mut rest = raw.as_slice();
    loop {
        let filled = text.len();
        text.resize(filled + 4 * AT_ONCE, 0);
        let (result, read, written) = decoder.decode_to_utf8_without_replacement(rest, &mut text[filled..], ended);
        text.truncate(filled + written);
        rest = &rest[read..];
        match result {
            DecoderResult::InputEmpty => break,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => text.push(NO_CHARACTER),
        }
    }
    raw.clear();
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if matches!(self.form, Form::Unknown) {
            self.begin()?;
        }
        while self.at == self.text.len() {
            if matches!(self.form, Form::Plain) {
                return self.inner.read(buffer);
            }
            let more = !self.raw.is_empty() || self.fill()?;
            (self.at, self.text) = (0, vec![]);
            match &mut self.form {
                Form::Decoded(decoder) => decode(decoder, &mut self.raw, &mut self.text, !more),
                _ => return Ok(0),
            }
            if !more {
                self.form = Form::Ended;
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
    use encoding_rs::{EUC_KR, SHIFT_JIS, UTF_16LE, WINDOWS_1252};
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

    fn read(bytes: &[u8], encoding: &'static Encoding) -> Vec<u8> {
        let (mut whole, mut slowly) = (vec![], vec![]);
        Utf8::new(bytes, encoding).read_to_end(&mut whole).unwrap();
        Utf8::new(Slowly(bytes), encoding).read_to_end(&mut slowly).unwrap();
        assert_eq!(whole, slowly);
        whole
    }

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    proptest! {
        #[test]
        fn every_text_is_read_back(text in "[^\u{feff}]?.{0,40}", big: bool) {
            // A mark decides, whatever is declared.
            for declared in [UTF_8, WINDOWS_1252] {
                prop_assert_eq!(&read(&utf16(&text, big), declared), text.as_bytes());
            }
            prop_assert_eq!(&read(text.as_bytes(), UTF_8), text.as_bytes());
        }

        #[test]
        fn every_byte_of_a_text_of_bytes_is_a_character(bytes in proptest::collection::vec(0x80u8..=0xff, 3..80)) {
            prop_assume!(Encoding::for_bom(&bytes).is_none());
            let expected = encoding_rs::mem::decode_latin1(&bytes);
            let found = String::from_utf8(read(&bytes, WINDOWS_1252)).unwrap();
            for (found, (byte, latin1)) in found.chars().zip(bytes.iter().zip(expected.chars())) {
                // The two encodings differ in the range of the control characters only.
                prop_assert!(*byte < 0xa0 || found == latin1, "{byte:x} is {found}");
            }
            prop_assert_eq!(found.chars().count(), bytes.len());
        }
    }

    #[test]
    fn texts_of_other_encodings_are_decoded() {
        for (encoding, text) in
            [(SHIFT_JIS, "名前,カフェ\n"), (EUC_KR, "이름,서울\n"), (WINDOWS_1252, "naïve café, 5 €\n")]
        {
            let long = text.repeat(3000);
            let (bytes, _, failed) = encoding.encode(&long);
            assert!(!failed);
            assert!(read(&bytes, encoding) == long.as_bytes(), "{}", encoding.name());
        }
        assert_eq!(read(b"a\0b\0", UTF_16LE), b"ab");
        assert_eq!(read(b"\xef\xbb\xbfcaf\xc3\xa9", WINDOWS_1252), "\u{feff}café".as_bytes());
    }

    #[test]
    fn what_is_no_character_is_marked_and_the_rest_is_read() {
        let mut bytes = utf16("ab\u{1f600}", false);
        bytes.pop();
        assert_eq!(read(&bytes, UTF_8), b"ab\xff");
        assert_eq!(read(&[0xff, 0xfe, 0x00, 0xdc, b'a', 0], UTF_8), b"\xffa");
        assert_eq!(read(b"ab\x81\x20,c", SHIFT_JIS), b"ab\xff ,c");
        assert_eq!(read(b"ab\xff", UTF_8), b"ab\xff");
    }
}
