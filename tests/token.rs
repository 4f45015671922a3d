//! A token with a PIN opens a computer's Valise, beside the password or instead of it, and signs documents. Real programs
//! and a real SoftHSM.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use valise_tests::args;
use valise_tests::catalog::Catalog;
use valise_tests::cli::{Outcome, Person, alice, bob};
use valise_tests::softhsm::{PIN, Tokens, address, set};

const TEXT: &str = "an agreement between Brightwater and Acme";

/// Alice with a file in a folder, kits on paper, and a token in her computer.
struct World {
    catalog: Catalog,
    alice: Person,
    codes: Vec<String>,
    tokens: Tokens,
}

impl World {
    async fn new() -> Self {
        let (catalog, mut alice) = (Catalog::start().await, alice());
        alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &catalog.url]).await;
        alice.valise(args!["folder", "create", "Contracts"]).await;
        let paper = alice.home.write("a.txt", TEXT);
        alice.valise(args!["add", &paper, "--to", "Contracts"]).await;
        let codes = keeps_kits(&alice).await;
        let tokens = Tokens::new(&alice, "token");
        tokens.put_into(&mut alice);
        Self { catalog, alice, codes, tokens }
    }

    async fn reads(&self) {
        let to = self.alice.home.path().join("got.txt");
        self.alice.valise(args!["get", "Contracts/a.txt", "-o", &to]).await;
        assert_eq!(fs::read_to_string(to).unwrap(), TEXT);
    }

    async fn ways(&self) -> (bool, bool) {
        let status = self.alice.valise(args!["token", "status"]).await;
        (status["password"].as_bool().unwrap(), !status["token"].is_null())
    }

    fn slots(&self) -> std::path::PathBuf {
        self.alice.home.valise().join("slots.cbor")
    }
}

fn codes(kits: &Value) -> Vec<String> {
    let kits = kits["kits"].as_array().unwrap();
    kits.iter().map(|kit| kit["code"].as_str().unwrap().to_owned()).collect()
}

/// Makes kits and proves that the first is kept.
async fn keeps_kits(person: &Person) -> Vec<String> {
    let made = person.valise(args!["recovery", "kit", "--print"]).await;
    let codes = codes(&made);
    let groups: Vec<&str> = codes[0].split(' ').collect();
    let asked = |at: usize| groups[made["kits"][0]["asked"][at].as_u64().unwrap() as usize - 1];
    person.valise(args!["recovery", "confirm", "a", asked(0), asked(1)]).await;
    codes
}

fn code(outcome: &Outcome) -> &str {
    outcome.answer["error"]["code"].as_str().unwrap()
}

fn happened(outcome: &Outcome) -> &str {
    outcome.answer["error"]["happened"].as_str().unwrap()
}

#[tokio::test]
async fn a_token_opens_beside_the_password_and_instead_of_it() {
    let mut world = World::new().await;
    let address = address("valise");
    let vault = "vault:https://vault.example:8200/transit/valise";
    assert_eq!(code(&world.alice.refused(args!["token", "add", vault]).await), "badInput");
    assert_eq!(code(&world.alice.refused(args!["--token", "ls"]).await), "notFound", "there is none yet");
    set(&mut world.alice, "VALISE_PIN", "not-the-pin");
    assert_eq!(code(&world.alice.refused(args!["token", "add", &address]).await), "wrongPassword");
    assert_eq!(world.ways().await, (true, false), "nothing was changed");
    set(&mut world.alice, "VALISE_PIN", PIN);

    // Beside it. The key is made on the token.
    let keys = world.alice.valise(args!["token", "add", &address]).await;
    assert_eq!(keys["waysIn"], json!([{"kind": "password", "place": null}, {"kind": "token", "place": &address}]));
    world.reads().await;
    let right = world.alice.password.clone();
    world.alice.password = "another one".to_owned();
    world.alice.valise(args!["--token", "ls"]).await;
    // What is typed as a password never reaches the token: it is not even asked whether it is there.
    let away = Tokens::none(&world.alice, "away");
    away.put_into(&mut world.alice);
    let wrong = world.alice.refused(args!["ls"]).await;
    assert_eq!(code(&wrong), "wrongPassword");
    assert!(happened(&wrong).contains("password"), "{}", wrong.text);
    world.alice.password = right.clone();
    world.reads().await;
    assert_eq!(code(&world.alice.refused(args!["--token", "ls"]).await), "notAvailable");

    // Instead of it.
    world.tokens.put_into(&mut world.alice);
    let keys = world.alice.valise(args!["token", "add", &address, "--instead"]).await;
    assert_eq!(keys["waysIn"], json!([{"kind": "token", "place": &address}]));
    assert_eq!((&keys["memoryMib"], &keys["passes"]), (&json!(0), &json!(0)));
    assert_eq!(world.ways().await, (false, true));
    world.reads().await;
    set(&mut world.alice, "VALISE_PIN", &right);
    let refused = world.alice.refused(args!["ls"]).await;
    assert_eq!(code(&refused), "wrongPassword", "the password opens nothing any more");
    assert!(happened(&refused).contains("PIN"), "{}", refused.text);
    set(&mut world.alice, "VALISE_PIN", PIN);
    world.alice.valise(args!["key", "status"]).await;
    let new = args!["password", "change", "--new-password-file", world.alice.home.write("new", "nine red cars")];
    assert_eq!(code(&world.alice.refused(new).await), "notAllowed");
    // What asks for the password elsewhere asks for the PIN here.
    world.codes = codes(&world.alice.valise(args!["recovery", "kit", "--print"]).await);
    world.reads().await;

    // The token is lost: clear words, and the kits open.
    away.put_into(&mut world.alice);
    let lost = world.alice.refused(args!["ls"]).await;
    assert_eq!(code(&lost), "notAvailable");
    assert!(happened(&lost).contains("token org"), "{}", lost.text);
    assert!(lost.answer["error"]["todo"].as_str().unwrap().contains("recovery kits"), "{}", lost.text);
    world.alice.valise(args!["recover", "--code", &world.codes[0], "--code", &world.codes[1]]).await;
    assert_eq!(world.ways().await, (true, false), "recovering makes fresh slots");
    world.reads().await;
}

#[tokio::test]
async fn a_token_is_removed_and_keys_begin_anew_without_it() {
    let mut world = World::new().await;
    let address = address("valise");
    assert_eq!(code(&world.alice.refused(args!["token", "remove"]).await), "notFound");
    world.alice.valise(args!["token", "add", &address, "--instead"]).await;
    // Another key takes its place; then a new password does.
    let other = address.replace("object=valise", "object=other");
    set(&mut world.alice, "VALISE_NEW_PIN", PIN);
    world.alice.valise(args!["token", "add", &other]).await;
    assert_eq!(world.alice.valise(args!["token", "status"]).await["token"], json!(&other));
    set(&mut world.alice, "VALISE_NEW_PASSWORD", "seven grey pigeons");
    let keys = world.alice.valise(args!["token", "remove"]).await;
    assert_eq!(keys["waysIn"], json!([{"kind": "password", "place": null}]));
    assert_eq!(code(&world.alice.refused(args!["ls"]).await), "wrongPassword");
    assert_eq!(code(&world.alice.refused(args!["--token", "ls"]).await), "notFound");
    world.alice.password = "seven grey pigeons".to_owned();
    world.reads().await;

    // Beside the password it goes by the password alone, also when it is lost.
    world.alice.valise(args!["token", "add", &address]).await;
    Tokens::none(&world.alice, "away").put_into(&mut world.alice);
    world.alice.valise(args!["token", "remove"]).await;
    assert_eq!(world.ways().await, (true, false));
    world.reads().await;

    // Somebody may know the PIN: everything begins anew, behind a password.
    world.tokens.put_into(&mut world.alice);
    world.alice.valise(args!["token", "add", &address, "--instead"]).await;
    let before = fs::read(world.slots()).unwrap();
    set(&mut world.alice, "VALISE_NEW_PASSWORD", "three slow trains");
    world.alice.valise(args!["password", "renew"]).await;
    world.alice.password = "three slow trains".to_owned();
    assert_eq!(world.ways().await, (true, false));
    world.reads().await;
    // The token opens what was, which is no key to anything here.
    fs::write(world.slots(), before).unwrap();
    let refused = world.alice.refused(args!["ls"]).await;
    assert!(["io", "notVerified"].contains(&code(&refused)), "{}", refused.text);
}

/// Without a kit that is proven to be kept, a lost token would be the end: the password stays.
#[tokio::test]
async fn the_password_goes_only_where_a_kit_is_kept() {
    let mut dora = Person::new("Dora");
    let tokens = Tokens::new(&dora, "token");
    tokens.put_into(&mut dora);
    dora.valise(args!["init", "--name", "Dora", "--workspace", "Other"]).await;
    let instead = args!["token", "add", address("valise"), "--instead"];
    let refused = dora.refused(instead.clone()).await;
    assert_eq!(code(&refused), "notAllowed", "no kit at all: {}", refused.text);
    assert!(happened(&refused).contains("kit"), "{}", refused.text);
    dora.valise(args!["recovery", "kit", "--print"]).await;
    assert_eq!(code(&dora.refused(instead.clone()).await), "notAllowed", "printed, and not proven");
    assert!(tokens.objects().is_empty(), "the token was not asked");
    dora.valise(args!["token", "add", address("valise")]).await;
    keeps_kits(&dora).await;
    dora.valise(instead).await;
    assert_eq!(dora.valise(args!["token", "status"]).await["password"], false);
}

/// The attack: whoever can write to the locked home names a driver of theirs, which would see the PIN.
#[cfg(unix)]
#[tokio::test]
async fn a_driver_that_others_can_write_is_not_loaded() {
    const ANY: &str = "VALISE_PKCS11_ANY_MODULE";
    let mut world = World::new().await;
    let module = world.alice.home.path().join("theirs.so");
    let address = address("valise");
    let (rest, installed) = address.split_once("module-path=").unwrap();
    fs::copy(installed, &module).unwrap();
    let theirs = format!("{rest}module-path={}", module.display());
    let refused = world.alice.refused(args!["token", "add", &theirs]).await;
    assert_eq!(code(&refused), "notAllowed", "{}", refused.text);
    assert!(refused.answer["error"]["todo"].as_str().unwrap().contains(ANY), "{}", refused.text);

    set(&mut world.alice, ANY, "1");
    world.alice.valise(args!["token", "add", &theirs]).await;
    world.alice.valise(args!["--token", "ls"]).await;
    set(&mut world.alice, ANY, "0");
    let refused = world.alice.refused(args!["--token", "ls"]).await;
    assert_eq!(code(&refused), "notAllowed", "named in the slots, and not loaded: {}", refused.text);
    assert!(happened(&refused).contains("driver was not loaded"), "{}", refused.text);
    world.reads().await;
}

/// Another token of the same name and PIN, another home's slots, and damage.
#[tokio::test]
async fn another_token_and_another_slot_are_told_from_the_right_ones() {
    let mut world = World::new().await;
    let address = address("valise");
    world.alice.valise(args!["token", "add", &address, "--instead"]).await;
    let own = fs::read(world.slots()).unwrap();
    let posing = Tokens::new(&world.alice, "posing");
    posing.put_into(&mut world.alice);
    let no_key = world.alice.refused(args!["ls"]).await;
    assert_eq!(code(&no_key), "notVerified", "no key of that name: {}", no_key.text);

    // Bob's home is on the same token: what it wrapped for him does not open hers, nor his.
    world.tokens.put_into(&mut world.alice);
    let mut bob = bob();
    world.tokens.put_into(&mut bob);
    bob.valise(args!["init", "--name", "Bob", "--workspace", "Other"]).await;
    keeps_kits(&bob).await;
    bob.valise(args!["token", "add", &address, "--instead"]).await;
    fs::copy(bob.home.valise().join("slots.cbor"), world.slots()).unwrap();
    let swapped = world.alice.refused(args!["ls"]).await;
    assert_eq!(code(&swapped), "notVerified", "{}", swapped.text);
    assert!(happened(&swapped).contains("another one"), "{}", swapped.text);

    // A bit in the middle of what the token wrapped.
    let at = own.windows(4).position(|window| window == b"\x66valis"[..4].as_ref()).unwrap();
    let mut damaged = own.clone();
    damaged[at + 60] ^= 1;
    fs::write(world.slots(), damaged).unwrap();
    assert!(["notVerified", "io"].contains(&code(&world.alice.refused(args!["ls"]).await)));
    fs::write(world.slots(), own).unwrap();
    world.reads().await;
}

/// Whether OpenSSH takes a signature of what is in a file, as that person's.
fn confirms(exported: &Value, one: &Value, namespace: &str, signature: &str, signed: &Value) -> bool {
    let path = |value: &Value| Path::new(value.as_str().unwrap()).to_owned();
    let mut command = Command::new("ssh-keygen");
    command.args(["-Y", "verify", "-f"]).arg(path(&exported["allowedSigners"]));
    command.args(["-I", one["principal"].as_str().unwrap(), "-n", namespace, "-s"]).arg(path(&one[signature]));
    let ran = command.stdin(File::open(path(signed)).unwrap()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    ran.expect("ssh-keygen of OpenSSH").success()
}

#[tokio::test]
async fn a_key_on_a_token_signs_and_openssh_confirms_it() {
    const PLAN: &str = "Contracts/a.txt";
    let mut world = World::new().await;
    let bob = bob();
    let invitation = world.alice.valise(args!["invite", "Contracts", "--role", "viewer"]).await;
    let mut open = world.alice.start(args!["sync", "--watch"]).not_worth_telling();
    bob.valise(args!["join", invitation["link"].as_str().unwrap(), "--name", "Bob"]).await;
    open.stop().await;
    let (first, second) = (address("signing"), address("signing-2"));
    assert_eq!(code(&world.alice.refused(args!["signing-key", "add-token", "paper:drawer"]).await), "badInput");

    // This computer's own key, and the token's beside it.
    world.alice.valise(args!["sign", PLAN]).await;
    let keys = world.alice.valise(args!["signing-key", "add-token", &first]).await;
    let row = |keys: &Value, at: usize| {
        let key = &keys[at];
        (key["version"].as_u64().unwrap(), key["inForce"] == true, key["here"] == true, key["token"].clone())
    };
    assert_eq!(row(&keys, 0), (1, true, true, Value::Null));
    assert_eq!(row(&keys, 1), (2, true, true, json!(&first)));
    let again = world.alice.valise(args!["signing-key", "add-token", &first]).await;
    assert_eq!(again, keys, "found, not made once more");

    let words = ["--statement", "Approved with the company's token."];
    let sign = |key: &str| args!["sign", PLAN, "--key", key, words[0], words[1]];
    let signed = world.alice.valise(sign("2")).await;
    let newest = &signed["signatures"][0];
    assert_eq!((&newest["key"], &newest["verdict"]), (&json!(2), &json!("good")));
    assert_eq!(newest["fingerprint"], keys[1]["fingerprint"]);
    assert_eq!(code(&world.alice.refused(sign("7")).await), "notFound");
    set(&mut world.alice, "VALISE_PIN", "not-the-pin");
    let wrong = world.alice.refused(sign("2")).await;
    assert_eq!(code(&wrong), "wrongPassword");
    assert!(happened(&wrong).contains("PIN"), "{}", wrong.text);
    set(&mut world.alice, "VALISE_PIN", PIN);
    Tokens::none(&world.alice, "away").put_into(&mut world.alice);
    assert_eq!(code(&world.alice.refused(sign("2")).await), "notAvailable");
    let posing = Tokens::new(&world.alice, "posing");
    posing.put_into(&mut world.alice);
    assert_eq!(code(&world.alice.refused(sign("2")).await), "notVerified", "another token of that name");
    world.tokens.put_into(&mut world.alice);

    // A colleague sees it, and OpenSSH confirms both.
    let seen = bob.valise(args!["signatures", PLAN]).await;
    assert_eq!(seen["signatures"].as_array().unwrap().len(), 2);
    assert!(seen["signatures"].as_array().unwrap().iter().all(|one| one["verdict"] == "good"), "{seen}");
    let exported = bob.valise(args!["export-signed", PLAN, "-o", bob.home.path().join("signed")]).await;
    let all = exported["signatures"].as_array().unwrap();
    assert_eq!(all.len(), 2);
    for one in all {
        assert!(confirms(&exported, one, "file", "signature", &exported["file"]));
        let statement = "statement@valise.app";
        assert!(confirms(&exported, one, statement, "statementSignature", &one["statement"]));
        assert!(!confirms(&exported, one, "file", "signature", &one["statement"]), "of another file");
    }

    // Another key of this computer's own leaves the token's in force.
    let keys = world.alice.valise(args!["signing-key", "rotate"]).await;
    let in_force: Vec<bool> = (0..3).map(|at| row(&keys, at).1).collect();
    assert_eq!(in_force, [false, true, true]);
    world.alice.valise(sign("2")).await;
    world.alice.valise(sign("3")).await;

    // Revoked: it signs no more, and does not come back; another key on the same token does.
    let keys = world.alice.valise(args!["signing-key", "revoke", "2", "--yes"]).await;
    assert!(!row(&keys, 1).1);
    assert_eq!(code(&world.alice.refused(sign("2")).await), "notAllowed");
    assert_eq!(code(&world.alice.refused(args!["signing-key", "add-token", &first]).await), "notAllowed");
    let keys = world.alice.valise(args!["signing-key", "add-token", &second]).await;
    assert_eq!(row(&keys, 3), (4, true, true, json!(&second)));
    world.alice.valise(sign("4")).await;
    let seen = bob.valise(args!["signatures", PLAN]).await;
    let of = |key: u64| {
        let all = seen["signatures"].as_array().unwrap().iter();
        all.filter(|one| one["key"] == key)
            .map(|one| (one["verdict"].clone(), one["keyEndedSince"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(of(2), [(json!("good"), json!(true)), (json!("good"), json!(true))], "what it signed stays signed");
    assert_eq!(of(4), [(json!("good"), json!(false))]);
    drop(world.catalog);
}
