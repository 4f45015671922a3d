//! What the window does while nobody looks: notifications and the icon in the panel (a stand-in for the desktop, on a real
//! session bus), going on without its window, starting at log-in; and files that are looked at inside it.

use std::fs;
use std::time::Duration;

use fantoccini::key::Key;
use valise_tests::{
    PATIENCE, args,
    catalog::Catalog,
    cli::{Person, alice, bob},
    panel::{self, Panel},
    until,
    window::{Computer, Window},
};

const FOLDER: &str = "Leave forms";

struct World {
    _catalog: Catalog,
    alice: Person,
    at_bob: Computer,
    password: String,
}

impl World {
    /// Alice at a terminal; Bob at a window, in her folder.
    async fn new() -> Self {
        let catalog = Catalog::start().await;
        let (alice, bob) = (alice(), bob());
        alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &catalog.url]).await;
        alice.valise(args!["folder", "create", FOLDER]).await;
        let invitation = alice.valise(args!["invite", FOLDER]).await;
        let mut open = alice.start(args!["sync", "--watch"]).not_worth_telling();
        bob.valise(args!["join", invitation["link"].as_str().unwrap(), "--name", "Bob"]).await;
        open.stop().await;
        let at_bob = Computer::start("bob").await;
        fs::rename(bob.home.valise(), at_bob.home.path().join("data/valise")).expect("Bob's home is the window's");
        Self { _catalog: catalog, alice, at_bob, password: bob.password }
    }

    async fn add(&self, name: &str, content: impl AsRef<[u8]>) {
        let file = self.alice.home.write(name, content);
        self.alice.valise(args!["add", file, "--to", FOLDER]).await;
    }

    async fn unlock(&self, window: &Window) {
        window.fill("Password", &self.password).await;
        window.press("Unlock").await;
        window.see("h1").await;
        window.read("In step").await;
    }

    async fn icon_is(&self, tip: &str) {
        until(&format!("the icon says {tip}"), PATIENCE, || async {
            let item = panel::item(&self.at_bob).await?;
            (item["tip"] == tip).then_some(())
        })
        .await;
    }
}

async fn look_at(window: &Window) {
    let id = window.x11_id().await;
    let taken = tokio::process::Command::new("xdotool").args(["windowfocus", &id]).status().await.expect("xdotool");
    assert!(taken.success());
}

#[tokio::test]
async fn news_are_told_to_who_looks_elsewhere_and_to_nobody_while_locked() {
    let world = World::new().await;
    let panel = Panel::start(&world.at_bob).await;
    let bob = Window::open(&world.at_bob, &[]).await;
    panel.hears("item ", "").await;
    world.icon_is("Locked").await;
    world.unlock(&bob).await;
    let folder = bob.see("nav button[data-drop-folder]:has(bdi[title='Leave forms'])").await;
    bob.click(&folder, 1).await;
    bob.see("h1 bdi[title='Leave forms']").await;
    panel::look_away(&world.at_bob).await;
    world.icon_is("Open").await;

    for name in ["Dismissal of Carol.pdf", "b.txt", "c.txt"] {
        world.add(name, "a form").await;
    }
    let told = panel.hears("notify ", "3 new files in").await;
    assert!(told.contains(FOLDER), "{told}");
    world.icon_is("Something new is waiting").await;
    bob.see("[data-entry] .fresh").await;
    let heard = panel.heard();
    assert!(!heard.iter().any(|line| line.contains("Dismissal") || line.contains("b.txt")), "{heard:?}");
    let mut told = heard.iter().filter(|line| line.starts_with("notify "));
    assert!(told.all(|line| line.starts_with("notify 1 ")), "one, whose number grows: {heard:?}");

    // Whoever clicks it, or comes back, sees it: it is not news any more.
    panel::click(&world.at_bob, "1").await;
    look_at(&bob).await;
    panel.hears("close ", "1").await;
    world.icon_is("Open").await;
    bob.gone("nav .news").await;

    let before = panel.heard().iter().filter(|line| line.starts_with("notify ")).count();
    panel::look_away(&world.at_bob).await;
    panel::choose(&world.at_bob, "Lock").await;
    bob.read("Welcome back").await;
    world.icon_is("Locked").await;
    world.add("d.txt", "one more").await;
    world.unlock(&bob).await;
    world.icon_is("Something new is waiting").await;
    let after = panel.heard().iter().filter(|line| line.starts_with("notify ")).count();
    assert_eq!(before, after, "nothing was told: {:?}", panel.heard());
    bob.close().await;
}

#[tokio::test]
async fn the_window_goes_and_comes_back_where_it_was() {
    let world = World::new().await;
    let panel = Panel::start(&world.at_bob).await;
    let bob = Window::open(&world.at_bob, &[]).await;
    panel.hears("item ", "").await;
    world.unlock(&bob).await;
    bob.place(40, 30, 1100, 700).await;
    let page = bob.see("body").await;
    page.send_keys(&format!("{}{}", char::from(Key::Control), ",")).await.expect("keys");
    bob.read("Keep running when the window is closed").await;
    let frame = bob.x11_id().await;
    let autostart = world.at_bob.home.path().join("config/autostart/valise-desktop.desktop");
    assert!(!autostart.exists(), "off, until somebody wants it");
    for choice in ["Keep running when the window is closed", "Start when I log in"] {
        let label = bob.read(choice).await;
        let seen = "arguments[0].scrollIntoView({ block: 'center' })";
        let argument = serde_json::to_value(&label).expect("an element");
        bob.client.execute(seen, vec![argument]).await.expect("it is in sight");
        bob.click(&label, 1).await;
    }
    until("the entry", PATIENCE, || async { autostart.exists().then_some(()) }).await;
    let entry = fs::read_to_string(&autostart).expect("the entry");
    assert!(entry.contains("valise-desktop\" --hidden"), "{entry}");
    bob.screenshot("20-settings").await;

    // Closed, it goes on; a second start brings it back, where it was.
    let kept = world.at_bob.home.path().join("data/valise/settings.json");
    until("it is kept", PATIENCE, || async {
        fs::read_to_string(&kept).ok()?.contains("\"keepRunning\": true").then_some(())
    })
    .await;
    panel::shut(&world.at_bob, &frame).await;
    let application = bob.application_id().await;
    until("the window is gone", PATIENCE, || async { windows(application).await.is_empty().then_some(()) }).await;
    assert!(panel::item(&world.at_bob).await.is_some(), "the program goes on");
    panel::choose(&world.at_bob, "Open Valise").await;
    until("the window is back", PATIENCE, || async { (!windows(application).await.is_empty()).then_some(()) }).await;

    let place = world.at_bob.home.path().join("data/valise/window.json");
    let kept = fs::read_to_string(&place).expect("the place");
    assert!(kept.contains("\"width\":1100") && kept.contains("\"height\":700"), "{kept}");
    bob.close().await;
    let again = Window::open(&world.at_bob, &[]).await;
    let size = again.client.execute("return [innerWidth, innerHeight]", Vec::new()).await.expect("its size");
    assert_eq!(size, serde_json::json!([1100, 700]));
    again.close().await;
}

async fn windows(application: u32) -> Vec<String> {
    let output = tokio::process::Command::new("xdotool")
        .args(["search", "--onlyvisible", "--pid", &application.to_string()])
        .output()
        .await
        .expect("xdotool");
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

/// Without a panel, without anybody who shows notifications: nothing is missing but them.
#[tokio::test]
async fn files_are_looked_at_and_nothing_in_them_runs() {
    let world = World::new().await;
    let icon = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../icons/128x128.png")).expect("an image");
    let run = "<script>document.title='it ran'</script>";
    world.add("a plan.txt", "Monday: \u{202e}yadrutaS").await;
    world.add("b picture.png", &icon).await;
    let onload = "onload=\"document.title='it ran'\"";
    world.add("c.png", format!("<svg xmlns='http://www.w3.org/2000/svg' {onload}>{run}</svg>")).await;
    world.add("d.txt", format!("<!doctype html><body {onload}>{run}")).await;
    world.add("e.bin", [0_u8, 1, 2, 3]).await;
    let bob = Window::open(&world.at_bob, &[]).await;
    world.unlock(&bob).await;
    let folder = bob.see("nav button[data-drop-folder]:has(bdi[title='Leave forms'])").await;
    bob.click(&folder, 1).await;
    bob.press("Sort by Name").await;
    let first = bob.see("[data-entry]:has(bdi[title='a plan.txt'])").await;
    bob.click_right(&first).await;
    bob.choose("Look at it here").await;
    bob.read("Monday:").await;
    let keys = async |text: String| {
        let focused = bob.client.active_element().await.expect("a focus");
        focused.send_keys(&text).await.expect("keys");
    };
    keys(Key::Right.to_string()).await;
    let image = bob.see(".preview img").await;
    until("the image is drawn", PATIENCE, || async {
        let width = "return document.querySelector('.preview img')?.naturalWidth ?? 0";
        (bob.client.execute(width, Vec::new()).await.ok()? == 128).then_some(())
    })
    .await;
    bob.screenshot("21-preview").await;
    // Its address was good for once.
    let url = image.attr("src").await.expect("an attribute").expect("an address");
    let again = "const [url, done] = arguments; const image = new Image(); image.onload = () => done('drawn');
        image.onerror = () => done('refused'); image.src = url + '?';";
    let answer = tokio::time::timeout(Duration::from_secs(30), bob.client.execute_async(again, vec![url.into()]));
    assert_eq!(answer.await.expect("in time").expect("an answer"), "refused");

    for text in ["onload", "doctype"] {
        keys(Key::Right.to_string()).await;
        bob.read(text).await;
    }
    keys(Key::Right.to_string()).await;
    bob.read("This kind of file is shown by its own program").await;
    assert_ne!(bob.client.title().await.expect("a title"), "it ran");
    keys(Key::Escape.to_string()).await;
    bob.gone("[role='dialog']").await;
    bob.close().await;
}
