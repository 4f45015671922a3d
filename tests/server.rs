//! What an operator does with a catalog: real programs.

use std::{fs, net::SocketAddr, process::Command};

use serde_json::Value;
use valise_tests::{
    args,
    catalog::Catalog,
    cli::{alice, bob},
    home::Home,
    process::{Process, program, target_dir},
};

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../");
const PROGRAM: &str = "/usr/bin/valise-catalog";

/// What there is no room for waits and is told in words; everything else goes on; with room, it goes.
#[tokio::test]
async fn over_quota_is_told_and_nothing_is_lost() {
    let (catalog, alice) = (Catalog::start().await, alice());
    alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &catalog.url]).await;
    alice.valise(args!["folder", "create", "Contracts"]).await;
    let set = catalog.operator(args!["quota", "set", "--each", "--pinned", "1kB", "--json"]).await;
    assert_eq!(set["each"]["pinnedBytes"], 1000);

    let file = alice.home.write("large.txt", "x".repeat(100_000));
    alice.valise(args!["add", &file, "--to", "Contracts", "--no-wait"]).await;
    let refused = alice.refused(args!["sync", "--no-wait"]).await;
    assert_eq!(refused.answer["error"]["code"], "overQuota", "{}", refused.text);
    assert!(refused.answer["error"]["happened"].as_str().unwrap().contains("no room left"));
    let told = alice.valise(args!["security"]).await;
    assert!(told.as_array().unwrap().iter().any(|event| event["words"]["code"] == "overQuota"), "{told}");
    assert_eq!(alice.valise(args!["ls", "Contracts"]).await[0]["place"]["type"], "waiting");
    // Nobody waits for what cannot come.
    let second = alice.home.write("second.txt", "y".repeat(100_000));
    let refused = alice.refused(args!["add", &second, "--to", "Contracts"]).await;
    assert_eq!(refused.answer["error"]["code"], "overQuota", "{}", refused.text);
    // Folders, people and keys are not content.
    alice.valise(args!["folder", "create", "Offers"]).await;

    catalog.operator(args!["quota", "clear", "--each", "--json"]).await;
    alice.valise(args!["sync"]).await;
    let accounts = catalog.operator(args!["account", "list", "--json"]).await;
    assert_eq!(
        (accounts[0]["name"].clone(), accounts[0]["officer"].clone()),
        (Value::from("Alice"), Value::from(true))
    );
    assert!(accounts[0]["pinnedBytes"].as_u64().unwrap() > 100_000);
}

/// Another server with the same keys and history: nobody has to do anything, and what it held is still there.
#[tokio::test]
async fn a_catalog_moves_by_its_backup() {
    let (catalog, alice, bob) = (Catalog::start().await, alice(), bob());
    alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &catalog.url]).await;
    alice.valise(args!["folder", "create", "Contracts"]).await;
    let invitation = alice.valise(args!["invite", "Contracts"]).await;
    let mut open = alice.start(args!["sync", "--watch"]).not_worth_telling();
    bob.valise(args!["join", invitation["link"].as_str().unwrap(), "--name", "Bob"]).await;
    open.stop().await;
    let file = alice.home.write("held.txt", "on the old server");
    alice.valise(args!["add", &file, "--to", "Contracts"]).await;

    let _catalog = catalog.moved().await;
    bob.valise(args!["get", "Contracts/held.txt", "-o", bob.home.path().join("got")]).await;
    let got = bob.home.path().join("got");
    let got = if got.is_dir() { got.join("held.txt") } else { got };
    assert_eq!(fs::read_to_string(got).unwrap(), "on the old server");
    let file = alice.home.write("new.txt", "on the new server");
    alice.valise(args!["add", &file, "--to", "Contracts"]).await;
    for person in [&alice, &bob] {
        let told = person.valise(args!["security"]).await;
        assert!(told.as_array().unwrap().iter().all(|event| event["alarm"] == false), "{told}");
    }
}

fn packaging(name: &str) -> String {
    fs::read_to_string(format!("{SOURCE}packaging/{name}")).unwrap()
}

/// What follows a word at the beginning of a line, in each line that begins so.
fn lines<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    text.lines().filter_map(|line| line.strip_prefix(word)).map(str::trim).collect()
}

/// What systemd makes of the unit's command where nobody has set anything.
fn unit() -> Vec<String> {
    let text = packaging("valise-catalog.service");
    let [command] = lines(&text, "ExecStart=")[..] else { panic!("one command") };
    let state = format!("/var/lib/private/{}", lines(&text, "StateDirectory=")[0]);
    let mut set: Vec<(&str, &str)> =
        lines(&text, "Environment=").into_iter().map(|line| line.split_once('=').unwrap()).collect();
    set.extend([("STATE_DIRECTORY", state.as_str()), ("ARGUMENTS", "")]);
    let value = |word: &str| match word.strip_prefix('$') {
        None => word.to_owned(),
        Some(name) => {
            let name = name.trim_matches(['{', '}']);
            set.iter().find(|(other, _)| *other == name).unwrap_or_else(|| panic!("{name} is not set")).1.to_owned()
        }
    };
    command.split(' ').map(value).filter(|word| !word.is_empty()).collect()
}

/// What the image runs.
fn image() -> Vec<String> {
    let text = packaging("Containerfile");
    let words = |name| serde_json::from_str::<Vec<String>>(lines(&text, name)[0]).unwrap();
    let command = [words("ENTRYPOINT "), words("CMD ")].concat();
    // It is there where it is started, made of what is there; what it opens is told, and what it keeps is a volume.
    let copied = lines(&text, "COPY --from=build ")[0].split_once(' ').unwrap();
    assert_eq!(copied, ("/valise/target/release/valise-catalog", "/usr/bin/"));
    assert!(lines(&text, "RUN cargo build").iter().any(|line| line.ends_with("--locked --release -p valise-catalog")));
    let manifest = fs::read_to_string(format!("{SOURCE}Cargo.toml")).unwrap();
    let version = lines(&manifest, "rust-version = ")[0].trim_matches('"');
    assert!(text.contains(&format!("FROM docker.io/library/rust:{version}-bookworm AS build")), "{version}");
    assert_eq!((lines(&text, "VOLUME "), lines(&text, "EXPOSE ")), (vec!["/data"], vec!["8443 8444"]));
    assert_eq!(after(&command, "--data"), "/data");
    command
}

fn after<'a>(command: &'a [String], option: &str) -> &'a str {
    &command[command.iter().position(|word| word == option).unwrap() + 1]
}

/// The words of the unit and of the image are this program's, and it ends as they end it. The rest of the image could only be
/// tried by building it.
#[tokio::test]
async fn the_unit_and_the_image_start_what_there_is() {
    for command in [unit(), image()] {
        assert_eq!(command[0], PROGRAM);
        let listen: SocketAddr = after(&command, "--listen").parse().unwrap();
        assert_eq!((listen.port(), after(&command, "--node-listen")), (8443, "/ip4/0.0.0.0/tcp/8444"));
        let home = Home::new("packaged");
        let data = home.path().join("data").to_str().unwrap().to_owned();
        // Elsewhere than on a server: any port, on this computer alone.
        let here = |word: &String| match word {
            word if *word == after(&command, "--data") => data.clone(),
            word if *word == after(&command, "--listen") => "127.0.0.1:0".to_owned(),
            word if *word == after(&command, "--node-listen") => "/ip4/127.0.0.1/tcp/0".to_owned(),
            word => word.clone(),
        };
        let mut served = program("valise-catalog", &home);
        let mut served = Process::spawn(served.args(command[1..].iter().map(here))).not_worth_telling();
        served.line("its address", |line| line.strip_prefix("listening on ").map(str::to_owned)).await;
        assert!(served.stop().await.success(), "it ends by itself when it is asked to");
    }
}

/// What systemd says of the unit, with the program where it lies here.
#[test]
fn systemd_takes_the_unit() {
    let scratch = tempfile::tempdir().unwrap();
    let unit = scratch.path().join("valise-catalog.service");
    let program = target_dir().join("valise-catalog");
    fs::write(&unit, packaging("valise-catalog.service").replace(PROGRAM, program.to_str().unwrap())).unwrap();
    let Ok(output) = Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&unit).output() else {
        println!("not run: the unit under systemd (this system has no systemd-analyze)");
        return;
    };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let own: Vec<&str> = said.lines().filter(|line| line.contains("valise-catalog")).collect();
    assert!(output.status.success() && own.is_empty(), "{said}");
}
