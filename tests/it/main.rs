//! One binary for all tests over the public surfaces.

mod accounts;
mod api_docs;
mod blueprint;
mod catalog_pages;
mod deployments;
mod design;
mod openapi;
mod projects;
mod runs;
mod settings_pages;
