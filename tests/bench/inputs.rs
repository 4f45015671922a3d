//! What is added: the same bytes on every machine, incompressible, no two blocks alike.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

/// A file or a directory to add.
pub struct Input {
    /// For people.
    pub title: String,
    /// Where it lies.
    pub path: PathBuf,
    /// Files in it.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// What its rate is counted in.
    pub unit: Unit,
}

/// What a rate is counted in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// MiB a second.
    Bytes,
    /// Files a second.
    Files,
}

impl Input {
    /// Its last name, which it has wherever it comes out.
    pub fn name(&self) -> &str {
        self.path.file_name().and_then(|name| name.to_str()).expect("inputs have names")
    }
}

/// One file of 1 GiB.
pub fn large(dir: &Path, quick: bool) -> Input {
    let bytes = if quick { 64 << 20 } else { 1 << 30 };
    let path = dir.join("scan of the archive.bin");
    write(&path, &mut Noise::new(1), bytes);
    Input { title: format!("One file of {} MiB", bytes >> 20), path, files: 1, bytes, unit: Unit::Bytes }
}

/// 10,000 files of 4 KiB, a hundred to a directory.
pub fn small(dir: &Path, quick: bool) -> Input {
    let (files, size) = (if quick { 500 } else { 10_000 }, 4 << 10);
    let path = dir.join("small files");
    let mut noise = Noise::new(2);
    for number in 0..files {
        write(&path.join(format!("{:03}/{number:05}.dat", number / 100)), &mut noise, size);
    }
    Input { title: format!("{files} files of 4 KiB"), path, files, bytes: files * size, unit: Unit::Files }
}

const CLIENTS: &[&str] = &["Brightwater", "Łódź i Synowie", "東京貿易", "Übersee GmbH", "شركة الأفق", "Компания Заря"];
const MATTERS: &[&str] = &["contracts", "Rechnungen", "議事録", "مراسلات", "отчёты", "congés payés", "접수 문서"];
const NAMES: &[&str] = &["agreement", "Übergabe", "請求書", "عقد", "договор", "procès-verbal", "계약서", "पत्र"];
const SUFFIXES: &[&str] = &["pdf", "docx", "xlsx", "jpg", "txt", "eml"];

/// About 1,500 files of 2 KiB to 8 MiB, most of them small, four directories deep, names in many scripts.
pub fn office(dir: &Path, quick: bool) -> Input {
    let files = if quick { 60 } else { 1500 };
    let path = dir.join("office");
    let (mut noise, mut bytes) = (Noise::new(3), 0);
    for number in 0..files {
        let size = office_size(noise.fraction());
        let directory = format!("{}/{}/{}", noise.one_of(CLIENTS), 2019 + noise.below(7), noise.one_of(MATTERS));
        let name = format!("{} {number:04}.{}", noise.one_of(NAMES), noise.one_of(SUFFIXES));
        write(&path.join(directory).join(name), &mut noise, size);
        bytes += size;
    }
    let title = format!("An office's tree: {files} files, {} MiB", bytes >> 20);
    Input { title, path, files, bytes, unit: Unit::Bytes }
}

/// From 2 KiB to 8 MiB, with a mean near 280 KiB: half of the files are below 4 KiB, a tenth above 500 KiB.
fn office_size(fraction: f64) -> u64 {
    (2048.0 * 4096_f64.powf(fraction.powi(4))) as u64
}

fn write(path: &Path, noise: &mut Noise, size: u64) {
    fs::create_dir_all(path.parent().expect("a parent")).expect("the input's directory");
    let mut file = File::create(path).expect("a file of the input");
    let mut left = size as usize;
    while left > 0 {
        let piece = noise.bytes(left.min(1 << 20));
        file.write_all(&piece).expect("the input is written");
        left -= piece.len();
    }
}

/// Pseudo-random numbers (xorshift64).
pub struct Noise(u64);

impl Noise {
    /// Two seeds give two streams.
    pub fn new(seed: u64) -> Self {
        Noise(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 32) % end
    }

    fn fraction(&mut self) -> f64 {
        self.below(1 << 24) as f64 / (1 << 24) as f64
    }

    fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len() as u64) as usize]
    }

    /// So many of them.
    pub fn bytes(&mut self, len: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(len + 8);
        while bytes.len() < len {
            bytes.extend_from_slice(&self.next().to_le_bytes());
        }
        bytes.truncate(len);
        bytes
    }
}
