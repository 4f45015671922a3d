//! `completions` and `man`: written from what the parser knows, so that they cannot say anything else.

use std::io::{self, Write as _};
use std::path::Path;

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;
use valise_engine::api::{ApiError, ErrorCode};

use crate::args::Arguments;
use crate::session::fault;

/// Prints what a shell loads to complete commands.
pub fn completions(shell: Shell) -> Result<(), ApiError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "valise", &mut script);
    put(&script)
}

/// Prints the page of a command, or writes those of all into a directory.
pub fn man(command: &[String], into: Option<&Path>) -> Result<(), ApiError> {
    match into {
        Some(directory) => std::fs::create_dir_all(directory)
            .and_then(|()| clap_mangen::generate_to(Arguments::command(), directory))
            .map_err(|error| refused(&error)),
        None => {
            let mut page = Vec::new();
            Man::new(find(command)?).render(&mut page).map_err(|error| refused(&error))?;
            put(&page)
        }
    }
}

/// Who reads no further, as `head` does, has what they want.
fn put(text: &[u8]) -> Result<(), ApiError> {
    match io::stdout().write_all(text) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(refused(&error)),
        _ => Ok(()),
    }
}

/// The command of these words, called as its page is.
fn find(words: &[String]) -> Result<Command, ApiError> {
    let mut command = Arguments::command();
    command.build();
    let mut name = command.get_name().to_owned();
    for word in words {
        let next = command.find_subcommand(word).cloned();
        command =
            next.ok_or_else(|| fault(ErrorCode::NotFound, "There is no such command.", "`valise help` shows all"))?;
        name = format!("{name}-{word}");
    }
    Ok(command.display_name(name))
}

fn refused(error: &io::Error) -> ApiError {
    fault(ErrorCode::Io, "It could not be written.", &error.to_string())
}
