//! Names and labels of what an installation keeps on an engine. They follow from ids alone, so that a launch may be
//! repeated and anything can be found again.

use std::collections::HashMap;

use crate::phase::PhaseKey;

const INSTANCE: &str = "dev.cloudoven.instance";
const RUN: &str = "dev.cloudoven.run";
const PHASE: &str = "dev.cloudoven.phase";
const FENCE: &str = "dev.cloudoven.fence";

/// The names of one installation.
#[derive(Debug, Clone)]
pub struct Names {
    instance: String,
}

impl Names {
    /// `instance`: the installation's id.
    pub fn new(instance: &str) -> Self {
        Self { instance: instance.to_owned() }
    }

    pub fn container(&self, key: &PhaseKey) -> String {
        format!("cloudoven-{}-{}-{}-{}", self.instance, key.run, key.phase, key.fence)
    }

    /// One per phase: what removes a plan's volume must never meet the one of the apply that follows.
    pub fn volume(&self, key: &PhaseKey) -> String {
        self.container(key)
    }

    pub fn network(&self) -> String {
        format!("cloudoven-{}", self.instance)
    }

    /// The volume that holds the provider mirror.
    pub fn providers(&self) -> String {
        format!("cloudoven-{}-providers", self.instance)
    }

    /// The container that fills the provider mirror.
    pub fn mirror_writer(&self) -> String {
        format!("cloudoven-{}-mirror", self.instance)
    }

    pub fn instance_labels(&self) -> HashMap<String, String> {
        HashMap::from([(INSTANCE.to_owned(), self.instance.clone())])
    }

    pub fn labels(&self, key: &PhaseKey) -> HashMap<String, String> {
        let mut labels = self.instance_labels();
        labels.insert(RUN.to_owned(), key.run.clone());
        labels.insert(PHASE.to_owned(), key.phase.clone());
        labels.insert(FENCE.to_owned(), key.fence.to_string());
        labels
    }

    /// Filter that finds everything of this installation's runs.
    pub fn run_filter(&self) -> Vec<String> {
        vec![format!("{INSTANCE}={}", self.instance), RUN.to_owned()]
    }
}

/// The phase that labels belong to.
pub fn key_of(labels: &HashMap<String, String>) -> Option<PhaseKey> {
    Some(PhaseKey {
        run: labels.get(RUN)?.clone(),
        phase: labels.get(PHASE)?.clone(),
        fence: labels.get(FENCE)?.parse().ok()?,
    })
}
