//! What may be deleted: nothing that works right now, and only on request what still manages resources.

use crate::{
    error::{Error, Result},
    store::{Connection, deployments},
};

/// Checks that the deployments of `scope` (a deployment's, environment's, blueprint's or project's id) can go.
///
/// # Errors
/// A conflict while a run of one of them works, and without `force` while CloudOven keeps the state of resources that
/// would be left behind.
pub async fn check(tx: &mut Connection, scope: &str, force: bool) -> Result<()> {
    if let Some((blueprint, environment)) = deployments::working(tx, scope).await? {
        return Err(Error::Conflict(format!(
            "a run of {blueprint} on {environment} is working; wait for its end or cancel it"
        )));
    }
    match deployments::managing(tx, scope).await? {
        Some((blueprint, environment, count)) if !force => Err(Error::Conflict(format!(
            "{blueprint} on {environment} still manages {count} resources; destroy them first (or delete with force=true \
             over the API, which leaves them in the cloud, managed by nobody)"
        ))),
        _ => Ok(()),
    }
}
