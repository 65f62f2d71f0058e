//! One binary for all tests over the public surfaces.

mod accounts;
mod blueprint;
mod deployments;
mod catalog_pages;
mod design;
mod openapi;
mod projects;
mod runs;
