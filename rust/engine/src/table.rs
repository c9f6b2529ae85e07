//! One macro for every table of numbers, so that a number stands once: as a constant for Rust, and as a row that
//! `examples/generate.rs` turns into the TypeScript constants and the tables of the documentation.

/// A row of a table: what a constant is called, its value and one sentence on it.
pub struct Row {
    pub name: &'static str,
    pub value: i64,
    pub doc: &'static str,
}

/// `table! { /// doc  pub mod name: u8 { CONST = value, "sentence"; … } }` makes `name::CONST`, `name::ABOUT` and
/// `name::ROWS`.
#[macro_export]
macro_rules! table {
    ($(#[doc = $about:literal])* pub mod $module:ident: $type:ty { $($name:ident = $value:expr, $doc:expr;)* }) => {
        $(#[doc = $about])*
        pub mod $module {
            $(#[doc = $doc] pub const $name: $type = $value;)*
            /// What the table is.
            pub const ABOUT: &str = concat!($($about),*);
            /// The table as rows, in the order in which it is written.
            pub const ROWS: &[$crate::table::Row] = &[
                $($crate::table::Row { name: stringify!($name), value: $name as i64, doc: $doc },)*
            ];
        }
    };
}
