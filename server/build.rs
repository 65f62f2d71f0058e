//! The pages' scripts, styles and fonts are compiled in from `web/dist`, which `make web` builds.

fn main() {
    println!("cargo::rerun-if-changed=../web/templates");
    println!("cargo::rerun-if-changed=../web/dist");
    if !std::path::Path::new("../web/dist/manifest.json").exists() {
        let message = "web/dist is missing: run `make web` (or `npm ci && npm run build` in web/) first";
        // Checking and testing code that serves no page needs no assets; a program that people start does.
        if std::env::var("PROFILE").as_deref() == Ok("release") {
            println!("cargo::error={message}");
        } else {
            println!("cargo::warning={message}");
        }
    }
}
