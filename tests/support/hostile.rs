//! Names by which somebody might try to have a program do something: `tests/hostile-names.json`, of which five hundred can be names of files.

/// All of them, also what is no name of a file: with slashes, control characters, too long.
pub fn names() -> Vec<String> {
    serde_json::from_str(include_str!("../hostile-names.json")).expect("a list of texts")
}

/// Those that a file of a directory can have here.
pub fn of_files() -> Vec<String> {
    let fits = |name: &String| {
        !name.contains(['/', '\0']) && (1..=255).contains(&name.len()) && !matches!(name.as_str(), "." | "..")
    };
    names().into_iter().filter(fits).collect()
}

/// Whether something in a text is not seen, or steers what is: controls, line separators, marks of direction, fillers.
pub fn steers(text: &str) -> bool {
    text.chars().any(|c| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}')
            || matches!(c, '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}')
            || matches!(c, '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}')
            || matches!(c, '\u{fff9}'..='\u{fffb}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{e0fff}')
            || matches!(c, '\u{f0000}'..='\u{10ffff}')
    })
}
