//! Links to a file or directory, for colleagues: ids only. Such a link opens nothing; whoever may not read the folder
//! learns from it that there is one.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_tuple::{Deserialize_tuple, Serialize_tuple};

use crate::cbor;
use crate::hash::{Label, digest};
use crate::ids::{EntryId, FolderId, WorkspaceId};
use crate::record::FORMAT_VERSION;

/// What such links begin with.
pub const SCHEME: &str = "valise://open/";
/// Longest text that is looked at.
const MAX_LINK: usize = 512;

/// Where a link leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct FileLink {
    /// [`FORMAT_VERSION`].
    pub version: u8,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The folder.
    pub folder: FolderId,
    /// The file or directory; none: the folder itself.
    pub entry: Option<EntryId>,
}

/// Not a link, cut short, changed on its way, or of a later version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a link to a file in Valise, or it is damaged")]
pub struct BadFileLink;

impl FileLink {
    /// To a file or directory (none: the folder itself).
    pub fn new(workspace: WorkspaceId, folder: FolderId, entry: Option<EntryId>) -> Self {
        Self { version: FORMAT_VERSION, workspace, folder, entry }
    }

    /// `valise://open/` and base64url of checksum (4 bytes) and canonical CBOR.
    pub fn to_text(&self) -> String {
        let body = cbor::encode(self).unwrap_or_default();
        let mut bytes = digest(Label::Link, &[&body])[..4].to_vec();
        bytes.extend_from_slice(&body);
        format!("{SCHEME}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads a link; white space around and inside (as mail programs put it) is no harm.
    pub fn parse(text: &str) -> Result<Self, BadFileLink> {
        if text.len() > MAX_LINK {
            return Err(BadFileLink);
        }
        let text: String = text.split_whitespace().collect();
        let payload = text.strip_prefix(SCHEME).ok_or(BadFileLink)?;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(payload).map_err(|_| BadFileLink)?;
        let (checksum, body) = bytes.split_at_checked(4).ok_or(BadFileLink)?;
        let link: Self = cbor::decode(body).map_err(|_| BadFileLink)?;
        let sound = digest(Label::Link, &[body])[..4] == *checksum && link.version == FORMAT_VERSION;
        sound.then_some(link).ok_or(BadFileLink)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_read_as_it_was_written_or_not_at_all() {
        for entry in [None, Some(EntryId::new([3; 16]))] {
            let link = FileLink::new(WorkspaceId::new([1; 32]), FolderId::new([2; 32]), entry);
            let text = link.to_text();
            assert_eq!(FileLink::parse(&text), Ok(link));
            let (start, end) = text.split_at(40);
            assert_eq!(FileLink::parse(&format!("  {start}\r\n {end}\n")), Ok(link));
            for at in SCHEME.len()..text.len() {
                let mut other = text.clone().into_bytes();
                other[at] = if other[at] == b'A' { b'B' } else { b'A' };
                assert_eq!(FileLink::parse(std::str::from_utf8(&other).unwrap()), Err(BadFileLink), "{at}");
                assert_eq!(FileLink::parse(&text[..at]), Err(BadFileLink), "{at}");
            }
        }
        assert_eq!(FileLink::parse("https://example.org/"), Err(BadFileLink));
    }

    /// Frozen.
    #[test]
    fn its_text_never_changes() {
        let link = FileLink::new(WorkspaceId::new([1; 32]), FolderId::new([2; 32]), Some(EntryId::new([3; 16])));
        let body = cbor::encode(&link).unwrap();
        assert_eq!(body.len(), 1 + 1 + 34 + 34 + 17);
        assert_eq!(body[..4], [0x84, 1, 0x58, 32]);
    }
}
