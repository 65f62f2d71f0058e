//! One binary for all tests over the public surfaces.

mod accounts;
mod blueprint;
mod design;
mod projects;
