//! What the window's page can be made to do: by names that want to be more than names, and by a script that got into it all the
//! same. The real window, a real catalog.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use fantoccini::key::Key;
use serde_json::{Value, json};
use valise_protocol::names;
use valise_tests::{
    PATIENCE, args,
    catalog::Catalog,
    cli::{Person, alice, bob},
    hostile,
    window::{Computer, Window},
};

/// What a page would have that ran something: a mark, an element that runs or leads away, a handler.
const RAN: &str = "
    const runs = 'script:not([src]), iframe, object, embed, base, form[action], meta[http-equiv=refresh], [srcdoc], '
        + 'link[href^=\"//\"], a[href^=\"javascript:\"], video, math';
    const handled = [...document.querySelectorAll('*')].filter((it) => it.getAttributeNames().some((name) => /^on/.test(name)));
    return [window.pwned ?? null, [...document.querySelectorAll(runs)].map((it) => it.outerHTML), handled.length]";
/// The list, a part further; whether there was more of it.
const SCROLL: &str = "
    const list = document.querySelector('[role=grid]').closest('.scroll') ?? document.querySelector('.scroll');
    const before = list.scrollTop;
    list.scrollTop += list.clientHeight * 0.9;
    return list.scrollTop > before";
/// Calls all commands at once; what they answered in some time. Some wait for a person.
const CALL: &str = "
    const [calls, time, done] = arguments;
    const answers = {};
    for (const [name, args] of calls)
        window.__TAURI_INTERNALS__.invoke(name, args).then(
            (ok) => (answers[name] = { ok: ok ?? null }), (error) => (answers[name] = { error }));
    setTimeout(() => done(answers), time)";

/// Alice at a terminal; Bob at a window, in her folder.
struct World {
    _catalog: Catalog,
    alice: Person,
    at_bob: Computer,
    password: String,
}

impl World {
    async fn new(alices_name: &str, bobs_name: &str, folder: &str) -> Self {
        let catalog = Catalog::start().await;
        let (alice, bob) = (alice(), bob());
        let workspace = "<svg onload=window.pwned=1>";
        alice.valise(args!["init", "--name", alices_name, "--workspace", workspace, "--catalog", &catalog.url]).await;
        alice.valise(args!["folder", "create", folder]).await;
        let invitation = alice.valise(args!["invite", folder]).await;
        let mut open = alice.start(args!["sync", "--watch"]).not_worth_telling();
        bob.valise(args!["join", invitation["link"].as_str().unwrap(), "--name", bobs_name]).await;
        open.stop().await;
        let at_bob = Computer::start("bob").await;
        fs::rename(bob.home.valise(), at_bob.home.path().join("data/valise")).expect("Bob's home is the window's");
        Self { _catalog: catalog, alice, at_bob, password: bob.password }
    }

    async fn unlocked(&self) -> Window {
        let window = Window::open(&self.at_bob, &[]).await;
        window.place(0, 0, 1280, 800).await;
        window.fill("Password", &self.password).await;
        window.press("Unlock").await;
        window.see("h1").await;
        window.read("In step").await;
        window
    }
}

async fn nothing_ran(window: &Window, place: &str) {
    let found = window.client.execute(RAN, Vec::new()).await.expect("the page answers");
    assert_eq!(found, json!([null, [], 0]), "{place}");
}

#[tokio::test]
async fn nothing_in_a_name_runs() {
    const FOLDER: &str = "\"><img src=x onerror=window.pwned=2>";
    let world = World::new("<img src=x onerror=window.pwned=3>", "</bdi><script>window.pwned=4</script>", FOLDER).await;
    let all = world.alice.home.path().join("documents/all");
    fs::create_dir_all(&all).unwrap();
    let usable: Vec<String> = hostile::of_files().into_iter().filter(|name| names::normalize(name).is_some()).collect();
    assert!(usable.len() >= 500, "{}", usable.len());
    for name in &usable {
        fs::write(all.join(name), name).unwrap();
    }
    world.alice.valise(args!["add", &all, "--to", FOLDER]).await;
    world.alice.valise(args!["rm", format!("{FOLDER}/all/<!--")]).await;

    let bob = world.unlocked().await;
    bob.click(&bob.see("[data-entry]:has(bdi[title='all'])").await, 2).await;
    bob.read(&format!("{} files", usable.len() - 1)).await;
    bob.screenshot("30-hostile-names").await;
    while bob.client.execute(SCROLL, Vec::new()).await.expect("the page answers") == true {
        nothing_ran(&bob, "the list").await;
    }
    let back = "document.querySelector('[role=grid]').focus()";
    bob.client.execute(back, Vec::new()).await.expect("the page answers");
    let list = bob.client.active_element().await.expect("the list");
    list.send_keys(&Key::Home.to_string()).await.expect("the first row");
    bob.read("Technical details").await;
    nothing_ran(&bob, "details").await;
    list.send_keys(" ").await.expect("the space bar");
    bob.see("[role='dialog']").await;
    nothing_ran(&bob, "a preview").await;
    let focused = bob.client.active_element().await.expect("the preview");
    focused.send_keys(&Key::Escape.to_string()).await.expect("Escape");
    bob.gone("[role='dialog']").await;
    for view in ["Recent", "Trash", "People", "Security"] {
        bob.press(view).await;
        bob.see("h1").await;
        bob.screenshot(&format!("31-hostile-{}", view.to_lowercase())).await;
        nothing_ran(&bob, view).await;
    }
    // Quotation marks: found by its place, not by its name.
    let folder = bob.see("nav [data-drop-folder]:last-of-type, aside [data-drop-folder]:last-of-type").await;
    bob.click(&folder, 1).await;
    for item in ["Activity…", "Keys…"] {
        bob.press("More for this folder").await;
        bob.choose(item).await;
        bob.see("[role='dialog']").await;
        bob.screenshot(&format!("32-hostile-{}", item.trim_end_matches('…').to_lowercase())).await;
        nothing_ran(&bob, item).await;
        bob.press("Close").await;
        bob.gone("[role='dialog']").await;
    }
    bob.close().await;
}

/// Commands that end the page which calls them.
const NOT_CALLED: &[&str] = &["lock", "forget"];

/// A command by its name, and its parameters with their types, as the program's source has them.
fn commands() -> BTreeMap<String, Vec<(String, String)>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src-tauri/src");
    let files = fs::read_dir(root).expect("the window's source").map(|entry| entry.expect("a file").path());
    let mut found = BTreeMap::new();
    for text in files.filter(|path| path.is_file()).map(|path| fs::read_to_string(path).expect("text")) {
        for after in text.split("#[tauri::command").skip(1) {
            let Some((_, rest)) = after.split_once("fn ") else { continue };
            let (Some(open), Some(close)) = (rest.find('('), rest.find("{\n")) else { continue };
            let parameters = rest[open + 1..close].rsplit_once(')').map_or("", |(inside, _)| inside);
            let parameters = parameters.rsplit_once(") ->").map_or(parameters, |(inside, _)| inside);
            found.insert(rest[..open].trim().to_owned(), split(parameters));
        }
    }
    found
}

/// `name: Type` of each that the page gives, with names as the page writes them.
fn split(parameters: &str) -> Vec<(String, String)> {
    let (mut depth, mut parts) = (0_i32, vec![String::new()]);
    for c in parameters.chars() {
        depth += i32::from(matches!(c, '<' | '(')) - i32::from(matches!(c, '>' | ')'));
        match (c, depth) {
            (',', 0) => parts.push(String::new()),
            _ => parts.last_mut().expect("one at least").push(c),
        }
    }
    let pairs = parts.iter().filter_map(|part| part.trim().split_once(": "));
    let given = pairs
        .filter(|(_, of)| !["AppHandle", "State<", "Window", "WebviewWindow"].iter().any(|own| of.starts_with(own)));
    given.map(|(name, of)| (in_page(name), of.trim().to_owned())).collect()
}

fn in_page(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| name + &part[..1].to_uppercase() + &part[1..])
}

/// Something of a type: what is there, and a path of a file that is none of Valise's.
fn argument(of: &str, known: &BTreeMap<&str, Value>) -> Value {
    let inside = |outer: &str| of.strip_prefix(outer).and_then(|rest| rest.strip_suffix('>'));
    if let Some(inner) = inside("Vec<") {
        return json!([argument(inner, known)]);
    }
    match inside("Option<") {
        Some(inner) => argument(inner, known),
        None => known.get(of).cloned().unwrap_or(Value::Null),
    }
}

/// Whoever runs a script in the page can look at what the person can look at. They get no key, read and write no file of the
/// computer, and share nothing: that takes a dialog of the system's, which no script answers.
#[tokio::test]
async fn a_script_in_the_page_gets_no_key_no_file_and_shares_nothing() {
    const CANARY: &str = "the canary sings at noon";
    let world = World::new("Alice", "Bob", "Contracts").await;
    let file = world.alice.home.write("plan.txt", "the plan");
    world.alice.valise(args!["add", file, "--to", "Contracts"]).await;
    let carol = Person::new("Carol");
    let invitation = world.alice.valise(args!["invite", "Contracts"]).await;
    let mut open = world.alice.start(args!["sync", "--watch"]).not_worth_telling();
    carol.valise(args!["join", invitation["link"].as_str().unwrap(), "--name", "Carol"]).await;
    open.stop().await;
    world.alice.valise(args!["group", "set", "Legal", "Carol"]).await;
    // A folder of Bob's own, which he may share.
    let bob = world.unlocked().await;
    let canary = world.at_bob.home.write("canary.txt", CANARY);
    let documents = || fs::read_dir(canary.parent().unwrap()).unwrap().count();
    let ask = async |command: &str, args: Value| {
        let answers =
            bob.client.execute_async(CALL, vec![json!([[command, args]]), json!(1500)]).await.expect("the page");
        answers[command]["ok"].clone()
    };
    let own = ask("create_folder", json!({"name": "Mine to share"})).await["id"].clone();
    let folders = ask("folders", json!({})).await;
    let contracts = folders.as_array().unwrap().iter().find(|it| it["name"] == "Contracts").unwrap()["id"].clone();
    let listing = ask("list", json!({"folder": contracts, "parent": null})).await;
    let plan = &listing["entries"][0]["id"];
    let people = ask("people", json!({})).await;
    let carols = people.as_array().unwrap().iter().find(|it| it["name"] == "Carol").unwrap()["account"].clone();
    let members_before = ask("members", json!({"folder": own})).await;
    let (before, path) = (documents(), json!(canary));
    let known = BTreeMap::from([
        ("FolderId", own.clone()),
        ("EntryId", plan.clone()),
        ("AccountId", carols),
        ("DeviceId", ask("devices", json!({})).await[0]["id"].clone()),
        ("GroupId", ask("groups", json!({})).await[0]["id"].clone()),
        ("String", path.clone()),
        ("Typed", path.clone()),
        ("PathBuf", path),
        ("u32", json!(1)),
        ("u64", json!(1)),
        ("bool", json!(true)),
        ("Role", json!("owner")),
        ("KitName", json!("a")),
        ("ActivityFilter", json!({"person": null, "kind": null, "entry": null})),
        ("ActivityFormat", json!("csv")),
        ("AfterHandOver", json!("leave")),
    ]);
    let all = commands();
    assert!(all.len() > 100, "{}", all.len());
    let calls: Vec<Value> = all
        .iter()
        .filter(|(name, _)| !NOT_CALLED.contains(&name.as_str()))
        .map(|(name, of)| {
            let args: serde_json::Map<_, _> =
                of.iter().map(|(name, of)| (name.clone(), argument(of, &known))).collect();
            json!([name, args])
        })
        .collect();
    let answers = bob.client.execute_async(CALL, vec![json!(calls), json!(15_000)]).await.expect("the page answers");
    let answered = answers.as_object().expect("answers");
    println!("{} commands, {} answered, the others wait for a person", calls.len(), answered.len());
    let unknown = |answer: &Value| answer["error"].as_str().is_some_and(|error| error.contains("not found"));
    let not_there: Vec<_> = answered.iter().filter(|(_, answer)| unknown(answer)).map(|(name, _)| name).collect();
    assert_eq!(not_there, Vec::<&String>::new(), "the source is read rightly");
    // These waited, and nobody said yes.
    for asks in ["invite", "add_member", "add_group", "add_files", "save", "export", "export_activity"] {
        assert!(answered.get(asks).is_none_or(|answer| answer["ok"].is_null()), "{asks}: {:?}", answered[asks]);
    }
    let said = answers.to_string();
    let export = world.alice.home.path().join("plan.age");
    world.alice.valise(args!["export", "Contracts/plan.txt", "-o", &export]).await;
    let key = fs::read_to_string(export.with_extension("age.key")).expect("the file's key");
    for secret in [CANARY, key.trim(), &world.password] {
        assert!(!said.contains(secret), "the page was told {secret}");
    }
    assert_eq!((documents(), fs::read_to_string(&canary).unwrap()), (before, CANARY.to_owned()));
    assert_eq!(ask("members", json!({"folder": own})).await, members_before);
    let mine = ask("list", json!({"folder": own, "parent": null})).await;
    assert!(!mine.to_string().contains("canary"), "{mine}");
    // Nor does Carol have it, whatever was said meanwhile.
    let hers = carol.valise_within(PATIENCE, args!["folder", "list"]).await;
    let offered = carol.valise(args!["folder", "invitations"]).await;
    assert!(!format!("{hers}{offered}").contains("Mine to share"), "{hers}{offered}");
    bob.close().await;
}
