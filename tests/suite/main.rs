//! The promises of the product, one module each.

mod schedules;
