//! From a drop to the colleague's list: two engines in this process, each on a runtime of its own, and a real catalog.

use std::{
    collections::BTreeSet,
    path::PathBuf,
    time::{Duration, Instant},
};

use tokio::sync::mpsc;
use valise_engine::{
    Config, Engine,
    api::{Event, Folder, FolderId, Password, Reply, Request, Role, Stage, Status},
};
use valise_tests::{PATIENCE, home::Home, until};

use crate::{
    inputs::Noise,
    table::{Target, median},
    valise::{Catalog, FOLDER},
};

const SIZE: usize = 100 << 10;

/// A name in the colleague's list, and when it stood there.
struct Seen {
    name: String,
    at: Instant,
}

/// So many drops, one at a time.
pub async fn run(times: u64) -> Target {
    let catalog = Catalog::start().await;
    let (ada_home, bao_home) = (Home::new("ada"), Home::new("bao"));
    let ada = engine(&ada_home);
    let (folder, link) = invite(&ada, &catalog.url).await;
    let (sender, mut seen) = mpsc::channel(64);
    let config = Config::new(bao_home.valise());
    let colleague = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.expect("a runtime").block_on(watch(config, link, sender));
    });
    // The colleague says so when the folder is there.
    seen.recv().await.expect("the colleague comes in");

    let mut seconds = Vec::new();
    for number in 0..times {
        let (name, path) = document(&ada_home, number);
        let began = Instant::now();
        ask(&ada, Request::Add { folder: folder.id, parent: None, paths: vec![path] }).await;
        seconds.push(arrival(&mut seen, &name).await.duration_since(began).as_secs_f64());
        // The next drop finds both at rest.
        ask(&ada, Request::AwaitHeld { seconds: 60 }).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    drop(seen);
    colleague.join().expect("the colleague's computer");
    ada.stop().await;
    told(seconds)
}

fn told(mut seconds: Vec<f64>) -> Target {
    seconds.sort_by(f64::total_cmp);
    let middle = median(seconds.iter().copied());
    let late = seconds[((seconds.len() * 95).div_ceil(100)).max(1) - 1];
    let most = seconds[seconds.len() - 1];
    println!("\nFrom the drop of a file of 100 KiB to a colleague's list ({} times)\n", seconds.len());
    println!("  median {middle:.3} s, 95th percentile {late:.3} s, longest {most:.3} s");
    println!("  two engines in one process, each on a runtime of its own; the catalog is another process");
    Target {
        wanted: "a drop is visible at the colleague: below 0.5 s",
        found: Some(middle),
        aside: format!("(median; 95th percentile {late:.2})"),
        enough: |seconds| seconds < 0.5,
    }
}

async fn invite(ada: &Engine, url: &str) -> (Folder, String) {
    let (name, workspace, catalog) = ("Ada".to_owned(), "Bench".to_owned(), Some(url.to_owned()));
    ask(ada, Request::Create { name, password: password("Ada"), workspace, catalog }).await;
    let Reply::Folder(folder) = ask(ada, Request::CreateFolder { name: FOLDER.to_owned() }).await else {
        panic!("a folder was asked for");
    };
    ask(ada, Request::Sync).await;
    let invite = Request::Invite { folder: folder.id, role: Role::Editor, days: 1 };
    let Reply::Invitation(invitation) = ask(ada, invite).await else { panic!("an invitation was asked for") };
    (folder, invitation.link)
}

fn document(home: &Home, number: u64) -> (String, PathBuf) {
    let name = format!("document {number}.bin");
    let path = home.write(&name, Noise::new(1000 + number).bytes(SIZE));
    (name, path)
}

async fn arrival(seen: &mut mpsc::Receiver<Seen>, name: &str) -> Instant {
    let search = async {
        loop {
            let next = seen.recv().await.expect("the colleague is there");
            if next.name == name {
                return next.at;
            }
        }
    };
    tokio::time::timeout(PATIENCE, search).await.unwrap_or_else(|_| panic!("{name} is not seen"))
}

/// The colleague: joins, then lists the folder at every event and tells what is new, until nobody listens.
async fn watch(config: Config, link: String, sender: mpsc::Sender<Seen>) {
    let bao = Engine::start(config).expect("an engine");
    let mut events = bao.events();
    ask(&bao, Request::Join { link, name: "Bao".to_owned(), password: password("Bao") }).await;
    until("the colleague is let in", PATIENCE, || async { (status(&bao).await.stage == Stage::Open).then_some(()) })
        .await;
    let folder = until("the folder is there", PATIENCE, || shared_folder(&bao)).await;
    let mut known = BTreeSet::new();
    let _ = sender.send(Seen { name: FOLDER.to_owned(), at: Instant::now() }).await;
    loop {
        tokio::select! {
            () = sender.closed() => break,
            event = events.recv() => if matches!(event, Ok(Event::FolderChanged { .. }) | Err(_)) {
                for name in list(&bao, folder).await {
                    if known.insert(name.clone()) {
                        let _ = sender.send(Seen { name, at: Instant::now() }).await;
                    }
                }
            },
        }
    }
    bao.stop().await;
}

async fn shared_folder(engine: &Engine) -> Option<FolderId> {
    match engine.handle(Request::Folders).await {
        Ok(Reply::Folders(folders)) => folders.iter().find(|folder| folder.name == FOLDER).map(|folder| folder.id),
        _ => None,
    }
}

async fn list(engine: &Engine, folder: FolderId) -> Vec<String> {
    match ask(engine, Request::List { folder, parent: None }).await {
        Reply::Listing(listing) => listing.entries.into_iter().map(|entry| entry.name).collect(),
        _ => panic!("a listing was asked for"),
    }
}

async fn status(engine: &Engine) -> Status {
    match ask(engine, Request::Status).await {
        Reply::Status(status) => status,
        _ => panic!("a status was asked for"),
    }
}

async fn ask(engine: &Engine, request: Request) -> Reply {
    engine.handle(request).await.unwrap_or_else(|error| panic!("{error}: {:?}", error.details))
}

fn engine(home: &Home) -> Engine {
    Engine::start(Config::new(home.valise())).expect("an engine")
}

fn password(name: &str) -> Password {
    Password(format!("{name} keeps nine green umbrellas"))
}
