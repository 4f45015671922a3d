//! The interface's TypeScript types, generated from Rust.
//!
//! `make bindings` writes them; the test below fails when they are stale.

#[cfg(test)]
mod tests {
    use tauri_specta::Builder;
    use valise_engine::api;

    use crate::files::Drag;
    use crate::preview::Preview;

    /// Everything that travels between page and program.
    fn builder() -> Builder<tauri::Wry> {
        Builder::<tauri::Wry>::new()
            .disable_serde_phases()
            .dangerously_cast_bigints_to_number()
            .typ::<api::Event>()
            .typ::<api::InvitationPreview>()
            .typ::<api::Invitation>()
            .typ::<api::OpenInvitation>()
            .typ::<api::Folder>()
            .typ::<api::Member>()
            .typ::<api::Person>()
            .typ::<api::Group>()
            .typ::<api::Listing>()
            .typ::<api::Hit>()
            .typ::<api::Details>()
            .typ::<api::Fingerprints>()
            .typ::<api::Kits>()
            .typ::<api::KitCheck>()
            .typ::<api::Rehearsed>()
            .typ::<api::Escrow>()
            .typ::<api::Authority>()
            .typ::<api::AuthorityHolder>()
            .typ::<api::HolderChoice>()
            .typ::<api::RecoveryRequest>()
            .typ::<api::AskedRecovery>()
            .typ::<api::AskedStage>()
            .typ::<api::Recovery>()
            .typ::<api::AccountKeys>()
            .typ::<api::Settings>()
            .typ::<api::FolderKeys>()
            .typ::<api::Device>()
            .typ::<api::Pairing>()
            .typ::<api::Reach>()
            .typ::<api::Succession>()
            .typ::<api::Recoverability>()
            .typ::<api::FolderInvitation>()
            .typ::<api::AfterHandOver>()
            .typ::<api::Linked>()
            .typ::<api::ActivityFilter>()
            .typ::<api::ActivityPage>()
            .typ::<api::Outbox>()
            .typ::<api::ActivityFormat>()
            .typ::<api::Signatures>()
            .typ::<api::SigningKey>()
            .typ::<api::ExportedSigned>()
            .typ::<api::ApiError>()
            .typ::<api::Storage>()
            .typ::<api::Network>()
            .typ::<Preview>()
            .typ::<Drag>()
    }

    /// Compares the committed file with what Rust says now; `UPDATE_BINDINGS=1` writes it.
    #[test]
    fn bindings_are_fresh() {
        let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/ui/src/lib/backend/bindings.ts");
        let language = specta_typescript::Typescript::default();
        if std::env::var_os("UPDATE_BINDINGS").is_some() {
            builder().export(language, committed).unwrap();
            return;
        }
        let fresh = tempfile::NamedTempFile::with_suffix(".ts").unwrap();
        builder().export(language, fresh.path()).unwrap();
        let fresh = std::fs::read_to_string(fresh.path()).unwrap();
        let committed = std::fs::read_to_string(committed).unwrap();
        assert!(fresh == committed, "the interface's types are stale: run `make bindings`");
    }
}
