//! Build script of the desktop program.

fn main() {
    // A custom capabilities path turns off tauri-build's own change tracking.
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    // WebKit links the system's SQLite: ours must not be exported, or WebKit would run on it.
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-link-arg-bins=-Wl,--exclude-libs,ALL");
    }
    let attributes = tauri_build::Attributes::new().capabilities_path_pattern("./src-tauri/capabilities/**/*");
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo:error={error:#}");
    }
}
