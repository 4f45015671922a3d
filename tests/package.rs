//! The Debian package: built from the programs of this build, installed into a root of its own, tried, and removed.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use valise_tests::process::target_dir;

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const ENTRY: &str = "usr/share/applications/valise-desktop.desktop";

/// What it puts where, besides directories; the mode of each.
const FILES: &[(&str, u32)] = &[
    ("usr/bin/valise", 0o755),
    ("usr/bin/valise-desktop", 0o755),
    (ENTRY, 0o644),
    ("usr/share/bash-completion/completions/valise", 0o644),
    ("usr/share/doc/valise/changelog.gz", 0o644),
    ("usr/share/doc/valise/copyright", 0o644),
    ("usr/share/fish/vendor_completions.d/valise.fish", 0o644),
    ("usr/share/icons/hicolor/128x128/apps/valise.png", 0o644),
    ("usr/share/icons/hicolor/256x256/apps/valise.png", 0o644),
    ("usr/share/icons/hicolor/32x32/apps/valise.png", 0o644),
    ("usr/share/icons/hicolor/512x512/apps/valise.png", 0o644),
    ("usr/share/icons/hicolor/scalable/apps/valise.svg", 0o644),
    ("usr/share/zsh/vendor-completions/_valise", 0o644),
];

/// Man pages, one a command: some of them.
const PAGES: &[&str] = &["valise.1.gz", "valise-add.1.gz", "valise-folder-create.1.gz"];

#[test]
fn it_installs_runs_and_leaves_nothing_behind() {
    if Command::new("dpkg-deb").arg("--version").output().is_err() {
        println!("not run: the Debian package (this system has no dpkg)");
        return;
    }
    let scratch = tempfile::tempdir().expect("a directory");
    let package = build(scratch.path());
    describes_itself(&package);

    let root = scratch.path().join("root");
    install(&root, &package);
    let installed: Vec<(String, u32)> = files_below(&root.join("usr"), &root);
    let (pages, installed): (Vec<_>, Vec<_>) =
        installed.into_iter().partition(|(path, _)| path.starts_with("usr/share/man/man1/"));
    for page in PAGES {
        assert!(pages.contains(&(format!("usr/share/man/man1/{page}"), 0o644)), "{page}: {pages:?}");
    }
    assert!(pages.iter().all(|(_, mode)| *mode == 0o644), "{pages:?}");
    let expected: Vec<(String, u32)> = FILES.iter().map(|(path, mode)| ((*path).to_owned(), *mode)).collect();
    assert_eq!(installed, expected);
    programs_run(&root);
    entry_is_sound(&root);
    papers_are_whole(&root);

    dpkg(&root, &["--purge", "valise"]);
    assert_eq!(files_below(&root.join("usr"), &root), []);
}

/// Nothing is compiled: it takes the programs that the other tests use.
fn build(into: &Path) -> PathBuf {
    let programs = target_dir();
    let script = format!("{SOURCE}/scripts/package.sh");
    let answer = run(Command::new(script).arg("--built").args([&programs, &into.to_path_buf()]));
    PathBuf::from(answer.trim())
}

fn describes_itself(package: &Path) {
    let version = env!("CARGO_PKG_VERSION");
    let name = package.file_name().unwrap_or_default().to_string_lossy().into_owned();
    assert!(name.starts_with(&format!("valise_{version}_")), "{name}");
    let field = |name: &str| run(Command::new("dpkg-deb").arg("--field").arg(package).arg(name)).trim().to_owned();
    assert_eq!((field("Package"), field("Version")), ("valise".to_owned(), version.to_owned()));
    let needs = field("Depends");
    for library in ["libc6 (>= ", "libgtk-3-0", "libwebkit2gtk-4.1-0 (>= "] {
        assert!(needs.contains(library), "{library} is not in {needs}");
    }
    assert!(!needs.contains("appindicator"), "the icon in the panel needs no library: {needs}");
    run(Command::new("dpkg-deb").arg("--info").arg(package));
    let listing = run(Command::new("dpkg-deb").arg("--contents").arg(package));
    assert!(listing.lines().all(|line| line.contains(" root/root ")), "somebody else's: {listing}");
}

/// A root with nothing in it: what the package needs of the system is not looked for.
fn install(root: &Path, package: &Path) {
    for directory in ["var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers"] {
        fs::create_dir_all(root.join(directory)).expect("a directory");
    }
    for file in ["var/lib/dpkg/status", "var/lib/dpkg/available"] {
        fs::write(root.join(file), "").expect("a file");
    }
    let package = package.to_str().expect("a path of text");
    dpkg(root, &["--force-depends", "--install", package]);
    let state = run(Command::new("dpkg-query").arg(format!("--admindir={}/var/lib/dpkg", root.display())).args([
        "--show",
        "--showformat",
        "${db:Status-Status}",
        "valise",
    ]));
    assert_eq!(state, "installed");
}

fn dpkg(root: &Path, arguments: &[&str]) {
    let root = root.display();
    let options = [format!("--root={root}"), format!("--log={root}/dpkg.log")];
    // Who is not root installs here too: everything becomes theirs.
    let common = ["--force-not-root", "--force-bad-path", "--force-script-chrootless"];
    run(Command::new("fakeroot").arg("dpkg").args(options).args(common).args(arguments));
}

fn programs_run(root: &Path) {
    for program in ["valise", "valise-desktop"] {
        let said = run(Command::new(root.join("usr/bin").join(program)).arg("--version").env_clear());
        assert_eq!(said.trim(), format!("{program} {}", env!("CARGO_PKG_VERSION")));
    }
}

/// A click on a link comes here, and the window is this entry's.
fn entry_is_sound(root: &Path) {
    let path = root.join(ENTRY);
    run(Command::new("desktop-file-validate").arg("--warn-kde").arg(&path));
    let entry = fs::read_to_string(path).expect("the entry");
    let value = |key: &str| entry.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('=')).unwrap_or("");
    assert!(value("MimeType").split(';').any(|kind| kind == "x-scheme-handler/valise"), "{entry}");
    let mut command = value("Exec").split(' ');
    assert!(root.join("usr/bin").join(command.next().unwrap_or("")).exists(), "{entry}");
    assert_eq!((command.next(), value("Icon")), (Some("%u"), "valise"));
    assert_eq!(value("StartupWMClass"), "valise-desktop");
    // The desktop's own index finds it as what opens such links.
    let applications = root.join("usr/share/applications");
    run(Command::new("update-desktop-database").arg(&applications));
    let index = applications.join("mimeinfo.cache");
    let links = fs::read_to_string(&index).expect("the index");
    assert!(links.contains("x-scheme-handler/valise=valise-desktop.desktop;"), "{links}");
    fs::remove_file(index).expect("the index is this test's own");
}

fn papers_are_whole(root: &Path) {
    let papers = root.join("usr/share/doc/valise");
    let copyright = fs::read_to_string(papers.join("copyright")).expect("the copyright");
    assert!(copyright.contains("Apache-2.0 or Expat") && copyright.contains("WITHOUT WARRANTY OF ANY KIND"));
    assert!(!copyright.contains('@'), "nothing is left to be filled in");
    let changes = run(Command::new("gzip").args(["--decompress", "--stdout"]).arg(papers.join("changelog.gz")));
    assert_eq!(changes, fs::read_to_string(format!("{SOURCE}/CHANGELOG.md")).expect("the changes"));
}

fn files_below(directory: &Path, root: &Path) -> Vec<(String, u32)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type().expect("a kind") {
            kind if kind.is_dir() => found.extend(files_below(&path, root)),
            _ => {
                let mode = entry.metadata().expect("a mode").permissions().mode() & 0o7777;
                let name = path.strip_prefix(root).expect("below").to_string_lossy().into_owned();
                found.push((name, mode));
            }
        }
    }
    found.sort();
    found
}

/// What a program says; what it complains of, when it fails.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}
