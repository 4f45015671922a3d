//! A signature as one page to be printed: who signed what, when, in which words, and how anybody checks it.
//!
//! The page proves nothing by itself, and says so: what counts are the signatures in the files beside it.

use valise_protocol::document::Statement;
use valise_protocol::moment;

use crate::page::{BOLD, Ink, LEFT, MONO, REGULAR, is_printable, page};

/// Where the values of fields begin.
const VALUES: f32 = LEFT + 96.0;
/// Characters of a value in a line.
const VALUE_WIDTH: usize = 68;
/// Longest name that is shown whole: two lines.
const LONGEST_NAME: usize = 2 * VALUE_WIDTH;
/// Size of a signer's words, characters in a line then, and most lines of that size; else they are smaller.
const WORDS: (f32, usize, usize) = (9.0, 86, 12);
const MANY_WORDS: (f32, usize) = (7.0, 111);

/// What stands on a certificate.
pub struct Certificate<'a> {
    /// What was signed.
    pub statement: &'a Statement,
    /// Fingerprint of the key that signed.
    pub fingerprint: &'a str,
    /// What checks it: one command a line.
    pub commands: &'a [String],
}

impl Certificate<'_> {
    /// As a PDF.
    pub fn draw(&self) -> Vec<u8> {
        page(|ink| self.write(ink))
    }

    fn write(&self, ink: &mut Ink) {
        let statement = self.statement;
        let names = &statement.names;
        ink.line(BOLD, 24.0, "Certificate of a signature");
        ink.gap(10.0);
        let version = format!("{}, {} bytes", names.version, statement.size);
        let fields = [
            ("Signed by", &*names.signer),
            ("File", &names.file),
            ("Version", &version),
            ("Folder", &names.folder),
            ("Workspace", &names.workspace),
            ("Time", &format!("{} by the signer’s clock", moment::second(statement.at))),
            ("SHA-512", &statement.digest.to_string()),
            ("Signing key", &format!("{}, version {}", self.fingerprint, statement.key)),
        ];
        fields.iter().for_each(|(name, value)| field(ink, name, value));
        ink.gap(6.0);
        words(ink, &statement.words);
        ink.heading("Check it");
        ink.line(REGULAR, 10.0, "With the files that were written beside this page, and OpenSSH, 8.2 or later; nothing of Valise is needed:");
        ink.gap(4.0);
        for line in self.commands.iter().flat_map(|command| wrapped(command, MANY_WORDS.1)) {
            ink.line(MONO, MANY_WORDS.0, &line);
        }
        ink.gap(6.0);
        ink.heading("What it proves");
        ink.lines(&[
            "That whoever has the key above signed these bytes and this statement. That the key is the signer’s, the list of",
            "keys says: compare its fingerprint with the signer. The time is the signer’s own word, and this page by itself",
            "proves nothing. It is not a qualified electronic signature in the sense of the law.",
        ]);
        let all = [&names.signer, &names.file, &names.folder, &names.workspace, &statement.words];
        if !all.into_iter().all(|text| text.lines().all(is_printable)) {
            ink.lines(&[
                "Characters that this page has no letters for stand as “?”; the statement’s own file has all of them.",
            ]);
        }
    }
}

fn field(ink: &mut Ink, name: &str, value: &str) {
    let cut = value.chars().count() > LONGEST_NAME;
    let value: String = value.chars().take(if cut { LONGEST_NAME - 3 } else { LONGEST_NAME }).collect();
    let value = if cut { format!("{value}...") } else { value };
    for (index, line) in wrapped(&value, VALUE_WIDTH).into_iter().enumerate() {
        if index == 0 {
            ink.show(BOLD, 10.0, LEFT, ink.y - 9.0, name);
        }
        ink.show(MONO, 9.0, VALUES, ink.y - 9.0, &line);
        ink.gap(13.0);
    }
}

fn words(ink: &mut Ink, words: &str) {
    ink.heading("Statement");
    if words.is_empty() {
        return ink.lines(&["None: the signature itself."]);
    }
    let in_lines = |width| words.split('\n').flat_map(|line| wrapped(line, width)).collect::<Vec<_>>();
    let (size, width, most) = WORDS;
    let normal = in_lines(width);
    let (size, lines) = if normal.len() <= most { (size, normal) } else { (MANY_WORDS.0, in_lines(MANY_WORDS.1)) };
    lines.iter().for_each(|line| ink.line(MONO, size, line));
    ink.gap(8.0);
}

/// In lines of at most so many characters, broken between words where that can be; at least one.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut count = 0;
    for word in text.split_inclusive(' ') {
        let length = word.trim_end().chars().count();
        if count > 0 && count + length > width {
            lines.push(String::new());
            count = 0;
        }
        for c in word.chars() {
            if count == width {
                lines.push(String::new());
                count = 0;
            }
            if let Some(line) = lines.last_mut() {
                line.push(c);
            }
            count += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use valise_protocol::document::{MAX_LINES, MAX_WORDS, Names};
    use valise_protocol::ids::{Cid, ContentDigest, DekId, EntryId};

    use super::*;

    fn statement(name: &str, words: &str) -> Statement {
        let cid: Cid = "bafkreigmztgmztgmztgmztgmztgmztgmztgmztgmztgmyaaaaaaaaaaaai".parse().unwrap();
        let names =
            Names { signer: name.into(), workspace: name.into(), folder: name.into(), file: name.into(), version: 3 };
        let (entry, dek, digest) = (EntryId::new([1; 16]), DekId::new([2; 24]), ContentDigest::new([0xab; 64]));
        Statement { entry, dek, cid, size: 5, digest, at: 1_794_647_159_000, key: 1, names, words: words.into() }
    }

    fn drawn(statement: &Statement) -> (Vec<u8>, f32) {
        let commands = vec!["x".repeat(300); 2];
        let certificate = Certificate { statement, fingerprint: &"f".repeat(50), commands: &commands };
        let mut lowest = 0.0;
        page(|ink| {
            certificate.write(ink);
            lowest = ink.y;
        });
        (certificate.draw(), lowest)
    }

    #[test]
    fn a_certificate_says_who_what_and_when() {
        let (pdf, _) = drawn(&statement("Agreement.pdf", "I approve."));
        let text = String::from_utf8_lossy(&pdf);
        for words in ["(Agreement.pdf)", "(3, 5 bytes)", "(I approve.)"] {
            assert!(text.contains(words), "{words}");
        }
        assert!(pdf.starts_with(b"%PDF-1.7") && pdf.ends_with(b"%%EOF"));
        assert!(!text.contains("no letters for"));
        let (pdf, _) = drawn(&statement("Łódź", ""));
        assert!(String::from_utf8_lossy(&pdf).matches("/Type /Page\n").count() <= 1);
    }

    /// However long names and words are.
    #[test]
    fn it_is_one_page() {
        for words in
            ["x".repeat(MAX_WORDS), format!("{}{}", "x\n".repeat(MAX_LINES - 1), "x".repeat(960)), "é ".repeat(333)]
        {
            let words = words.trim();
            assert!(valise_protocol::document::is_words(words));
            let (_, lowest) = drawn(&statement(&"W".repeat(255), words));
            assert!(lowest > 24.0, "{lowest}");
        }
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrapped("one two three", 8), ["one two ", "three"]);
        assert_eq!(wrapped("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrapped("", 4), [""]);
    }
}
