//! A PostgreSQL database per test, in the cluster that `CLOUDOVEN_TEST_POSTGRES` names (`make test` starts one).

use sqlx::{Connection as _, PgConnection};

/// A database that is dropped with this value.
pub struct Scratch {
    server: String,
    name: String,
    url: String,
}

impl Scratch {
    pub async fn create() -> Scratch {
        let server = std::env::var("CLOUDOVEN_TEST_POSTGRES")
            .expect("CLOUDOVEN_TEST_POSTGRES must name a PostgreSQL cluster, as `make test` does");
        let name = format!("cloudoven_test_{}", hex_suffix());
        let mut admin = PgConnection::connect(&server).await.expect("the test cluster answers");
        let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
        sqlx::query(create).execute(&mut admin).await.expect("a database can be made");
        let (base, _) = server.rsplit_once('/').expect("the URL ends in a database name");
        let url = format!("{base}/{name}");
        Scratch { server, name, url }
    }

    pub fn url(&self) -> &str {
        &self.url
    }
}

fn hex_suffix() -> String {
    use std::hash::{BuildHasher as _, Hasher as _};
    // A randomly seeded hasher is the standard library's one source of randomness.
    format!("{:016x}", std::collections::hash_map::RandomState::new().build_hasher().finish())
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let drop_database = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let mut admin = PgConnection::connect(&server).await.map_err(std::io::Error::other)?;
                let sql = sqlx::AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
                sqlx::query(sql).execute(&mut admin).await.map(|_| ()).map_err(std::io::Error::other)
            })
        });
        // A database that stays behind goes with the throw-away cluster.
        let _ = drop_database.join();
    }
}
