//! `risk`: can this ever be lost?

use valise_engine::api::{ApiError, CopyKind, KeyWay, KeyWayKind, Recoverability, Reply, Request};

use crate::output::{print, shown};
use crate::paths::find;
use crate::session::{Session, unexpected};

/// Says how much would have to be lost at once.
pub async fn risk(session: &Session, json: bool, path: &str) -> Result<(), ApiError> {
    let place = find(session, path).await?;
    let entry = place.entry.as_ref().map(|entry| entry.id);
    match session.ask(Request::Recoverability { folder: place.folder.id, entry }).await? {
        Reply::Recoverability(risk) => {
            print(json, &*risk, lines);
            Ok(())
        }
        other => Err(unexpected(&other)),
    }
}

fn lines(risk: &Recoverability) -> Vec<String> {
    let mut lines = vec![format!("{}: files: {}", shown(&risk.name), risk.files)];
    lines.push(format!("ways to the key: {}", risk.ways.len()));
    lines.extend(risk.ways.iter().map(|way| format!("  {}", words(way))));
    if risk.kits_need_catalog {
        lines.push(
            "  recovery kits: they also need the catalog, which is on this computer, so they do not count".into(),
        );
    }
    if risk.ways.len() <= 1 {
        lines.push("  WARNING: a single one. Print recovery kits, add a computer, or share the folder.".to_owned());
    }
    if risk.files > 0 {
        let counted = risk.copies.iter().filter(|copy| copy.kind != CopyKind::PinningNodeHere).count();
        lines.push(format!("computers that hold the bytes (of the file that the fewest hold): {counted}"));
        lines.extend(risk.copies.iter().map(|copy| match copy.kind {
            CopyKind::ThisComputer => "  this computer".to_owned(),
            CopyKind::AuthorComputer => format!("  the computer that made it, of {}", shown(&copy.name)),
            CopyKind::PinningNode => format!("  pinning node {}", copy.name),
            CopyKind::PinningNodeHere => {
                format!("  pinning node {}: on this computer, so it does not count", copy.name)
            }
        }));
    }
    if risk.thin_files > 0 {
        lines.push(format!("WARNING: files that one loss could take: {}", risk.thin_files));
        lines.extend(risk.thin.iter().map(|file| format!("  {} ({})", shown(&file.path), file.copies)));
        lines.push("  Stay connected until the pinning node holds them; it should be another computer.".to_owned());
    }
    lines
}

fn words(way: &KeyWay) -> String {
    let named =
        |words: &str| if way.name.is_empty() { words.to_owned() } else { format!("{words} {}", shown(&way.name)) };
    match way.kind {
        KeyWayKind::ThisComputer => named("this computer"),
        KeyWayKind::OwnComputer => named("your computer"),
        KeyWayKind::Kits => named("both recovery kits"),
        KeyWayKind::KitAndHelp => named("a recovery kit and officers' help"),
        KeyWayKind::ColleagueComputer => named("a computer of"),
    }
}
