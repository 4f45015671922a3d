//! Keys on a token: finding one, and what the token says of it.

use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;

use super::module::failure;
use crate::config::Pkcs11Config;
use crate::error::CustodyError;

/// The secret key that a configuration names; with an id, the one of that id under the configuration's label.
pub(super) fn find_key(
    session: &Session,
    config: &Pkcs11Config,
    id: Option<&[u8]>,
) -> Result<ObjectHandle, CustodyError> {
    let id = id.or(config.id.as_deref());
    find_one(session, &template(ObjectClass::SECRET_KEY, config.key.as_deref(), id), || name(config))
}

/// The one object that fits.
pub(super) fn find_one(
    session: &Session,
    template: &[Attribute],
    name: impl Fn() -> String,
) -> Result<ObjectHandle, CustodyError> {
    match session.find_objects(template).map_err(|error| failure(&error))?.as_slice() {
        [] => Err(CustodyError::NoSuchKey(name())),
        [key] => Ok(*key),
        _ => Err(CustodyError::Ambiguous(name())),
    }
}

/// Whether an object has the configuration's label, or its id.
pub(super) fn exists(session: &Session, config: &Pkcs11Config, class: ObjectClass) -> Result<bool, CustodyError> {
    let by_label = config.key.as_deref().map(|label| template(class, Some(label), None));
    let by_id = config.id.as_deref().map(|id| template(class, None, Some(id)));
    // A new id under an old label is how a key is rotated: then only the id has to be new.
    let wanted = by_id.or(by_label).unwrap_or_default();
    Ok(!session.find_objects(&wanted).map_err(|error| failure(&error))?.is_empty())
}

pub(super) fn template(class: ObjectClass, label: Option<&str>, id: Option<&[u8]>) -> Vec<Attribute> {
    let mut template = vec![Attribute::Class(class), Attribute::Token(true)];
    template.extend(label.map(|label| Attribute::Label(label.as_bytes().to_vec())));
    template.extend(id.map(|id| Attribute::Id(id.to_vec())));
    template
}

/// A key's name for people.
pub(super) fn name(config: &Pkcs11Config) -> String {
    let id = config.id.as_ref().map(|id| format!("id {}", hex::encode(id)));
    config.key.iter().cloned().chain(id).collect::<Vec<_>>().join(", ")
}

/// What a token says of a key. What it does not say counts as the worse.
#[derive(Default)]
pub(super) struct KeyFlags {
    pub(super) label: String,
    pub(super) id: Vec<u8>,
    pub(super) kind: Option<KeyType>,
    pub(super) value_len: Option<u64>,
    pub(super) private: bool,
    pub(super) sensitive: bool,
    pub(super) always_sensitive: bool,
    pub(super) extractable: bool,
    pub(super) never_extractable: bool,
}

pub(super) fn flags(session: &Session, key: ObjectHandle) -> Result<KeyFlags, CustodyError> {
    let asked = [
        AttributeType::Label,
        AttributeType::Id,
        AttributeType::KeyType,
        AttributeType::ValueLen,
        AttributeType::Private,
        AttributeType::Sensitive,
        AttributeType::AlwaysSensitive,
        AttributeType::Extractable,
        AttributeType::NeverExtractable,
    ];
    let mut flags = KeyFlags { extractable: true, ..KeyFlags::default() };
    for attribute in session.get_attributes(key, &asked).map_err(|error| failure(&error))? {
        match attribute {
            Attribute::Label(label) => flags.label = String::from_utf8_lossy(&label).into_owned(),
            Attribute::Id(id) => flags.id = id,
            Attribute::KeyType(kind) => flags.kind = Some(kind),
            Attribute::ValueLen(len) => flags.value_len = Some(len.into()),
            Attribute::Private(yes) => flags.private = yes,
            Attribute::Sensitive(yes) => flags.sensitive = yes,
            Attribute::AlwaysSensitive(yes) => flags.always_sensitive = yes,
            Attribute::Extractable(yes) => flags.extractable = yes,
            Attribute::NeverExtractable(yes) => flags.never_extractable = yes,
            _ => {}
        }
    }
    Ok(flags)
}
