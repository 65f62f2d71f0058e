//! What people type into the search, and what they mean by it: judged by hand over the shared bundles.

use std::path::Path;

use cloudoven::catalog::search::{Found, Hit, Matched};
use cloudoven_crawler::{
    catalog::{Catalog, Kind},
    crawl,
    source::{self, Limits, Quiet},
};

/// Where the wanted hit has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    First,
    /// One of the first three.
    Top,
}

use Place::{First, Top};

/// A query, where the answer has to be, and what is an answer: a resource's type, `data.<type>`, or `<type>/<argument path>`.
pub type Judged = (&'static str, Place, &'static [&'static str]);

/// The list.
pub const JUDGED: &[Judged] = &[
    // The type's own words.
    ("storage account", First, &["azurerm_storage_account"]),
    ("s3 bucket", First, &["aws_s3_bucket"]),
    ("aws_s3_bucket", First, &["aws_s3_bucket"]),
    ("azurerm_kubernetes_cluster", First, &["azurerm_kubernetes_cluster"]),
    ("google_compute_instance", First, &["google_compute_instance"]),
    ("vpc", First, &["aws_vpc"]),
    ("subnet", Top, &["aws_subnet", "azurerm_subnet"]),
    ("security group", First, &["aws_security_group"]),
    ("load balancer", Top, &["aws_lb", "azurerm_lb"]),
    ("kubernetes cluster", First, &["azurerm_kubernetes_cluster"]),
    ("container cluster", First, &["google_container_cluster"]),
    ("eks", Top, &["aws_eks_cluster"]),
    ("aks", Top, &["azurerm_kubernetes_cluster"]),
    ("gke", Top, &["google_container_cluster", "google_gke_hub_membership", "google_container_node_pool"]),
    ("virtual machine", Top, &["azurerm_linux_virtual_machine"]),
    ("lambda", Top, &["aws_lambda_function"]),
    ("lambda function", First, &["aws_lambda_function"]),
    ("iam role", First, &["aws_iam_role"]),
    ("iam policy document", First, &["data.aws_iam_policy_document"]),
    ("dns record", Top, &["azurerm_dns_a_record", "google_dns_record_set"]),
    ("route53 record", First, &["aws_route53_record"]),
    ("key vault secret", First, &["azurerm_key_vault_secret"]),
    ("key vault", First, &["azurerm_key_vault"]),
    (
        "certificate",
        Top,
        &["aws_acm_certificate", "azurerm_key_vault_certificate", "google_certificate_manager_certificate"],
    ),
    (
        "postgres database",
        Top,
        &["azurerm_postgresql_flexible_server_database", "azurerm_postgresql_database"],
    ),
    ("postgresql server", Top, &["azurerm_postgresql_server", "azurerm_postgresql_flexible_server"]),
    ("sql database instance", First, &["google_sql_database_instance"]),
    ("db instance", First, &["aws_db_instance"]),
    ("dynamodb table", First, &["aws_dynamodb_table"]),
    ("sns topic", First, &["aws_sns_topic"]),
    ("pubsub topic", First, &["google_pubsub_topic"]),
    ("resource group", First, &["azurerm_resource_group"]),
    ("helm release", First, &["helm_release"]),
    ("random password", First, &["random_password"]),
    ("config map", First, &["kubernetes_config_map", "kubernetes_config_map_v1"]),
    ("kubernetes deployment", Top, &["kubernetes_deployment", "kubernetes_deployment_v1"]),
    ("private key", Top, &["tls_private_key"]),
    ("availability zones", First, &["data.aws_availability_zones"]),
    ("compute instance", Top, &["google_compute_instance", "openstack_compute_instance_v2"]),
    (
        "floating ip",
        Top,
        &["openstack_networking_floatingip_v2", "openstack_compute_floatingip_associate_v2"],
    ),
    ("nat gateway", First, &["aws_nat_gateway", "azurerm_nat_gateway"]),
    ("cloudwatch alarm", Top, &["aws_cloudwatch_metric_alarm"]),
    // With the provider in other words, in another order, joined and split.
    ("azure storage account", First, &["azurerm_storage_account"]),
    ("google storage bucket", First, &["google_storage_bucket"]),
    ("bucket s3", First, &["aws_s3_bucket"]),
    ("account storage azurerm", First, &["azurerm_storage_account"]),
    ("s3bucket", First, &["aws_s3_bucket"]),
    ("resourcegroup", First, &["azurerm_resource_group"]),
    ("keyvault", First, &["azurerm_key_vault"]),
    ("key-vault", First, &["azurerm_key_vault"]),
    ("dynamo db table", Top, &["aws_dynamodb_table"]),
    // While typing, and in the plural.
    ("storage acc", First, &["azurerm_storage_account"]),
    ("kubern cluster", Top, &["azurerm_kubernetes_cluster"]),
    ("azurerm_virtual_netw", First, &["azurerm_virtual_network"]),
    ("s3 buck", First, &["aws_s3_bucket"]),
    ("storage accounts", First, &["azurerm_storage_account"]),
    ("security groups", Top, &["aws_security_group"]),
    ("iam policies", Top, &["aws_iam_policy"]),
    // Mistyped.
    ("storge acount", First, &["azurerm_storage_account"]),
    ("kuberntes cluster", First, &["azurerm_kubernetes_cluster"]),
    ("lamda function", First, &["aws_lambda_function"]),
    ("lamda", Top, &["aws_lambda_function"]),
    ("s3 bukcet", First, &["aws_s3_bucket"]),
    ("secuirty group", First, &["aws_security_group"]),
    ("virtal network", First, &["azurerm_virtual_network"]),
    ("loadbalancer", Top, &["openstack_lb_loadbalancer_v2", "aws_lb", "azurerm_lb"]),
    ("resouce gruop", First, &["azurerm_resource_group"]),
    // Arguments.
    ("bucket_prefix", First, &["aws_s3_bucket/bucket_prefix"]),
    ("min_tls_version", Top, &["azurerm_storage_account/min_tls_version"]),
    ("storage account min_tls_version", First, &["azurerm_storage_account/min_tls_version"]),
    ("cidr block", Top, &["aws_vpc/cidr_block", "aws_subnet/cidr_block"]),
    ("account_replication_type", First, &["azurerm_storage_account/account_replication_type"]),
    ("kubernetes cluster default node pool", First, &["azurerm_kubernetes_cluster/default_node_pool"]),
    ("s3 bucket force destroy", First, &["aws_s3_bucket/force_destroy"]),
    ("auxiliary_tenant_ids", First, &["provider.azurerm/auxiliary_tenant_ids"]),
    (
        "deletion_protection",
        Top,
        &[
            "aws_db_instance/deletion_protection",
            "google_sql_database_instance/deletion_protection",
            "google_container_cluster/deletion_protection",
            "aws_dynamodb_table/deletion_protection_enabled",
            "aws_rds_cluster/deletion_protection",
        ],
    ),
    // What only a text says.
    ("bring your own key", First, &["azurerm_kubernetes_cluster/service_mesh_profile.certificate_authority"]),
    (
        "bring your own ip",
        Top,
        &["google_compute_public_advertised_prefix", "google_compute_public_delegated_prefix"],
    ),
    ("bring your own license", Top, &["azurerm_oracle_autonomous_database/license_model"]),
    (
        "static website hosting",
        Top,
        &[
            "aws_s3_bucket_website_configuration",
            "azurerm_storage_account_static_website",
            "aws_s3_bucket/website",
            "azurerm_storage_account/static_website",
        ],
    ),
    // With filters.
    ("kind:data vpc", First, &["data.aws_vpc"]),
    ("provider:google network", First, &["google_compute_network"]),
];

/// Whether a query's answer is where it has to be.
pub fn answered((_, place, wanted): &Judged, found: &Found) -> bool {
    let first = match place {
        First => 1,
        Top => 3,
    };
    found.hits.iter().take(first).any(|hit| wanted.iter().any(|wanted| is(hit, wanted)))
}

fn is(hit: &Hit, wanted: &str) -> bool {
    let (element, path) = wanted.split_once('/').unwrap_or((wanted, ""));
    let (kind, name) = match element.split_once('.') {
        Some(("data", name)) => (Kind::DataSource, name),
        Some((_, name)) => (Kind::Provider, name),
        None => (Kind::Resource, element),
    };
    let argument = || hit.arguments.iter().any(|a| a.path == path);
    hit.kind == kind
        && hit.name == name
        && if path.is_empty() { hit.matched != Matched::Argument } else { argument() }
}

/// Imports every bundle.
pub async fn import_bundles(bundles: &Path, catalog: &Catalog) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(bundles)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "zst") {
            for provider in source::read(&path, Limits::default())? {
                crawl::import(catalog, provider, &Quiet).await?;
            }
        }
    }
    Ok(())
}
