//! A printed page: one sheet of A4, drawn from the top down.
//!
//! Fonts are the viewer's own (Helvetica, Courier), so only what Windows code page 1252 has can be shown. What is drawn
//! may be secret: it is wiped.

use pdf_writer::{Content, Finish as _, Name, Pdf, Rect, Ref, Str};
use zeroize::{Zeroize as _, Zeroizing};

/// A4, in points.
const PAGE: (f32, f32) = (595.0, 842.0);
/// Left edge of what is written.
pub const LEFT: f32 = 64.0;

/// Helvetica.
pub const REGULAR: Name<'_> = Name(b"R");
/// Helvetica, bold.
pub const BOLD: Name<'_> = Name(b"B");
/// Courier, bold: every character is 0.6 of the size wide.
pub const CODE: Name<'_> = Name(b"C");
/// Courier, as wide.
pub const MONO: Name<'_> = Name(b"M");

/// A page as a PDF.
pub fn page(draw: impl FnOnce(&mut Ink)) -> Vec<u8> {
    let [catalog, tree, leaf, content] = [1, 2, 3, 4].map(Ref::new);
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree);
    pdf.pages(tree).kids([leaf]).count(1);
    let mut sheet = pdf.page(leaf);
    sheet.media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).parent(tree).contents(content);
    let fonts = [(REGULAR, "Helvetica"), (BOLD, "Helvetica-Bold"), (CODE, "Courier-Bold"), (MONO, "Courier")];
    let fonts = fonts.into_iter().zip(5..).map(|((name, font), id)| (name, font, Ref::new(id)));
    for (name, _, id) in fonts.clone() {
        sheet.resources().fonts().pair(name, id);
    }
    sheet.finish();
    for (_, font, id) in fonts {
        pdf.type1_font(id).base_font(Name(font.as_bytes())).encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    let mut ink = Ink { content: Content::new(), y: PAGE.1 - 84.0 };
    draw(&mut ink);
    let mut drawn = ink.content.finish().to_vec();
    pdf.stream(content, &drawn);
    drawn.zeroize();
    pdf.finish()
}

/// Draws from the top down.
pub struct Ink {
    /// What was drawn.
    pub content: Content,
    /// How far down it came, in points from the bottom.
    pub y: f32,
}

impl Ink {
    /// A line of its own before what follows.
    pub fn heading(&mut self, text: &str) {
        self.gap(4.0);
        self.line(BOLD, 12.0, text);
    }

    /// A paragraph.
    pub fn lines(&mut self, lines: &[&str]) {
        lines.iter().for_each(|line| self.line(REGULAR, 10.0, line));
        self.gap(6.0);
    }

    /// A line.
    pub fn line(&mut self, font: Name<'_>, size: f32, text: &str) {
        self.y -= size;
        self.show(font, size, LEFT, self.y, text);
        self.y -= size * 0.4;
    }

    /// A text at a place.
    pub fn show(&mut self, font: Name<'_>, size: f32, x: f32, y: f32, text: &str) {
        let bytes = Zeroizing::new(to_win_ansi(text));
        self.content.begin_text().set_font(font, size).next_line(x, y).show(Str(&bytes)).end_text();
    }

    /// Nothing.
    pub fn gap(&mut self, points: f32) {
        self.y -= points;
    }
}

/// Whether the viewer's own fonts have it.
pub fn is_printable(text: &str) -> bool {
    text.chars().all(|c| matches!(c, ' '..='~' | '\u{a0}'..='\u{ff}' | '“' | '”' | '’' | '•' | '–'))
}

/// Windows code page 1252, as far as it is used here.
fn to_win_ansi(text: &str) -> Vec<u8> {
    let byte = |c: char| match c {
        '“' => 0x93,
        '”' => 0x94,
        '’' => 0x92,
        '•' => 0x95,
        '–' => 0x96,
        c if is_printable(c.encode_utf8(&mut [0; 4])) => u8::try_from(u32::from(c)).unwrap_or(b'?'),
        _ => b'?',
    };
    text.chars().map(byte).collect()
}
