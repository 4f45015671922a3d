//! What an operator asks and sets: accounts and quotas.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use valise_catalog::StartError;
use valise_catalog::admin::{AccountRow, Admin, Quota, Room, Whose};
use valise_protocol::ids::AccountId;

/// Where, and how to answer.
#[derive(Args)]
pub struct Place {
    /// The catalog's data directory; the catalog may be running.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

/// Accounts.
#[derive(Subcommand)]
pub enum Account {
    /// Who has what here. Officers alone let people in and close accounts, with `valise people`.
    List {
        #[command(flatten)]
        place: Place,
    },
}

/// Quotas.
#[derive(Subcommand)]
pub enum QuotaCommand {
    /// What is set, and what all accounts together have here.
    Show {
        #[command(flatten)]
        place: Place,
    },
    /// Sets a limit; what is not named is not limited.
    Set {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        whose: For,
        /// Bytes of content that the pinning node keeps: 500000000, 500MB, 2GiB.
        #[arg(long, value_name = "BYTES", value_parser = bytes)]
        pinned: Option<u64>,
        /// Bytes of records.
        #[arg(long, value_name = "BYTES", value_parser = bytes)]
        records: Option<u64>,
    },
    /// Takes a limit away; what is for each account counts again.
    Clear {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        whose: For,
    },
}

/// Whom a quota is for.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct For {
    /// One account, by its id.
    #[arg(long, value_name = "ID")]
    account: Option<AccountId>,
    /// Each account that has no limit of its own.
    #[arg(long)]
    each: bool,
    /// All accounts together.
    #[arg(long)]
    workspace: bool,
}

impl For {
    fn whose(&self) -> Whose {
        match (self.account, self.each) {
            (Some(account), _) => Whose::Account(account),
            (None, true) => Whose::Each,
            (None, false) => Whose::Workspace,
        }
    }
}

/// Bytes, with a unit or without.
fn bytes(text: &str) -> Result<u64, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit: u64 = match unit.trim() {
        "" | "B" => 1,
        "kB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return Err("a number of bytes, with kB, MB, GB, TB, KiB, MiB, GiB or TiB behind it or nothing".to_owned()),
    };
    let number: u64 = number.parse().map_err(|_| "a number of bytes".to_owned())?;
    number.checked_mul(unit).ok_or_else(|| "too many bytes".to_owned())
}

/// Carries it out, and says what there is to say.
pub fn account(command: Account) -> Result<String, StartError> {
    let Account::List { place } = command;
    let rows = Admin::open(&place.data)?.accounts()?;
    if place.json {
        return Ok(lines([Value::from(rows.iter().map(row_json).collect::<Vec<_>>()).to_string()]));
    }
    Ok(lines(rows.iter().map(row_text)))
}

/// Carries it out, and says what is set now.
pub fn quota(command: QuotaCommand) -> Result<String, StartError> {
    let place = match command {
        QuotaCommand::Show { place } => place,
        QuotaCommand::Set { place, whose, pinned, records } => {
            Admin::open(&place.data)?.set_quota(&whose.whose(), Some(Quota { pinned, records }))?;
            place
        }
        QuotaCommand::Clear { place, whose } => {
            Admin::open(&place.data)?.set_quota(&whose.whose(), None)?;
            place
        }
    };
    let admin = Admin::open(&place.data)?;
    let (all, each) = (admin.workspace()?, admin.quota(&Whose::Each)?.unwrap_or_default());
    if place.json {
        return Ok(lines([json!({"workspace": room_json(&all), "each": quota_json(each)}).to_string()]));
    }
    Ok(lines([format!("workspace  {}", room_text(&all)), format!("each       {}", quota_text(each))]))
}

fn lines(lines: impl IntoIterator<Item = String>) -> String {
    lines.into_iter().map(|line| line + "\n").collect()
}

fn row_json(row: &AccountRow) -> Value {
    let mut value = room_json(&row.room);
    value["account"] = json!(row.account);
    value["name"] = json!(row.name);
    value["officer"] = json!(row.officer);
    value["closed"] = json!(row.closed);
    value
}

fn room_json(room: &Room) -> Value {
    json!({
        "records": room.records,
        "recordBytes": room.record_bytes,
        "pinnedBytes": room.pinned_bytes,
        "quota": quota_json(room.quota),
    })
}

fn quota_json(quota: Quota) -> Value {
    json!({"pinnedBytes": quota.pinned, "recordBytes": quota.records})
}

fn row_text(row: &AccountRow) -> String {
    let standing = match (&row.name, row.closed, row.officer) {
        (None, ..) => "waits",
        (_, true, _) => "closed",
        (_, _, true) => "officer",
        _ => "person",
    };
    // Names are people's own words: nothing in them reaches the terminal as anything but letters.
    let name = row.name.as_deref().unwrap_or("-").escape_debug();
    format!("{}  {standing:7}  {}  {name}", row.account, room_text(&row.room))
}

fn room_text(room: &Room) -> String {
    let Room { records, record_bytes, pinned_bytes, quota } = room;
    format!("{records} records, {record_bytes} bytes; {pinned_bytes} bytes pinned; {}", quota_text(*quota))
}

fn quota_text(quota: Quota) -> String {
    let limit = |limit: Option<u64>| limit.map_or_else(|| "no limit".to_owned(), |limit| format!("{limit} bytes"));
    format!("records: {}, pinned: {}", limit(quota.records), limit(quota.pinned))
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_as_people_write_them() {
        assert_eq!(bytes("0"), Ok(0));
        assert_eq!(bytes("500MB"), Ok(500_000_000));
        assert_eq!(bytes("2 GiB"), Ok(2 << 30));
        for bad in ["", "GB", "-1", "1.5GB", "2 gb", "99999999999TB"] {
            assert!(bytes(bad).is_err(), "{bad}");
        }
    }
}
