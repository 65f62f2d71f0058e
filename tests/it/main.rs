//! One binary for all tests over the public surfaces.

mod accounts;
mod design;
mod projects;
