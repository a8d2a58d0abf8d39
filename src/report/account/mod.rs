//! What a replay came to, in words: said once, and told by every report that people read.
//!
//! One file a section. How the words are laid out (columns, tables, pages) is each report's own matter.

pub(super) mod facts;
pub(super) mod impact;
pub(super) mod outlook;
pub(super) mod story;
pub mod thresholds;
pub(super) mod verdict;
