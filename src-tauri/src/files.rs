//! What the window does with paths and with sharing: native dialogs, drops, opening. Paths stay in Rust; the
//! page names a drop by its number and an entry by its id.

use std::path::PathBuf;

use serde::Serialize;
use tauri::{AppHandle, DragDropEvent, Emitter as _, Manager as _, State, Window, WindowEvent, Wry};
use tauri_plugin_clipboard_manager::ClipboardExt as _;
use tauri_plugin_dialog::{DialogExt as _, FileDialogBuilder, FilePath, MessageDialogButtons};
use tauri_plugin_opener::OpenerExt as _;
use valise_engine::api::{AccountId, DekId, EntryId, FolderId, GroupId, InvitationId};
use valise_engine::api::{
    ActivityFilter, ActivityFormat, ApiError, ErrorCode, Folder, Invitation, KitName, Reply, Request, Role, Transfer,
};

use crate::commands::reply;
use crate::state::{App, fault};
use crate::typed::Typed;
use crate::words::{Dialog, Language};

/// A drag over the window, in physical pixels.
#[derive(Clone, Debug, Serialize, specta::Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Drag {
    /// Something came over the window.
    Enter { count: u32, x: i32, y: i32 },
    /// It moves.
    Over { x: i32, y: i32 },
    /// It was let go: its paths are remembered under a number.
    Drop { drop: u32, count: u32, x: i32, y: i32 },
    /// It went away.
    Leave,
}

/// Tells the page of drags, without paths.
pub fn on_window_event(window: &Window, event: &WindowEvent) {
    let WindowEvent::DragDrop(event) = event else { return };
    let Some(app) = window.try_state::<App>() else { return };
    let drag = match event {
        DragDropEvent::Enter { paths, position } => {
            Drag::Enter { count: count(paths), x: position.x as i32, y: position.y as i32 }
        }
        DragDropEvent::Over { position } => Drag::Over { x: position.x as i32, y: position.y as i32 },
        DragDropEvent::Drop { paths, position } => Drag::Drop {
            drop: app.remember_drop(paths.clone()),
            count: count(paths),
            x: position.x as i32,
            y: position.y as i32,
        },
        _ => Drag::Leave,
    };
    let _ = window.emit("drag", drag);
}

fn count(paths: &[PathBuf]) -> u32 {
    u32::try_from(paths.len()).unwrap_or(u32::MAX)
}

/// Makes an invitation, after the person has said so in a native dialog.
#[tauri::command]
pub async fn invite(
    handle: AppHandle,
    app: State<'_, App>,
    folder: FolderId,
    role: Role,
    days: u32,
) -> Result<Invitation, ApiError> {
    let name = folder_row(&app, folder).await?.name;
    confirm(&handle, app.spoken.now(), |speak| speak.invite(&name, role)).await?;
    reply!(app.ask(Request::Invite { folder, role, days }).await?, Invitation)
}

/// Adds a person of the workspace, after the person here has said so in a native dialog.
#[tauri::command]
pub async fn add_member(
    handle: AppHandle,
    app: State<'_, App>,
    folder: FolderId,
    account: AccountId,
    role: Role,
) -> Result<(), ApiError> {
    let name = folder_row(&app, folder).await?.name;
    let people = reply!(app.ask(Request::People).await?, People)?;
    let person = people.into_iter().find(|person| person.account == account);
    let person = person.ok_or_else(|| fault(ErrorCode::NotFound, "This person is not in the workspace."))?;
    confirm(&handle, app.spoken.now(), |speak| speak.share(&name, &person.name)).await?;
    app.ask(Request::AddMember { folder, account, role }).await.map(|_| ())
}

/// Adds everybody of a group to a folder, after the person here has said so in a native dialog that names them.
#[tauri::command]
pub async fn add_group(
    handle: AppHandle,
    app: State<'_, App>,
    folder: FolderId,
    group: GroupId,
    role: Role,
) -> Result<u32, ApiError> {
    let name = folder_row(&app, folder).await?.name;
    let known = reply!(app.ask(Request::Groups).await?, Groups)?;
    let known = known.into_iter().find(|known| known.id == group);
    let known = known.ok_or_else(|| fault(ErrorCode::NotFound, "This group is not in the workspace."))?;
    let people = reply!(app.ask(Request::People).await?, People)?;
    let of_it = people.iter().filter(|person| known.members.contains(&person.account));
    let (named, names): (Vec<_>, Vec<_>) = of_it.map(|person| (person.account, person.name.as_str())).unzip();
    confirm(&handle, app.spoken.now(), |speak| speak.share_with_group(&name, &known.name, &names)).await?;
    reply!(app.ask(Request::AddGroup { folder, group, role, named: Some(named) }).await?, Added)
}

async fn folder_row(app: &App, folder: FolderId) -> Result<Folder, ApiError> {
    let rows = reply!(app.ask(Request::Folders).await?, Folders)?;
    rows.into_iter().find(|row| row.id == folder).ok_or_else(|| fault(ErrorCode::NotFound, "The folder is gone."))
}

async fn confirm(
    handle: &AppHandle,
    speak: Language,
    question: impl FnOnce(Language) -> String,
) -> Result<(), ApiError> {
    let (answer, answered) = tokio::sync::oneshot::channel();
    let (yes, no) = speak.yes_or_no();
    let buttons = MessageDialogButtons::OkCancelCustom(yes.into(), no.into());
    let dialog = handle.dialog().message(question(speak)).title("Valise").buttons(buttons);
    dialog.show(move |yes| {
        let _ = answer.send(yes);
    });
    match answered.await {
        Ok(true) => Ok(()),
        _ => Err(fault(ErrorCode::Cancelled, "Nothing was shared.")),
    }
}

/// Asks for files and adds them.
#[tauri::command]
pub async fn add_files(
    handle: AppHandle,
    app: State<'_, App>,
    folder: FolderId,
    parent: Option<EntryId>,
) -> Result<Option<Transfer>, ApiError> {
    let (answer, answered) = tokio::sync::oneshot::channel();
    file_dialog(&handle, app.spoken.now().dialog(Dialog::AddFiles), handle.path().document_dir()).pick_files(
        move |files| {
            let _ = answer.send(files);
        },
    );
    add(&app, folder, parent, answered.await.ok().flatten()).await
}

/// Asks for directories and adds them.
#[tauri::command]
pub async fn add_directories(
    handle: AppHandle,
    app: State<'_, App>,
    folder: FolderId,
    parent: Option<EntryId>,
) -> Result<Option<Transfer>, ApiError> {
    let (answer, answered) = tokio::sync::oneshot::channel();
    file_dialog(&handle, app.spoken.now().dialog(Dialog::AddDirectories), handle.path().document_dir()).pick_folders(
        move |folders| {
            let _ = answer.send(folders);
        },
    );
    add(&app, folder, parent, answered.await.ok().flatten()).await
}

async fn add(
    app: &App,
    folder: FolderId,
    parent: Option<EntryId>,
    chosen: Option<Vec<FilePath>>,
) -> Result<Option<Transfer>, ApiError> {
    let paths: Vec<PathBuf> = chosen.unwrap_or_default().into_iter().filter_map(|path| path.into_path().ok()).collect();
    if paths.is_empty() {
        return Ok(None);
    }
    reply!(app.ask(Request::Add { folder, parent, paths }).await?, Transfer).map(Some)
}

/// Adds what was dropped.
#[tauri::command]
pub async fn add_dropped(
    app: State<'_, App>,
    drop: u32,
    folder: FolderId,
    parent: Option<EntryId>,
) -> Result<Transfer, ApiError> {
    let paths = app.take_drop(drop)?;
    reply!(app.ask(Request::Add { folder, parent, paths }).await?, Transfer)
}

/// Forgets a drop that lands nowhere.
#[tauri::command]
pub fn forget_drop(app: State<'_, App>, drop: u32) {
    let _ = app.take_drop(drop);
}

/// Decrypts a file (one of its versions, or the newest) to the private place and opens it in the system's program.
#[tauri::command]
pub async fn open(
    handle: AppHandle,
    app: State<'_, App>,
    folder: FolderId,
    entry: EntryId,
    version: Option<DekId>,
) -> Result<(), ApiError> {
    let path = reply!(app.ask(Request::Open { folder, entry, version }).await?, Path)?;
    handle.opener().open_path(path.to_string_lossy(), None::<&str>).map_err(|error| ApiError {
        todo: Some("Use “Save as” and open it there.".to_owned()),
        details: Some(error.to_string()),
        ..fault(ErrorCode::Io, "No program of this computer opens this file.")
    })
}

/// Asks where to, and decrypts a file (one of its versions, or the newest) or directory there.
#[tauri::command]
pub async fn save(
    handle: AppHandle,
    app: State<'_, App>,
    folder: FolderId,
    entry: EntryId,
    version: Option<DekId>,
) -> Result<bool, ApiError> {
    let name = entry_name(&app, folder, entry).await?;
    let Some(to) = ask_where(&handle, app.spoken.now().dialog(Dialog::Save), &name).await else { return Ok(false) };
    app.ask(Request::Save { folder, entry, version, to }).await.map(|_| true)
}

/// Asks where to, and writes the age file and its key there.
#[tauri::command]
pub async fn export(
    handle: AppHandle,
    app: State<'_, App>,
    folder: FolderId,
    entry: EntryId,
) -> Result<bool, ApiError> {
    let name = format!("{}.age", entry_name(&app, folder, entry).await?);
    let Some(to) = ask_where(&handle, app.spoken.now().dialog(Dialog::ExportWithKey), &name).await else {
        return Ok(false);
    };
    app.ask(Request::Export { folder, entry, to }).await.map(|_| true)
}

/// Asks for a directory, and writes a file there with its good signatures and what checks them without Valise. Answers
/// how many signatures were left out because they are not good; none if nothing was chosen.
#[tauri::command]
pub async fn export_signed(
    handle: AppHandle,
    app: State<'_, App>,
    folder: FolderId,
    entry: EntryId,
    version: Option<DekId>,
) -> Result<Option<u32>, ApiError> {
    let Some(to) = ask_directory(&handle, app.spoken.now().dialog(Dialog::ExportWithSignatures)).await else {
        return Ok(None);
    };
    let reply = app.ask(Request::ExportSigned { folder, entry, version, to }).await?;
    reply!(reply, ExportedSigned).map(|exported| Some(exported.left_out))
}

/// Asks where to, and writes what happened in a folder.
#[tauri::command]
pub async fn export_activity(
    handle: AppHandle,
    app: State<'_, App>,
    folder: FolderId,
    filter: ActivityFilter,
    format: ActivityFormat,
) -> Result<bool, ApiError> {
    let ending = match format {
        ActivityFormat::Json => "json",
        ActivityFormat::Csv => "csv",
    };
    let name = format!("{} activity.{ending}", folder_row(&app, folder).await?.name);
    let Some(to) = ask_where(&handle, app.spoken.now().dialog(Dialog::ExportActivity), &name).await else {
        return Ok(false);
    };
    app.ask(Request::ExportActivity { folder, filter, format, to }).await.map(|_| true)
}

/// Asks where to, and writes a recovery kit as a page to be printed.
#[tauri::command]
pub async fn save_kit(handle: AppHandle, app: State<'_, App>, kit: KitName, code: Typed) -> Result<bool, ApiError> {
    let code = app.code(&code)?;
    let name = format!("Valise recovery kit {kit:?}.pdf");
    let Some(to) = ask_where(&handle, app.spoken.now().dialog(Dialog::SaveKit), &name).await else { return Ok(false) };
    app.ask(Request::WriteKit { code, to }).await.map(|_| true)
}

async fn entry_name(app: &App, folder: FolderId, entry: EntryId) -> Result<String, ApiError> {
    let reply = app.ask(Request::Details { folder, entry }).await?;
    reply!(reply, Details).map(|details| details.entry.name)
}

/// Copies the catalog that is hosted here for another server, into a new directory, and hosts it no more.
#[tauri::command]
pub async fn move_catalog_out(handle: AppHandle, app: State<'_, App>) -> Result<Option<String>, ApiError> {
    let title = app.spoken.now().dialog(Dialog::CopyOfServer);
    let Some(to) = ask_where(&handle, title, "valise-catalog").await else { return Ok(None) };
    app.move_out(&to).await?;
    Ok(Some(to.display().to_string()))
}

async fn ask_where(handle: &AppHandle, title: &str, name: &str) -> Option<PathBuf> {
    let (answer, answered) = tokio::sync::oneshot::channel();
    let dialog = file_dialog(handle, title, handle.path().download_dir()).set_file_name(name);
    dialog.save_file(move |path| {
        let _ = answer.send(path);
    });
    answered.await.ok().flatten().and_then(|path| path.into_path().ok())
}

async fn ask_directory(handle: &AppHandle, title: &str) -> Option<PathBuf> {
    let (answer, answered) = tokio::sync::oneshot::channel();
    file_dialog(handle, title, handle.path().download_dir()).pick_folder(move |path| {
        let _ = answer.send(path);
    });
    answered.await.ok().flatten().and_then(|path| path.into_path().ok())
}

/// A dialog that begins where a person keeps such files, else in their home, and not where this program was started.
fn file_dialog(handle: &AppHandle, title: &str, usual: tauri::Result<PathBuf>) -> FileDialogBuilder<Wry> {
    let directories = [usual, handle.path().home_dir()];
    let directory = directories.into_iter().flatten().find(|directory| directory.is_dir());
    let dialog = handle.dialog().file().set_title(title);
    directory.into_iter().fold(dialog, FileDialogBuilder::set_directory)
}

/// Puts the link of an open invitation on the clipboard. The page does not get it: whoever has it can use it.
#[tauri::command]
pub async fn copy_invitation(handle: AppHandle, app: State<'_, App>, id: InvitationId) -> Result<(), ApiError> {
    let link: Result<String, ApiError> = reply!(app.ask(Request::InvitationLink { id }).await?, Link);
    copy_text(handle, link?)
}

/// Puts text on the clipboard.
#[tauri::command]
pub fn copy_text(handle: AppHandle, text: String) -> Result<(), ApiError> {
    handle.clipboard().write_text(text).map_err(|error| ApiError {
        details: Some(error.to_string()),
        ..fault(ErrorCode::Io, "The clipboard is not available.")
    })
}
