//! The window: composes engine, dialogs and interface, and forwards. No logic of its own.
//!
//! - `commands`: one for each request of the engine: parse, ask, map.
//! - `files`: what the window does with paths, which never reach the page: dialogs, drops, opening.
//! - `state`: the engine, the catalog if this computer hosts it, the drops that wait.
//! - `autolock`: locks when nobody is here.
//! - `socket`: commands of this home, which the window answers while it is open.
//! - `background`: what goes on while nobody looks at the window; `tray`, `notify`: how that is told; `autostart`: from the
//!   log-in on; `words`: what is said outside the window. `frame`: where the window is.
//! - `preview`: files shown in the window, from memory.
//! - `page`: ends the page's process at lock.
//! - `typed`: secrets that are typed into the page, which come sealed.
//! - `bindings`: the interface's TypeScript types, checked by a test.

mod autolock;
mod autostart;
mod background;
mod bindings;
mod commands;
mod files;
mod frame;
mod notify;
mod page;
mod preview;
mod socket;
mod state;
#[cfg_attr(not(target_os = "linux"), path = "tray_elsewhere.rs")]
mod tray;
mod typed;
mod words;

use std::process::ExitCode;

use tauri::{Emitter as _, Manager as _, RunEvent};
use tauri_plugin_dialog::{DialogExt as _, MessageDialogKind};
use tracing_subscriber::EnvFilter;
use valise_engine::api::{ApiError, Request};

use state::App;

/// Opens the window and runs until it is closed.
#[allow(clippy::disallowed_methods, reason = "tauri's own macro ends the process")]
pub fn run() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("--version") {
        println!("valise-desktop {}", env!("CARGO_PKG_VERSION"));
        return ExitCode::SUCCESS;
    }
    let kept = valise_engine::process::keep_memory_to_itself();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("off"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    if let Err(error) = kept {
        tracing::warn!(%error, "the system may write this program's memory to disk");
    }
    // First among the plugins: a second start of one home ends here, and what it was given goes to the window that is open.
    let first = tauri_plugin_single_instance::Builder::new()
        .dbus_id(state::instance_name())
        .callback(|app, arguments, _| called_again(app, &arguments))
        .build();
    let app = tauri::Builder::default()
        .plugin(first)
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_clipboard_manager::init())
        .invoke_handler(tauri::generate_handler![
            typed::typing_key,
            commands::create,
            commands::take_invitation,
            commands::status,
            commands::attach,
            commands::inspect_invitation,
            commands::join,
            commands::unlock,
            commands::make_kits,
            commands::change_password,
            commands::renew_keys,
            commands::devices,
            commands::leave,
            commands::hand_over,
            commands::folder_invitations,
            commands::accept_folder,
            commands::decline_folder,
            commands::set_officer,
            commands::set_verified,
            commands::close_account,
            commands::pair,
            commands::end_pairing,
            commands::join_account,
            commands::recover_account,
            commands::name_device,
            commands::remove_device,
            commands::reach,
            commands::forget,
            commands::account_keys,
            commands::rotate_account_key,
            commands::folder_keys,
            commands::rotate_folder_key,
            commands::rewrap,
            commands::retire_keys,
            commands::set_rotation,
            commands::confirm_kit,
            commands::check_kit,
            commands::sign,
            commands::signatures,
            commands::signing_keys,
            commands::rotate_signing_key,
            commands::revoke_signing_key,
            files::export_signed,
            commands::rehearse,
            commands::authority,
            commands::set_authority,
            commands::approve_recovery,
            commands::refuse_recovery,
            commands::ask_recovery,
            commands::asked_recovery,
            commands::finish_recovery,
            commands::forget_asked,
            commands::recovery,
            commands::recover,
            commands::lock,
            commands::here,
            commands::settings,
            commands::set_settings,
            commands::storage,
            commands::network,
            commands::set_catalog_addresses,
            files::move_catalog_out,
            commands::keep,
            commands::shows,
            commands::speak,
            commands::preview,
            commands::folders,
            commands::create_folder,
            commands::rename_folder,
            commands::members,
            commands::set_role,
            commands::remove_member,
            commands::people,
            commands::groups,
            commands::set_group,
            commands::remove_group,
            files::add_group,
            commands::make_keeper_key,
            commands::rewrap_authority,
            commands::unlock_with_token,
            commands::add_token,
            commands::remove_token,
            commands::set_unlock_at_login,
            commands::add_token_signing_key,
            commands::succession,
            commands::name_successor,
            commands::set_folder_successor,
            commands::recoverability,
            commands::activity,
            commands::link,
            commands::follow_link,
            commands::list,
            commands::search,
            commands::recent,
            commands::trash,
            commands::make_directory,
            commands::rename,
            commands::move_entries,
            commands::remove,
            commands::restore,
            commands::purge,
            commands::empty_trash,
            commands::set_trash_policy,
            commands::restore_version,
            commands::outbox,
            commands::undo,
            commands::zoom,
            commands::details,
            commands::transfers,
            commands::pause_transfer,
            commands::resume_transfer,
            commands::cancel_transfer,
            commands::sync,
            commands::security_events,
            commands::fingerprints,
            files::invite,
            files::copy_invitation,
            commands::invitations,
            commands::withdraw_invitation,
            files::add_member,
            files::add_files,
            files::add_directories,
            files::add_dropped,
            files::forget_drop,
            files::open,
            files::save,
            files::export,
            files::export_activity,
            files::save_kit,
            files::copy_text,
        ])
        .register_uri_scheme_protocol(preview::SCHEME, |context, request| {
            context.app_handle().state::<App>().previews.answer(&request)
        })
        .on_window_event(|window, event| {
            files::on_window_event(window, event);
            background::on_window_event(window, event);
        })
        .setup(|app| {
            match App::start() {
                Ok(state) => start(app.handle(), state),
                Err(error) => refuse(app.handle(), &error),
            }
            Ok(())
        })
        .build(tauri::generate_context!());
    match app {
        Ok(app) => app.run(|app, event| {
            if let RunEvent::Exit = event
                && let Some(state) = app.try_state::<App>()
            {
                state.frame.keep();
                tauri::async_runtime::block_on(state.stop());
            }
        }),
        Err(error) => {
            tracing::error!(%error, "the window could not be made");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Hosts what is hosted here, and forwards what the engine tells.
fn start(app: &tauri::AppHandle, state: App) {
    let mut events = state.engine().events();
    app.manage(state);
    autolock::watch(app);
    socket::hear(app);
    background::begin(app, std::env::args().any(|argument| argument == autostart::HIDDEN));
    let handle = app.clone();
    tauri::async_runtime::spawn(async move {
        if let Err(error) = handle.state::<App>().host_again().await {
            tracing::error!(%error, "the catalog of this computer did not start");
        }
        let opening = handle.clone();
        tauri::async_runtime::spawn(async move {
            if let Err(error) = opening.state::<App>().ask(Request::UnlockAtLogin).await {
                tracing::warn!(%error, "Valise does not open by itself");
            }
        });
        loop {
            match events.recv().await {
                Ok(event) => {
                    let _ = handle.emit("engine-event", &event);
                }
                Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {}
                Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
            }
        }
    });
}

/// The person started Valise again, or clicked an invitation, while this window is open.
fn called_again(app: &tauri::AppHandle, arguments: &[String]) {
    if let Some(link) = state::invitation_in(arguments) {
        let _ = app.emit("invitation", link);
    }
    if !arguments.iter().any(|argument| argument == autostart::HIDDEN) {
        background::show(app);
    }
}

/// Another Valise has this home, or it cannot be read: say so and end.
fn refuse(app: &tauri::AppHandle, error: &ApiError) {
    let words = [Some(&error.happened), error.todo.as_ref()];
    let words: Vec<&str> = words.into_iter().flatten().map(String::as_str).collect();
    let handle = app.clone();
    app.dialog().message(words.join(" ")).title("Valise").kind(MessageDialogKind::Error).show(move |_| handle.exit(1));
}
