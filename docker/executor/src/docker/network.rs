//! The network that containers are on.

use std::collections::HashMap;

use bollard::{errors::Error as EngineError, models::NetworkCreateRequest};

use super::{
    Names,
    engine::{Engine, fault},
};
use crate::phase::ExecResult;

/// Where an installation's containers may reach others.
#[derive(Debug, Clone)]
pub struct Network {
    names: Names,
    /// Name of a network to join, or `none`; absent: one of our own.
    named: Option<String>,
}

impl Network {
    pub fn new(names: Names, named: Option<String>) -> Self {
        Self { names, named }
    }

    /// Its name. Our own is made where it is missing: the engine may have come back without it.
    pub async fn ready(&self, engine: &Engine) -> ExecResult<String> {
        match &self.named {
            Some(network) => Ok(network.clone()),
            None => self.own(engine).await,
        }
    }

    /// Our own network: containers on it can't reach each other.
    async fn own(&self, engine: &Engine) -> ExecResult<String> {
        let docker = engine.docker().await?;
        let name = self.names.network();
        if docker.inspect_network(&name, None).await.is_ok() {
            return Ok(name);
        }
        let isolation =
            HashMap::from([("com.docker.network.bridge.enable_icc".to_owned(), "false".to_owned())]);
        let request = NetworkCreateRequest {
            name: name.clone(),
            driver: Some("bridge".into()),
            options: Some(isolation),
            labels: Some(self.names.instance_labels()),
            ..NetworkCreateRequest::default()
        };
        match docker.create_network(request).await {
            Ok(_) | Err(EngineError::DockerResponseServerError { status_code: 409, .. }) => Ok(name),
            Err(error) => Err(fault(error)),
        }
    }
}
