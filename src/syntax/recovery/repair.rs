//! Repairs: characters are overwritten, values replaced by a hole, and regions removed until the grammar accepts the
//! rest.

use super::region::Region;
use super::state::Recovery;
use crate::syntax::lexer::{Token, TokenKind};

/// A replacement of the same length with which the rest of the text can be parsed.
pub(super) struct Repair {
    pub(super) at: usize,
    pub(super) bytes: Vec<u8>,
    /// Whether only white space may be replaced.
    pub(super) over_blank: bool,
}

impl Repair {
    /// Writes `bytes` over a token.
    pub(super) fn over(token: &Token, bytes: &str) -> Option<Self> {
        Some(Self { at: token.start, bytes: bytes.as_bytes().to_vec(), over_blank: false })
    }

    /// Writes `bytes` over the white space after a token.
    pub(super) fn after(token: &Token, bytes: &str) -> Option<Self> {
        Some(Self { at: token.end, bytes: bytes.as_bytes().to_vec(), over_blank: true })
    }
}

impl Recovery<'_> {
    /// Writes over a piece of the text; false where that changes nothing or would run two tokens together.
    pub(super) fn repair(&mut self, repair: &Repair) -> bool {
        let Some(at) = self.place(repair.at) else { return false };
        let Some(place) = self.work.get_mut(at..at + repair.bytes.len()) else { return false };
        let insertion = repair.over_blank && !place.iter().all(|byte| byte.is_ascii_whitespace());
        if insertion || place == repair.bytes.as_slice() {
            return false;
        }
        place.copy_from_slice(&repair.bytes);
        true
    }

    /// Removes everything after a complete declaration, from `at` up to a block that may follow.
    pub(super) fn cut(&mut self, at: usize) -> bool {
        let region = self.header_region(at);
        let end = region.filter(|region| region.end > at && self.keyword() == Some("combine")).map(|region| region.end);
        let range = self.bytes(at, end.unwrap_or(self.declaration.tokens.end));
        let end = if end.is_some() { range.end } else { self.work.len() };
        if range.is_empty() {
            return false;
        }
        self.fill(range.start..end, b' ');
        true
    }

    /// Removes a piece: first its value, then all of it, then the piece around it. False if nothing is left of it.
    pub(super) fn take_out(&mut self, region: Region) -> bool {
        let step = self.steps.entry((region.first, region.opener)).or_insert(0);
        *step = step.saturating_add(1);
        if *step == 1 {
            let value = self.bytes(region.value, region.end);
            if !value.is_empty() {
                self.fill(value, 0);
                return true;
            }
            if self.make_room(region) {
                return true;
            }
        }
        let Some(opener) = region.opener else { return self.drop_block(region) };
        let step = self.steps.entry((region.first, region.opener)).or_insert(0);
        if *step <= 2 {
            *step = 3;
            let range = self.bytes(region.first, region.end);
            self.fill(range, b' ');
            let follows = if self.is_separator(region.end) {
                Some(region.end)
            } else {
                region.first.checked_sub(1).filter(|before| *before > opener && self.is_separator(*before))
            };
            if let Some(separator) = follows {
                let range = self.bytes(separator, separator + 1);
                self.fill(range, b' ');
            }
            return true;
        }
        self.take_out_around(opener)
    }

    /// Makes a hole where there is no value at all; false where there is no room for one.
    pub(super) fn make_room(&mut self, region: Region) -> bool {
        if region.opener.is_none() && region.end == self.declaration.tokens.end && self.declaration.closers.is_empty() {
            self.work.extend_from_slice(b" \0");
            return true;
        }
        let (key, mark) =
            (self.bytes(region.first, region.value.saturating_sub(1)), self.bytes(region.first, region.value));
        if region.value < region.first + 2 || mark.end < key.end + 2 {
            return false;
        }
        let sign = self.work[mark.end - 1];
        self.work[key.end] = sign;
        self.fill(key.end + 1..mark.end, 0);
        true
    }

    /// Removes a `combine`'s settings, if the piece is that block.
    pub(super) fn drop_block(&mut self, region: Region) -> bool {
        if self.keyword() != Some("combine") || !matches!(self.kind(region.first), Some(TokenKind::Open(_))) {
            return false;
        }
        let range = self.bytes(region.first, self.declaration.tokens.end);
        if range.is_empty() || self.work.get(range.clone()).is_some_and(|rest| rest.iter().all(u8::is_ascii_whitespace))
        {
            return false;
        }
        let end = self.work.len();
        self.fill(range.start..end, b' ');
        true
    }

    /// Removes the piece around a bracket.
    pub(super) fn take_out_around(&mut self, opener: usize) -> bool {
        match self.outline.parent[opener] {
            Some(parent) => {
                let region = self.region(Some(parent), opener);
                self.take_out(region)
            }
            None => match self.header_region(opener) {
                Some(region) => self.take_out(region),
                None => false,
            },
        }
    }

    /// Removes the outermost piece around a token: an entry of the declaration's block, or its value.
    pub(super) fn take_out_outermost(&mut self, token: usize) {
        let mut inner = token;
        let mut outer = None;
        while let Some(parent) = self.outline.parent[inner] {
            outer = Some((parent, inner));
            inner = parent;
        }
        match outer {
            Some((opener, inside)) if self.by_lines(Some(opener)) => {
                let region = self.region(Some(opener), inside);
                self.take_out(region);
            }
            _ => {
                if let Some(region) = self.header_region(inner) {
                    self.take_out(region);
                }
            }
        }
    }
}
