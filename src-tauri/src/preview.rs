//! Files shown in the window: decrypted into memory, never written down.
//!
//! What a file is, its bytes say, and not its name. An image or a PDF is handed to the page over a scheme of its own, under a
//! random word that counts once; what a program could hide in is shown as the text it is. Nothing of it is a document of the
//! page: the answer has the one type that was recognised, and may run nothing. A PDF is bytes to the page, which has a worker
//! draw them (`ui/src/lib/pdf`).
//!
//! Invariants: bytes wait here only until the page takes them, at most [`MOST`] files' worth, and none outlast the lock.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use tauri::http::{Request, Response, StatusCode, header};
use valise_engine::api::{ApiError, ErrorCode};
use zeroize::Zeroizing;

use crate::state::fault;

/// The scheme; the policy in `tauri.conf.json` lets the page take images and bytes from it, and nothing
/// else.
pub const SCHEME: &str = "valise-preview";
/// Larger files are not shown.
pub const LIMIT: u64 = 32 << 20;
/// So many pixels are decoded: what is small as a file can be endless as an image.
const PIXELS: u64 = 64_000_000;
/// Of a text so many bytes are shown.
const TEXT: usize = 1 << 20;
/// Files that wait to be taken.
const MOST: usize = 4;

/// What the page is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, specta::Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Preview {
    /// An address that can be taken from once.
    Image {
        /// See above.
        url: String,
    },
    /// A PDF: an address that its bytes can be taken from once.
    Pdf {
        /// See above.
        url: String,
    },
    /// A text, whatever it is written in.
    Text {
        /// What does not decode stands as a mark.
        text: String,
        /// There is more of it.
        cut: bool,
    },
    /// None of them: its own program shows it.
    None,
}

/// Files that wait to be taken.
#[derive(Default)]
pub struct Previews(Mutex<VecDeque<Waiting>>);

struct Waiting {
    word: String,
    kind: Kind,
    bytes: Zeroizing<Vec<u8>>,
}

impl Previews {
    /// What is shown of a file.
    pub fn of(&self, bytes: Zeroizing<Vec<u8>>) -> Result<Preview, ApiError> {
        if let Some((image, (width, height))) = ImageKind::of(&bytes) {
            if u64::from(width) * u64::from(height) > PIXELS {
                let todo = Some("Open it in its own program, or use “Save as”.".to_owned());
                return Err(ApiError {
                    todo,
                    ..fault(ErrorCode::TooLarge, "This image is too large to be shown here.")
                });
            }
            return Ok(Preview::Image { url: self.offer(Kind::Image(image), bytes)? });
        }
        if bytes.starts_with(PDF) {
            return Ok(Preview::Pdf { url: self.offer(Kind::Pdf, bytes)? });
        }
        Ok(match text_of(&bytes) {
            Some(text) => Preview::Text { text, cut: bytes.len() > TEXT },
            None => Preview::None,
        })
    }

    /// The address under which it waits.
    fn offer(&self, kind: Kind, bytes: Zeroizing<Vec<u8>>) -> Result<String, ApiError> {
        let mut random = [0; 32];
        getrandom::fill(&mut random).map_err(|_| fault(ErrorCode::Internal, "The system gives no random numbers."))?;
        let word: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let url = format!("{SCHEME}://localhost/{word}");
        let mut waiting = self.lock();
        if waiting.len() >= MOST {
            waiting.pop_front();
        }
        waiting.push_back(Waiting { word, kind, bytes });
        Ok(url)
    }

    /// The page takes a file: once.
    pub fn answer(&self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        let word = request.uri().path().trim_start_matches('/');
        let mut waiting = self.lock();
        let found = waiting.iter().position(|it| it.word == word).and_then(|at| waiting.remove(at));
        let is_pdf = found.as_ref().is_some_and(|it| it.kind == Kind::Pdf);
        let (status, kind, body) = match found {
            Some(mut it) => (StatusCode::OK, it.kind.media_type(), std::mem::take(&mut *it.bytes)),
            None => (StatusCode::NOT_FOUND, "text/plain", Vec::new()),
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let mut say = |name, value| drop(response.headers_mut().insert(name, header::HeaderValue::from_static(value)));
        say(header::CONTENT_TYPE, kind);
        say(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        say(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
        say(header::CACHE_CONTROL, "no-store");
        if is_pdf {
            // The page reads the bytes, and is of another origin than this scheme. Nobody else knows the word.
            say(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        }
        response
    }

    /// It is locked: nothing waits any more.
    pub fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Waiting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How every PDF begins (ISO 32000-2, 7.5.2).
const PDF: &[u8] = b"%PDF-";

/// What waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Image(ImageKind),
    Pdf,
}

impl Kind {
    fn media_type(self) -> &'static str {
        match self {
            Self::Image(image) => image.media_type(),
            Self::Pdf => "application/pdf",
        }
    }
}

/// Images that the page shows: pixels and nothing that runs. SVG is none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ImageKind {
    Png,
    Jpeg,
    Gif,
    Webp,
}

impl ImageKind {
    fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
        }
    }

    /// By its first bytes, with width and height. What does not say how large it is, is none.
    fn of(bytes: &[u8]) -> Option<(Self, (u32, u32))> {
        let be = |at: usize| bytes.get(at..at + 4).map(|it| u32::from_be_bytes([it[0], it[1], it[2], it[3]]));
        let le = |at: usize| bytes.get(at..at + 2).map(|it| u32::from(u16::from_le_bytes([it[0], it[1]])));
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.get(12..16) == Some(b"IHDR") {
            return Some((Self::Png, (be(16)?, be(20)?)));
        }
        if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
            return Some((Self::Gif, (le(6)?, le(8)?)));
        }
        if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            return Some((Self::Webp, webp_size(bytes)?));
        }
        bytes.starts_with(b"\xff\xd8\xff").then(|| Some((Self::Jpeg, jpeg_size(bytes)?)))?
    }
}

/// Of the three kinds of WebP: <https://developers.google.com/speed/webp/docs/riff_container>.
fn webp_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let at = |index: usize| bytes.get(index).copied().map(u32::from);
    let pair = |index: usize| Some(at(index)? | at(index + 1)? << 8);
    match bytes.get(12..16)? {
        b"VP8 " => Some((pair(26)? & 0x3fff, pair(28)? & 0x3fff)),
        b"VP8L" => {
            let bits = pair(21)? | pair(23)? << 16;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8X" => {
            let three = |index: usize| Some((pair(index)? | at(index + 2)? << 16) + 1);
            Some((three(24)?, three(27)?))
        }
        _ => None,
    }
}

/// From the first frame header, over the segments before it.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let pair = |at: usize| bytes.get(at..at + 2).map(|it| u32::from(u16::from_be_bytes([it[0], it[1]])));
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        match *bytes.get(at + 1)? {
            0xff => at += 1,
            0x01 | 0xd0..=0xd8 => at += 2,
            // Frames, and not tables that have a number among theirs.
            kind @ 0xc0..=0xcf if !matches!(kind, 0xc4 | 0xc8 | 0xcc) => return Some((pair(at + 7)?, pair(at + 5)?)),
            _ => at += 2 + pair(at + 2)? as usize,
        }
    }
}

/// Text, as far as it is shown; none if it is not one: a zero byte is in no text but UTF-16, which says so at its start.
fn text_of(bytes: &[u8]) -> Option<String> {
    let shown = &bytes[..bytes.len().min(TEXT)];
    let wide = |decode: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = shown[2..].chunks_exact(2).map(|it| decode([it[0], it[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match shown {
        [0xff, 0xfe, ..] => Some(wide(u16::from_le_bytes)),
        [0xfe, 0xff, ..] => Some(wide(u16::from_be_bytes)),
        _ if shown.contains(&0) => None,
        _ => {
            let text = String::from_utf8_lossy(shown.strip_prefix(b"\xef\xbb\xbf").unwrap_or(shown));
            let broken = text.chars().filter(|letter| *letter == char::REPLACEMENT_CHARACTER).count();
            // Here and there a byte of an older encoding; not every third one.
            (broken * 4 <= text.chars().count()).then(|| text.into_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        bytes.extend(width.to_be_bytes().into_iter().chain(height.to_be_bytes()));
        bytes
    }

    fn shown(bytes: &[u8]) -> Preview {
        Previews::default().of(Zeroizing::new(bytes.to_vec())).unwrap()
    }

    fn take(previews: &Previews, url: &str) -> Response<Vec<u8>> {
        previews.answer(&Request::builder().uri(url).body(Vec::new()).unwrap())
    }

    #[test]
    fn an_image_is_taken_once_and_has_the_type_of_its_bytes() {
        let previews = Previews::default();
        let bytes = png(2, 2);
        let Preview::Image { url } = previews.of(Zeroizing::new(bytes.clone())).unwrap() else { panic!("no image") };
        assert_eq!(take(&previews, "valise-preview://localhost/0123").status(), StatusCode::NOT_FOUND);
        let first = take(&previews, &url);
        assert_eq!((first.status(), first.body()), (StatusCode::OK, &bytes));
        let said = |name| first.headers().get(name).unwrap().to_str().unwrap();
        assert_eq!(said(header::CONTENT_TYPE), "image/png");
        assert_eq!(said(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(said(header::CONTENT_SECURITY_POLICY), "default-src 'none'; sandbox");
        let second = take(&previews, &url);
        assert_eq!((second.status(), second.body().len()), (StatusCode::NOT_FOUND, 0));
    }

    #[test]
    fn a_pdf_is_one_by_its_first_bytes_and_is_read_by_the_page_once() {
        let previews = Previews::default();
        let bytes = b"%PDF-1.7\n1 0 obj << /Type /Catalog /OpenAction << /S /JavaScript >> >>".to_vec();
        let Preview::Pdf { url } = previews.of(Zeroizing::new(bytes.clone())).unwrap() else { panic!("no PDF") };
        let first = take(&previews, &url);
        assert_eq!((first.status(), first.body()), (StatusCode::OK, &bytes));
        let said = |name| first.headers().get(name).unwrap().to_str().unwrap();
        assert_eq!(said(header::CONTENT_TYPE), "application/pdf");
        assert_eq!(said(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(said(header::CONTENT_SECURITY_POLICY), "default-src 'none'; sandbox");
        assert_eq!(said(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
        let second = take(&previews, &url);
        assert_eq!((second.status(), second.body().len()), (StatusCode::NOT_FOUND, 0));
        assert_eq!(second.headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN), None);
        // A text about one is a text.
        assert!(matches!(shown(b"How it begins: %PDF-1.7"), Preview::Text { .. }));
    }

    #[test]
    fn an_image_is_drawn_and_not_read() {
        let previews = Previews::default();
        let Preview::Image { url } = previews.of(Zeroizing::new(png(2, 2))).unwrap() else { panic!("no image") };
        assert_eq!(take(&previews, &url).headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN), None);
    }

    #[test]
    fn nothing_waits_after_a_lock_and_not_much_before() {
        let previews = Previews::default();
        let offer = || match previews.of(Zeroizing::new(png(2, 2))).unwrap() {
            Preview::Image { url } => url,
            other => panic!("{other:?}"),
        };
        let first = offer();
        let later: Vec<String> = (0..MOST).map(|_| offer()).collect();
        assert_eq!(take(&previews, &first).status(), StatusCode::NOT_FOUND);
        previews.forget();
        assert!(later.iter().all(|url| take(&previews, url).status() == StatusCode::NOT_FOUND));
    }

    #[test]
    fn what_could_run_is_text_whatever_it_is_called() {
        let hostile: [&[u8]; 4] = [
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(2)</script></svg>",
            b"<!doctype html><script>fetch('https://example.org')</script>",
            b"\xef\xbb\xbf<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
            b"javascript:alert(1)",
        ];
        for bytes in hostile {
            let Preview::Text { text, cut: false } = shown(bytes) else { panic!("no text: {bytes:?}") };
            assert!(text.starts_with('<') || text.starts_with("javascript"));
        }
        // An image's first bytes before a page make a broken image, and no page.
        let mut both = png(2, 2);
        both.extend(b"<script>alert(1)</script>");
        assert!(matches!(shown(&both), Preview::Image { .. }));
    }

    #[test]
    fn texts_decode_as_far_as_they_are_texts() {
        let text = |bytes: &[u8]| match shown(bytes) {
            Preview::Text { text, .. } => Some(text),
            _ => None,
        };
        assert_eq!(text(b"").as_deref(), Some(""));
        assert_eq!(text(b"\xef\xbb\xbfplain").as_deref(), Some("plain"));
        assert_eq!(text(b"\xff\xfeh\0i\0").as_deref(), Some("hi"));
        assert_eq!(text(b"caf\xe9 au lait").as_deref(), Some("caf\u{fffd} au lait"));
        assert_eq!(text(b"PK\x03\x04\x14\0\0"), None);
        assert_eq!(text(&[0x9c; 64]), None);
        let Preview::Text { text, cut: true } = shown(&vec![b'a'; TEXT + 1]) else { panic!("not cut") };
        assert_eq!(text.len(), TEXT);
    }

    #[test]
    fn sizes_are_read_before_anything_is_decoded() {
        let size = |bytes: &[u8]| ImageKind::of(bytes).map(|(kind, size)| (kind.media_type(), size));
        assert_eq!(size(b"GIF89a\x03\x00\x04\x00"), Some(("image/gif", (3, 4))));
        assert_eq!(size(b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08\0\x05\0\x06"), Some(("image/jpeg", (6, 5))));
        assert_eq!(size(b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x01\0\0\x02\0\0"), Some(("image/webp", (2, 3))));
        assert_eq!(size(b"RIFF\0\0\0\0WEBPVP8L\x05\0\0\0\x2f\x01\xc0\x00\x00"), Some(("image/webp", (2, 4))));
        for cut in
            [b"\x89PNG\r\n\x1a\n".as_slice(), b"\xff\xd8\xff", b"GIF89a", b"RIFF\0\0\0\0WEBP", b"\xff\xd8\xff\xe0"]
        {
            assert_eq!(size(cut), None);
        }
        let bomb = Previews::default().of(Zeroizing::new(png(60_000, 60_000))).unwrap_err();
        assert_eq!(bomb.code, ErrorCode::TooLarge);
    }
}
