//! `valise demo`: Ada and Bao, each in a process and home of their own, share files through a real catalog and
//! real nodes; then everybody's view is checked.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use tokio::process::Command;
use valise_catalog::{Config, Server};
use valise_engine::api::{ApiError, ErrorCode};

use crate::output::{shown, size};
use crate::session::fault;

/// Runs the demonstration.
pub async fn run(files: &[PathBuf]) -> Result<(), ApiError> {
    let scratch = tempfile::tempdir().map_err(io)?;
    let root = scratch.path();
    let files = if files.is_empty() { documents(root)? } else { files.to_vec() };
    println!(
        "Two people share {} through a catalog that can read nothing. Scratch: {}\n",
        count(&files),
        root.display()
    );

    let listen = ([127, 0, 0, 1], 0).into();
    let mut config = Config::new(root.join("catalog"), listen);
    config.node_listen = vec!["/ip4/127.0.0.1/tcp/0".to_owned()];
    let server = Server::start(config)
        .await
        .map_err(|error| fault(ErrorCode::Io, "The catalog did not start.", &error.to_string()))?;
    let url = server.url();
    println!("[catalog] answers at {url}, with a pinning node beside it");

    let ada = Person::new("Ada", root);
    let bao = Person::new("Bao", root);
    ada.step(
        "starts the workspace “Acme Legal”",
        &["init", "--name", "Ada Novak", "--workspace", "Acme Legal", "--catalog", &url],
    )
    .await?;
    ada.step("makes the shared folder “Brightwater merger”", &["folder", "create", "Brightwater merger"]).await?;
    let link = ada.step("invites Bao", &["invite", "Brightwater merger"]).await?;
    let link = link.trim();
    println!("      the link opens nothing by itself: {}...", &link[..link.len().min(44)]);

    let joining = bao.begin(&["join", link, "--name", "Bao Linh"])?;
    let began = Instant::now();
    ada.watch_until(&bao, joining).await?;
    println!("[Bao] joined; Ada's computer let him in                      {:>6.2} s", began.elapsed().as_secs_f64());

    let mut arguments = vec!["add"];
    let paths: Vec<&str> = files.iter().filter_map(|path| path.to_str()).collect();
    arguments.extend(&paths);
    arguments.extend(["--to", "Brightwater merger"]);
    ada.step("drops the files; the pinning node holds them", &arguments).await?;
    let listing = bao.step("sees", &["ls", "Brightwater merger"]).await?;
    listing.lines().for_each(|line| println!("      {line}"));
    let out = root.join("received by Bao");
    bao.step("opens all of them", &["get", "Brightwater merger", "-o", &out.to_string_lossy()]).await?;
    let same = compare(&files, &out)?;
    println!("      {same} files compared byte by byte: the same\n");

    server.stop().await;
    report(root, &files)
}

struct Person {
    name: &'static str,
    home: PathBuf,
}

impl Person {
    fn new(name: &'static str, root: &Path) -> Self {
        Self { name, home: root.join(name) }
    }

    fn command(&self, arguments: &[&str]) -> Result<Command, ApiError> {
        let program = std::env::current_exe().map_err(io)?;
        let mut command = Command::new(program);
        command
            .arg("--home")
            .arg(&self.home)
            .args(arguments)
            .env("VALISE_PASSWORD", format!("{}'s password in the demo", self.name))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        Ok(command)
    }

    fn begin(&self, arguments: &[&str]) -> Result<tokio::process::Child, ApiError> {
        self.command(arguments)?.spawn().map_err(io)
    }

    async fn step(&self, what: &str, arguments: &[&str]) -> Result<String, ApiError> {
        let began = Instant::now();
        let output = self.command(arguments)?.output().await.map_err(io)?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(fault(ErrorCode::Internal, &format!("{} could not go on.", self.name), words.trim()));
        }
        let said = format!("[{}] {what}", self.name);
        println!("{said:<60} {:>6.2} s", began.elapsed().as_secs_f64());
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Keeps this person's Valise open until somebody else's command has ended.
    async fn watch_until(&self, other: &Self, command: tokio::process::Child) -> Result<(), ApiError> {
        let mut watching = self.begin(&["sync", "--watch"])?;
        let output = command.wait_with_output().await.map_err(io)?;
        watching.kill().await.map_err(io)?;
        if output.status.success() {
            return Ok(());
        }
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(fault(ErrorCode::Internal, &format!("{} could not go on.", other.name), words.trim()))
    }
}

/// A few documents of an office.
fn documents(root: &Path) -> Result<Vec<PathBuf>, ApiError> {
    let directory = root.join("documents of Ada");
    std::fs::create_dir_all(directory.join("Due diligence")).map_err(io)?;
    let mut table = String::from("month,revenue,cost\n");
    (1..=1200).for_each(|row| table.push_str(&format!("{row},{},{}\n", row * 1031 % 7919, row * 733 % 5081)));
    let texts = [
        ("Leave form.txt", "Name: Ada Novak\nFrom: 1 December\nTo: 12 December\nReason: family\n".to_owned()),
        (
            "Share purchase agreement v7.md",
            "# Share purchase agreement\n\nBetween the Seller and the Buyer ...\n".repeat(400),
        ),
        ("Due diligence/Valuation model.csv", table),
        ("Due diligence/Opmerkingen, Łódź – 東京.txt", "Čeština, ελληνικά, العربية, 日本語\n".repeat(50)),
    ];
    for (name, text) in texts {
        std::fs::write(directory.join(name), text).map_err(io)?;
    }
    let scan: Vec<u8> = (0..3_000_017_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    std::fs::write(directory.join("Disclosure letter (scan).bin"), scan).map_err(io)?;
    Ok(vec![directory])
}

/// Compares every file that was given with what arrived.
fn compare(files: &[PathBuf], out: &Path) -> Result<usize, ApiError> {
    let mut compared = 0;
    let mut open: Vec<(PathBuf, PathBuf)> =
        files.iter().map(|path| (path.clone(), out.join(path.file_name().unwrap_or_default()))).collect();
    while let Some((original, copy)) = open.pop() {
        if original.is_dir() {
            for entry in std::fs::read_dir(&original).map_err(io)? {
                let entry = entry.map_err(io)?;
                open.push((entry.path(), copy.join(entry.file_name())));
            }
        } else {
            if std::fs::read(&original).map_err(io)? != std::fs::read(&copy).map_err(io)? {
                return Err(fault(ErrorCode::NotVerified, "A file arrived changed.", &shown(&copy.to_string_lossy())));
            }
            compared += 1;
        }
    }
    Ok(compared)
}

/// What each party could see: every stored byte is searched for names and content.
fn report(root: &Path, files: &[PathBuf]) -> Result<(), ApiError> {
    let mut needles: Vec<Vec<u8>> = vec![b"Brightwater merger".to_vec()];
    for file in files {
        needles.extend(file.file_name().and_then(|name| name.to_str()).map(|name| name.as_bytes().to_vec()));
        if let Some(inside) = sample(file) {
            needles.push(inside);
        }
    }
    println!("What each party could see:");
    for (who, place) in [("the catalog and its pinning node", "catalog"), ("a thief of Bao's locked computer", "Bao")] {
        let (found, bytes) = search(&root.join(place), &needles)?;
        println!("  {who:<34} {:>9} searched, {found} names or pieces of content found", size(bytes));
        if found > 0 {
            return Err(fault(ErrorCode::NotVerified, "Something readable was found where nothing may be.", ""));
        }
    }
    println!("  the catalog does see                people's names, who shares with whom and when, sizes, CIDs");
    Ok(())
}

/// Some bytes from inside a file.
fn sample(path: &Path) -> Option<Vec<u8>> {
    let path = if path.is_dir() {
        std::fs::read_dir(path).ok()?.filter_map(Result::ok).map(|entry| entry.path()).find(|path| path.is_file())?
    } else {
        path.to_owned()
    };
    let bytes = std::fs::read(path).ok()?;
    bytes.get(16..48).map(<[u8]>::to_vec)
}

fn search(place: &Path, needles: &[Vec<u8>]) -> Result<(usize, u64), ApiError> {
    let (mut found, mut bytes) = (0, 0);
    let mut open = vec![place.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).map_err(io)?.filter_map(Result::ok).map(|entry| entry.path()));
            continue;
        }
        let content = std::fs::read(&path).map_err(io)?;
        bytes += content.len() as u64;
        let hit = |needle: &Vec<u8>| content.windows(needle.len()).any(|window| window == needle.as_slice());
        found += needles.iter().filter(|needle| hit(needle)).count();
    }
    Ok((found, bytes))
}

fn count(files: &[PathBuf]) -> String {
    if files.len() == 1 { "a directory or file".to_owned() } else { format!("{} files", files.len()) }
}

fn io(error: std::io::Error) -> ApiError {
    fault(ErrorCode::Io, "The disk or the system refused.", &error.to_string())
}
