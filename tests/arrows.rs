//! The arrows of ARCHITECTURE.md, held: who may depend on whom, and which file alone names a library.
//!
//! From `cargo metadata`, over normal and build dependencies with the features of the whole workspace together, which is
//! more than any one program has: what passes here holds for each. Then from the sources, for what the dependency graph
//! cannot say. To change an arrow, change ARCHITECTURE.md and the table here in one commit.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde::Deserialize;
use valise_tests::process::target_dir;

/// Each package of the workspace and all packages of the workspace that it depends on. `valise-tests` depends on
/// whatever a test needs.
const ARROWS: &[(&str, &[&str])] = &[
    ("valise-protocol", &[]),
    ("valise-crypto", &["valise-protocol"]),
    ("valise-custody", &["valise-protocol"]),
    ("valise-blocks", &[]),
    ("valise-engine", &["valise-blocks", "valise-crypto", "valise-custody", "valise-protocol"]),
    ("valise-catalog", &["valise-blocks", "valise-protocol"]),
    ("valise-cli", &["valise-catalog", "valise-engine"]),
    ("valise-desktop", &["valise-catalog", "valise-engine"]),
];

/// Libraries, and the only packages that may depend on them themselves.
const OWNERS: &[(&str, &[&str])] = &[
    ("age", &["valise-crypto"]),
    ("age-core", &["valise-crypto"]),
    ("argon2", &["valise-crypto"]),
    ("aws-lc-rs", &["valise-crypto"]),
    ("hpke", &["valise-crypto"]),
    ("vsss-rs", &["valise-crypto"]),
    ("cryptoki", &["valise-custody"]),
    ("gcp_auth", &["valise-custody"]),
    ("hyper-rustls", &["valise-custody"]),
    ("rcgen", &["valise-catalog"]),
    ("x509-parser", &["valise-engine"]),
    ("ssh-key", &["valise-crypto"]),
    ("keyring-core", &["valise-engine"]),
    ("rust-ipfs", &["valise-blocks"]),
    ("rusqlite", &["valise-catalog", "valise-engine"]),
    ("tauri", &["valise-desktop"]),
];

/// Packages, and what they may not reach by any path.
const UNREACHABLE: &[(&str, &[&str])] = &[
    ("valise-protocol", &["axum", "reqwest", "rusqlite", "tokio"]),
    ("valise-crypto", &["axum", "reqwest", "rusqlite", "tokio"]),
    // It cannot decrypt.
    ("valise-catalog", &["valise-crypto", "valise-custody", "valise-engine", "age", "hpke"]),
    // The core does not know the window.
    ("valise-engine", &["tauri"]),
    ("valise-cli", &["tauri"]),
];

/// Names in Rust code, where to look, and the only places that may name them: a file, or a directory with its files.
const NAMED_ONLY_IN: &[(&str, &str, &[&str])] = &[
    ("hpke", "crates", &["crates/crypto/src/seal.rs", "crates/crypto/src/typed.rs"]),
    ("age", "crates", &["crates/crypto/src/content.rs"]),
    ("age_core", "crates", &["crates/crypto/src/content.rs"]),
    ("vsss_rs", "crates", &["crates/crypto/src/shares.rs"]),
    ("cryptoki", "crates", &["crates/custody/src/pkcs11"]),
    ("gcp_auth", "crates", &["crates/custody/src/google/access.rs"]),
    ("hyper_rustls", "crates", &["crates/custody/src/http.rs"]),
    (
        "rcgen",
        "crates",
        &["crates/catalog/src/tls.rs", "crates/engine/src/catalog/trust/tests.rs", "crates/custody/tests"],
    ),
    ("x509_parser", "crates", &["crates/engine/src/catalog/trust.rs"]),
    ("ssh_key", "crates", &["crates/crypto/src/document.rs"]),
    ("keyring_core", "crates", &["crates/engine/src/keyring.rs"]),
    ("rust_ipfs", "crates", &["crates/blocks/src/node"]),
    ("hpke", "src-tauri", &[]),
    ("age", "src-tauri", &[]),
    ("rusqlite", "src-tauri", &[]),
    ("tauri", "crates", &[]),
];

#[test]
fn the_workspace_has_these_arrows_and_no_others() {
    let graph = Graph::read();
    for member in &graph.members {
        let name = &graph.packages[member].name;
        if name == "valise-tests" {
            continue;
        }
        let (_, expected) = ARROWS
            .iter()
            .find(|(package, _)| package == name)
            .unwrap_or_else(|| panic!("{name} has no place in the layers: ARCHITECTURE.md, and ARROWS here"));
        let found: BTreeSet<&str> = graph.direct(member).filter(|name| name.starts_with("valise-")).collect();
        assert_eq!(found, expected.iter().copied().collect(), "what {name} depends on");
    }
}

#[test]
fn a_library_has_one_owner() {
    let graph = Graph::read();
    for (library, owners) in OWNERS {
        for member in &graph.members {
            let name = graph.packages[member].name.as_str();
            assert!(
                owners.contains(&name) || graph.direct(member).all(|dependency| dependency != *library),
                "{name} depends on {library}, which only {owners:?} may"
            );
        }
    }
}

#[test]
fn what_must_not_be_reached_is_not() {
    let graph = Graph::read();
    for (package, unreachable) in UNREACHABLE {
        let reached = graph.reached_from(package);
        for library in *unreachable {
            if let Some(path) = reached.get(library) {
                panic!("{package} reaches {library}: {}", path.join(" -> "));
            }
        }
    }
}

#[test]
fn a_library_is_named_in_one_place() {
    for (name, root, places) in NAMED_ONLY_IN {
        for file in files_below(root, &["rs"]).filter(|file| is_product_code(file)) {
            if places.iter().any(|place| file.starts_with(place)) {
                continue;
            }
            for (number, line) in code_lines(&file) {
                assert!(!names_crate(&line, name), "{}:{number} names {name}: {line}", file.display());
            }
        }
    }
    assert!(files_below("crates", &["rs"]).count() > 10, "the sources were not found");
}

#[test]
fn one_module_of_the_interface_talks_to_tauri() {
    let mut seen = 0;
    for file in files_below("ui/src", &["ts", "js", "svelte"]) {
        seen += 1;
        if !file.starts_with("ui/src/lib/backend") {
            for (number, line) in code_lines(&file) {
                assert!(!line.contains("@tauri-apps"), "{}:{number} talks to Tauri: {line}", file.display());
            }
        }
    }
    assert!(seen > 5, "the sources were not found");
}

/// WebKit imports `sqlite3_*`: exported from the program, ours would be run by it.
#[test]
fn the_desktop_program_exports_no_sqlite() {
    let program = target_dir().join("valise-desktop");
    if !program.exists() {
        println!("not run: the exports of valise-desktop (it is not built)");
        return;
    }
    let symbols = output(Command::new("nm").args(["--dynamic", "--defined-only"]).arg(&program));
    let exported: Vec<&str> = symbols.lines().filter(|line| line.contains(" sqlite3")).collect();
    assert!(exported.is_empty(), "{} symbols of SQLite: {:?}", exported.len(), &exported[..exported.len().min(5)]);
}

#[test]
fn names_are_told_from_their_look_alikes() {
    assert!(names_crate("    content: age::stream::StreamWriter<W>,", "age"));
    assert!(names_crate("use age;", "age"));
    assert!(names_crate("pub use ::age::x25519;", "age"));
    assert!(names_crate("tauri::Builder::default()", "tauri"));
    assert!(!names_crate("let x = Storage::new(message::Kind::Text);", "age"));
    assert!(!names_crate("use crate::page;", "age"));
    assert!(!names_crate("let age = now - then;", "age"));
    assert!(!names_crate("use age_core::format;", "age"));
}

/// The dependency graph as cargo resolves it for this system.
struct Graph {
    packages: BTreeMap<String, Package>,
    members: Vec<String>,
    /// Normal and build dependencies by package id.
    edges: BTreeMap<String, Vec<String>>,
}

impl Graph {
    fn read() -> Self {
        let host = output(Command::new("rustc").arg("-vV"));
        let host = host.lines().find_map(|line| line.strip_prefix("host: ")).expect("the host of rustc -vV");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["metadata", "--format-version=1", "--filter-platform", host]).current_dir(root());
        let metadata: Metadata = serde_json::from_str(&output(&mut cargo)).expect("the metadata of cargo");
        let edges = metadata.resolve.nodes.into_iter().map(|node| {
            let deps = node.deps.into_iter().filter(|dep| dep.dep_kinds.iter().any(|kind| kind.is_in_programs()));
            (node.id, deps.map(|dep| dep.pkg).collect())
        });
        Graph {
            edges: edges.collect(),
            members: metadata.workspace_members,
            packages: metadata.packages.into_iter().map(|package| (package.id.clone(), package)).collect(),
        }
    }

    /// Names of what a package declares, for every system and feature.
    fn direct(&self, id: &str) -> impl Iterator<Item = &str> {
        let declared = self.packages[id].dependencies.iter();
        declared
            .filter(|dependency| dependency.kind.as_deref() != Some("dev"))
            .map(|dependency| dependency.name.as_str())
    }

    /// Names of all that a package reaches, each with a path to it.
    fn reached_from(&self, package: &str) -> BTreeMap<&str, Vec<&str>> {
        let name = |id: &String| self.packages[id].name.as_str();
        let start = self.members.iter().find(|id| name(id) == package).expect("a member of the workspace");
        let mut reached = BTreeMap::from([(name(start), vec![name(start)])]);
        let mut waiting = vec![(start, vec![name(start)])];
        let mut seen = BTreeSet::from([start]);
        while let Some((id, path)) = waiting.pop() {
            for next in &self.edges[id] {
                if seen.insert(next) {
                    let mut path = path.clone();
                    path.push(name(next));
                    reached.entry(name(next)).or_insert_with(|| path.clone());
                    waiting.push((next, path));
                }
            }
        }
        reached
    }
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    dependencies: Vec<Declared>,
}

#[derive(Deserialize)]
struct Declared {
    name: String,
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Edge>,
}

#[derive(Deserialize)]
struct Edge {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    kind: Option<String>,
}

impl Kind {
    fn is_in_programs(&self) -> bool {
        self.kind.as_deref() != Some("dev")
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the folder above tests/")
}

/// Files with one of these extensions, as paths from the top.
fn files_below(folder: &str, extensions: &'static [&'static str]) -> impl Iterator<Item = PathBuf> {
    let mut files = Vec::new();
    let mut waiting = vec![root().join(folder)];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("an entry of the folder").path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|found| extensions.iter().any(|wanted| found == *wanted)) {
                files.push(path.strip_prefix(root()).expect("below the top").to_owned());
            }
        }
    }
    files.into_iter()
}

/// Not a test, a benchmark or an example: those may name what they examine.
fn is_product_code(file: &Path) -> bool {
    let folders = ["tests", "benches", "examples", "fuzz"];
    !file.components().any(|part| folders.iter().any(|folder| part.as_os_str() == *folder))
        && !file.ends_with("tests.rs")
}

/// Lines with their numbers, without comments.
fn code_lines(file: &Path) -> impl Iterator<Item = (usize, String)> {
    let text = fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let lines: Vec<_> = text.lines().map(|line| line.split(" // ").next().unwrap_or_default().to_owned()).collect();
    (1..).zip(lines).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// Whether a line names a crate: in a path (`age::`), or by itself in a `use`.
fn names_crate(line: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(name).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + name.len()..]);
        let whole = !before.ends_with(is_word) && !after.starts_with(is_word);
        whole && (after.starts_with("::") || before.trim_end().ends_with("use"))
    })
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}
