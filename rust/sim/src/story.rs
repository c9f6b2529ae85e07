//! What happened, line by line, kept only when a seed is played on its own: told when it fails.

use std::cell::RefCell;

thread_local! {
    static LINES: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Begins to keep the story of the simulation that this thread plays.
pub fn begin() {
    LINES.with(|lines| *lines.borrow_mut() = Some(Vec::new()));
}

pub fn is_told() -> bool {
    LINES.with(|lines| lines.borrow().is_some())
}

pub fn line(text: String) {
    LINES.with(|lines| lines.borrow_mut().iter_mut().for_each(|lines| lines.push(text.clone())));
}

pub fn take() -> Vec<String> {
    LINES.with(|lines| lines.borrow_mut().take()).unwrap_or_default()
}

/// A line of the story, made only if there is someone to read it.
#[macro_export]
macro_rules! tell {
    ($($arguments:tt)*) => {
        if $crate::story::is_told() {
            $crate::story::line(format!($($arguments)*));
        }
    };
}
