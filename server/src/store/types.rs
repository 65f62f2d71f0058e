//! Identifiers and rows.

use rand::RngExt;

/// An identifier: a prefix that says what it names and 80 random bits, `prj-7kq2m4x9w1ab3c5d`.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            pub fn random() -> Self {
                Self(format!(concat!($prefix, "-{}"), random_suffix()))
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id)
            }
        }
    )*};
}

/// A struct read from a row by its fields' names. (sqlx's derive would compile SQLite a second time.)
macro_rules! rows {
    ($($(#[$meta:meta])* $vis:vis struct $name:ident { $($field_vis:vis $field:ident: $ty:ty,)* })*) => {$(
        $(#[$meta])*
        $vis struct $name { $($field_vis $field: $ty,)* }

        impl<'r> sqlx::FromRow<'r, sqlx::any::AnyRow> for $name {
            fn from_row(row: &'r sqlx::any::AnyRow) -> sqlx::Result<Self> {
                Ok(Self { $($field: sqlx::Row::try_get(row, stringify!($field))?,)* })
            }
        }
    )*};
}
pub(crate) use rows;

ids! {
    UserId "usr";
    TokenId "tok";
    ProjectId "prj";
    EnvironmentId "env";
    BlueprintId "bp";
    DeploymentId "dep";
    RunId "run";
    StateVersionId "sv";
    CrawlId "crl";
    ImportId "imp";
}

fn random_suffix() -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut rng = rand::rng();
    (0..16).map(|_| char::from(ALPHABET[rng.random_range(0..32)])).collect()
}
