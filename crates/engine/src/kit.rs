//! A recovery kit as one page to be printed: words of explanation, the code in groups, the same as a QR code.
//!
//! Names that the page cannot show are left out: the set's name, which stands on every page, is what matters.
//! The file is private to its owner; printed is where it belongs.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use qrcodegen::{QrCode, QrCodeEcc};
use zeroize::{Zeroize as _, Zeroizing};

use valise_crypto::{CodeError, Share};

use crate::api::{Code, Escrow, KitName};
use crate::error::EngineError;
use crate::home::private_file;
use crate::page::{BOLD, CODE, Ink, LEFT, REGULAR, is_printable};
use crate::recovery::{kit_name, set_name};
use crate::shared::Shared;

const QR_SIZE: f32 = 168.0;
const GROUPS_IN_A_ROW: usize = 7;

/// Writes a kit's page.
pub fn write(shared: &Shared, code: &Code, to: &Path) -> Result<PathBuf, EngineError> {
    let share = Share::from_code(&code.0).map_err(EngineError::BadCode)?;
    let kit = kit_name(share.index()).ok_or(EngineError::BadCode(CodeError::NotACode))?;
    let (name, workspace, set, catalog, helped) = shared.open(|open| {
        let set = open.vault.recovery.as_ref().ok_or(EngineError::NoRecovery)?.0;
        let catalog = open.vault.catalog_record().and_then(|catalog| catalog.addresses.first().cloned());
        let helped = open.vault.escrow() == Escrow::Held;
        Ok((open.public.name.clone(), open.public.workspace_name.clone(), set_name(set.as_bytes()), catalog, helped))
    })?;
    let code = share.to_code();
    let catalog = catalog.as_deref();
    let mut page = draw(&Page { kit, name: &name, workspace: &workspace, set: &set, code: &code, catalog, helped });
    let written = private_file(to).and_then(|mut file| {
        file.write_all(&page)?;
        Ok(file.sync_all()?)
    });
    page.zeroize();
    written.map(|()| to.to_owned())
}

/// What stands on a page.
struct Page<'a> {
    kit: KitName,
    name: &'a str,
    workspace: &'a str,
    set: &'a str,
    code: &'a str,
    /// Where the account is found from another computer.
    catalog: Option<&'a str>,
    /// Officers can help, and there is no other kit.
    helped: bool,
}

fn draw(page: &Page<'_>) -> Vec<u8> {
    crate::page::page(|ink| ink.write(page))
}

impl Ink {
    fn write(&mut self, page: &Page<'_>) {
        let (kit, other) = match page.kit {
            KitName::A => ("A", "B"),
            KitName::B => ("B", "A"),
        };
        let title = if page.helped { "Valise recovery kit".to_owned() } else { format!("Valise recovery kit {kit}") };
        self.line(BOLD, 24.0, &title);
        let names: Vec<&str> = [page.name, page.workspace].into_iter().filter(|name| is_printable(name)).collect();
        self.line(REGULAR, 12.0, &names.join(", "));
        self.line(REGULAR, 12.0, &format!("set {}", page.set));
        self.gap(14.0);
        match page.helped {
            true => self.with_officers(page),
            false => self.with_another_kit(page, kit, other),
        }
        self.heading("Is it still good?");
        self.lines(&["Valise tells you at any time, without using it up: page “Security”, or: valise recovery check"]);
    }

    fn with_officers(&mut self, page: &Page<'_>) {
        self.lines(&[
            "If the password of Valise is forgotten, nobody can reset it: not whoever runs the server, and no colleague",
            "alone. This page is one of three ways back in. Any two of them together open your files again:",
        ]);
        self.lines(&[
            "•  the keyring of your computer, which answers by itself,",
            "•  this kit,",
            "•  the officers of your workspace, who can help, and read nothing by it.",
        ]);
        self.gap(8.0);
        self.code(page.code);
        self.gap(8.0);
        self.qr(page.code);
        self.gap(18.0);
        self.heading("Keep it");
        self.lines(&[
            "Keep this page where you keep a passport. It does not belong on the computer it is for, nor in a mail or a",
            "photograph. Whoever has two of the three ways can read your files and sign in your name; one alone opens",
            "nothing. If this page may have been seen or lost, make a new kit in Valise, on the page “Security”: that",
            "makes this one worthless.",
        ]);
        self.heading("Use it");
        self.lines(&[
            "On the computer, start Valise and choose “Forgotten?”. Type the 21 groups above (spaces and small letters",
            "do not matter) or read the QR code, and choose a new password. If the keyring does not answer, ask your",
            "officers from there. A kit works once: Valise gives you a new one, and this one can be destroyed.",
        ]);
        if let Some(catalog) = page.catalog {
            self.heading("If every computer of yours is lost");
            self.lines(&[
                "Start Valise on a new computer, choose “I lost my other computers”, type the code and this address, and ask",
                "your officers: call one of them, and read out what Valise shows you.",
                catalog,
            ]);
        }
    }

    fn with_another_kit(&mut self, page: &Page<'_>, kit: &str, other: &str) {
        self.lines(&[
            "If the password of Valise is forgotten, nobody can reset it: no colleague, and not whoever runs the server.",
            "This page is one of three ways back in. Any two of them together open Valise on your computer:",
        ]);
        self.lines(&[
            "•  the keyring of that computer, which answers by itself,",
            &format!("•  this kit {kit},"),
            &format!("•  kit {other}, which was printed with it."),
        ]);
        self.gap(8.0);
        self.code(page.code);
        self.gap(8.0);
        self.qr(page.code);
        self.gap(18.0);
        self.heading("Keep it");
        self.lines(&[
            &format!("Keep this page where you keep a passport, and kit {other} somewhere else. Neither belongs on the computer"),
            "it is for, nor in a mail or a photograph. Whoever has two of the three ways can read your files and sign",
            "in your name; one alone opens nothing. If this page may have been seen or lost, make new kits in Valise,",
            "on the page “Security”: that makes this one worthless.",
        ]);
        self.heading("Use it");
        self.lines(&[
            "On the computer, start Valise and choose “Forgotten?”. Type the 21 groups above (spaces and small letters",
            &format!("do not matter) or read the QR code. If the keyring does not answer, type kit {other} as well. Then choose"),
            "a new password. A kit works once: Valise gives you new ones, and these two can be destroyed.",
        ]);
        if let Some(catalog) = page.catalog {
            self.heading("If every computer of yours is lost");
            self.lines(&[
                &format!("Both kits, {kit} and {other}, open your account on a new computer: start Valise there, choose “I lost my"),
                "other computers”, and type both codes and this address:",
                catalog,
            ]);
        }
    }

    /// 21 groups in three rows, each with the number of its first: two groups are asked back by number.
    fn code(&mut self, code: &str) {
        let groups: Vec<&str> = code.split(' ').collect();
        for (row, groups) in groups.chunks(GROUPS_IN_A_ROW).enumerate() {
            let text = Zeroizing::new(groups.join("  "));
            self.line(CODE, 18.0, &text);
            let number = row * GROUPS_IN_A_ROW + 1;
            self.show(REGULAR, 9.0, LEFT - 20.0, self.y + 18.0 * 0.4, &number.to_string());
        }
    }

    fn qr(&mut self, code: &str) {
        let text = Zeroizing::new(code.replace(' ', ""));
        // 84 characters fit, whatever they are; without the picture the code itself still stands above.
        let Ok(qr) = QrCode::encode_text(&text, QrCodeEcc::Quartile) else { return };
        let module = QR_SIZE / qr.size() as f32;
        for row in 0..qr.size() {
            for column in (0..qr.size()).filter(|column| qr.get_module(*column, row)) {
                let (x, y) = (LEFT + column as f32 * module, self.y - (row + 1) as f32 * module);
                // A hair wider, so that no viewer shows seams.
                self.content.rect(x, y, module + 0.05, module + 0.05);
            }
        }
        self.content.fill_nonzero();
        self.gap(QR_SIZE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_its_code_and_names_that_can_be_printed() {
        let code =
            "VAL1 QPZR Y9X8 GF2T VDW0 S3JN 54KH CE6M UA7L QPZR Y9X8 GF2T VDW0 S3JN 54KH CE6M UA7L QPZR Y9X8 GF2T VDW0";
        let catalog = Some("http://catalog.brightwater.example:4747");
        let made = |name, helped| {
            draw(&Page { kit: KitName::A, name, workspace: "Brightwater", set: "3F2A 91C0", code, catalog, helped })
        };
        let pdf = made("Zoë Łuczak", false);
        let text = String::from_utf8_lossy(&pdf);
        assert!(pdf.starts_with(b"%PDF-1.7") && pdf.ends_with(b"%%EOF"));
        assert!(text.contains("(VAL1  QPZR  Y9X8  GF2T  VDW0  S3JN  54KH)"));
        assert!(text.contains("(set 3F2A 91C0)") && text.contains("(Brightwater)") && !text.contains("uczak"));
        // Outside ASCII, strings are written in hexadecimal.
        assert!(String::from_utf8_lossy(&made("Zoë", false)).contains("<5A6FEB2C204272696768747761746572>"));
        // Where officers can help there is no other kit to speak of.
        let helped = made("Zoë", true);
        let text = String::from_utf8_lossy(&helped);
        assert!(text.contains("(Valise recovery kit)") && !text.contains("kit B") && text.contains("officers"));
    }
}
