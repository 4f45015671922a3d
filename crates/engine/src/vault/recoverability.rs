//! "Can this ever be lost?": a question about what is known here, answered without asking anybody.
//!
//! Only what is known counts: computers that are of an account, kits that were proven to be kept, bytes that are here, on
//! the computer that made them, or that a pinning node has signed for. A colleague's computer that may have fetched the
//! bytes, or a kit that a colleague may have printed, does not.

use std::net::{IpAddr, SocketAddr, UdpSocket};

use valise_protocol::ids::{AccountId, EntryId, FolderId};
use valise_protocol::tree::{self, Tree};
use valise_protocol::workspace::{Catalog, Workspace};

use super::Vault;
use super::folder::FolderState;
use crate::api::{Copy, CopyKind, Escrow, KeyWay, KeyWayKind, Recoverability, ThinFile};
use crate::error::EngineError;
use crate::views::is_living_file;

/// Most files that are named.
const MAX_NAMED: usize = 100;

impl Vault {
    /// How much would have to be lost at once for a file, a directory's files or a folder's to be gone.
    pub fn recoverability(&self, id: FolderId, entry: Option<EntryId>) -> Result<Recoverability, EngineError> {
        let state = self.folder(&id)?;
        let tree = state.tree();
        let name = match entry {
            None => tree.name().unwrap_or_default(),
            Some(entry) => &tree.entry(&entry).ok_or(EngineError::NotFound("the entry"))?.name,
        };
        let meant = |file: &&tree::Entry| {
            let below = |top| file.id == top || tree.ancestors(file.id).contains(&top);
            is_living_file(tree, file) && entry.is_none_or(below)
        };
        let mut files = 0;
        let mut fewest: Option<Vec<Copy>> = None;
        let mut thin = Vec::new();
        for file in tree.entries().filter(meant) {
            let copies = self.copies(state, file);
            let counted = count(&copies);
            files += 1;
            if counted <= 1 {
                thin.push(ThinFile { entry: file.id, path: path(tree, file), copies: counted });
            }
            if fewest.as_ref().is_none_or(|fewest| counted < count(fewest)) {
                fewest = Some(copies);
            }
        }
        thin.sort_by(|one, other| (one.copies, &one.path).cmp(&(other.copies, &other.path)));
        let thin_files = u32::try_from(thin.len()).unwrap_or(u32::MAX);
        thin.truncate(MAX_NAMED);
        Ok(Recoverability {
            folder: id,
            entry,
            name: name.to_owned(),
            ways: self.key_ways(state),
            kits_need_catalog: self.is_catalog_here() && self.kept_kits().is_some(),
            copies: fewest.unwrap_or_default(),
            files,
            thin,
            thin_files,
        })
    }

    /// A single way leads to the key of a folder.
    pub fn has_single_way(&self, state: &FolderState) -> bool {
        self.key_ways(state).len() == 1
    }

    /// Each of them leads to the key without any other.
    fn key_ways(&self, state: &FolderState) -> Vec<KeyWay> {
        let mut ways = self.own_ways();
        // Who was only added may yet decline.
        let taken_up = state.chain().members().iter().filter(|(_, member)| member.accepted.is_some());
        let others = taken_up.map(|(account, _)| account).filter(|account| **account != self.me.account);
        for account in others.filter(|account| self.is_person(account)) {
            let devices = state.chain().roster().account(account).map_or(0, |chain| chain.valid_devices());
            let way = KeyWay { kind: KeyWayKind::ColleagueComputer, name: self.name_of(account) };
            ways.extend(std::iter::repeat_n(way, devices));
        }
        ways
    }

    fn own_ways(&self) -> Vec<KeyWay> {
        let here = KeyWay { kind: KeyWayKind::ThisComputer, name: String::new() };
        let others = self.account.devices().filter(|(id, device)| device.is_valid() && **id != self.me.device);
        let other = |id| KeyWay { kind: KeyWayKind::OwnComputer, name: self.device_name(id).unwrap_or_default() };
        let mut ways = vec![here];
        ways.extend(others.map(|(id, _)| other(id)));
        ways.extend(self.paper_way());
        ways
    }

    /// What opens the account when none of its computers is left. On a new one kits need the catalog: hosted here, it is
    /// lost with this one.
    fn paper_way(&self) -> Option<KeyWay> {
        let kind = self.kept_kits().filter(|_| !self.is_catalog_here())?;
        Some(KeyWay { kind, name: String::new() })
    }

    /// Kits that are proven to be kept, of a set that the catalog knows, if they open the account by themselves or with
    /// help.
    fn kept_kits(&self) -> Option<KeyWayKind> {
        let in_force = self.account.recovery().map(|set| set.id)?;
        let own = self.recovery.as_ref().filter(|set| set.0 == in_force)?;
        if !self.is_account_sent().unwrap_or(false) {
            return None;
        }
        match (own.3.iter().filter(|kit| kit.3.is_some()).count(), self.escrow()) {
            (1.., Escrow::Held) => Some(KeyWayKind::KitAndHelp),
            (2.., _) => Some(KeyWayKind::Kits),
            _ => None,
        }
    }

    /// The computer that made a version keeps it, as long as it counts.
    fn author_of(&self, state: &FolderState, content: &tree::Content) -> Option<String> {
        let (author, device) = (content.stamp.author, content.stamp.device);
        if author == self.me.account {
            let another = !self.me.is_here(&device) && self.account.is_valid(&device);
            return another.then(|| self.device_name(&device).unwrap_or_default());
        }
        let counts = self.is_person(&author)
            && state.chain().members().contains_key(&author)
            && state.chain().roster().account(&author).is_some_and(|chain| chain.is_valid(&device));
        counts.then(|| self.name_of(&author))
    }

    /// The catalog and its pinning node are on this computer: the window hosts them, or they have an address of it.
    fn is_catalog_here(&self) -> bool {
        self.hosts_catalog || self.catalog_record().is_some_and(|catalog| addresses(catalog).any(is_of_this_computer))
    }

    /// Whether the catalog may be on a computer of this person. One that a window hosts has an address of its network,
    /// and is named by who hosts it.
    fn may_be_hosted_by(&self, account: AccountId) -> bool {
        let by = self.workspace.as_ref().and_then(Workspace::catalog_by);
        by == Some(account) && self.catalog_record().is_none_or(|catalog| addresses(catalog).all(is_of_a_network))
    }

    /// Who is known to have the newest version of a file.
    fn copies(&self, state: &FolderState, file: &tree::Entry) -> Vec<Copy> {
        let Some(content) = file.newest() else { return Vec::new() };
        let mut copies = Vec::new();
        if self.here.contains(&content.cid) {
            copies.push(Copy { kind: CopyKind::ThisComputer, name: String::new() });
        }
        if let Some(name) = self.author_of(state, content) {
            copies.push(Copy { kind: CopyKind::AuthorComputer, name });
        }
        if self.held.contains(&content.cid)
            && let Some(catalog) = self.catalog_record()
        {
            let kind = if self.is_catalog_here() { CopyKind::PinningNodeHere } else { CopyKind::PinningNode };
            let name = addresses(catalog).next().map(|address| address.to_string()).unwrap_or_default();
            copies.push(Copy { kind, name });
            // Who named the catalog may be hosting it: then both are one computer.
            if self.may_be_hosted_by(content.stamp.author) {
                copies.retain(|copy| copy.kind != CopyKind::AuthorComputer);
            }
        }
        copies
    }
}

/// Copies that one loss does not take together.
fn count(copies: &[Copy]) -> u32 {
    let kinds = |wanted: CopyKind| copies.iter().any(|copy| copy.kind == wanted);
    let this = kinds(CopyKind::ThisComputer) || kinds(CopyKind::PinningNodeHere);
    u32::from(this) + u32::from(kinds(CopyKind::AuthorComputer)) + u32::from(kinds(CopyKind::PinningNode))
}

fn path(tree: &Tree, file: &tree::Entry) -> String {
    let above = tree.ancestors(file.id);
    let names = above.iter().rev().filter_map(|id| tree.entry(id)).map(|entry| entry.name.as_str());
    names.chain([file.name.as_str()]).collect::<Vec<_>>().join("/")
}

fn addresses(catalog: &Catalog) -> impl Iterator<Item = IpAddr> {
    catalog.pinning.iter().flat_map(|node| &node.addresses).filter_map(|text| address_of(text))
}

/// Not one that the whole Internet knows (RFC 1918, 4193, 3927, 4291).
fn is_of_a_network(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private() || address.is_loopback() || address.is_link_local(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
    }
}

/// Of `/ip4/ADDRESS/...` or `/ip6/ADDRESS/...` (multiaddr).
fn address_of(multiaddr: &str) -> Option<IpAddr> {
    let mut parts = multiaddr.split('/').skip(1);
    match parts.next()? {
        "ip4" | "ip6" => parts.next()?.parse().ok(),
        _ => None,
    }
}

/// Only an address of one's own can be bound. Nothing is sent.
fn is_of_this_computer(address: IpAddr) -> bool {
    UdpSocket::bind(SocketAddr::new(address, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pinning_node_on_this_computer_is_no_second_copy() {
        let copy = |kind| Copy { kind, name: String::new() };
        let (this, node, here) =
            (copy(CopyKind::ThisComputer), copy(CopyKind::PinningNode), copy(CopyKind::PinningNodeHere));
        assert_eq!(count(&[]), 0);
        assert_eq!(count(&[this.clone(), here.clone()]), 1);
        assert_eq!(count(&[here]), 1);
        assert_eq!(count(&[this, node]), 2);
    }

    #[test]
    fn addresses_are_told_apart() {
        let local = address_of("/ip4/127.0.0.1/tcp/4001").unwrap();
        assert!(is_of_this_computer(local));
        // RFC 5737: for documentation, and nobody's.
        assert!(!is_of_this_computer(address_of("/ip4/192.0.2.7/tcp/4001").unwrap()));
        assert_eq!(address_of("/dns4/example.org/tcp/4001"), None);
    }
}
