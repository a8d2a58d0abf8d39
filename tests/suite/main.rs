//! The promises of the product, one module each.

mod properties;
mod schedules;
mod stage;
mod theory;
