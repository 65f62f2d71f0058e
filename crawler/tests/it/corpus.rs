//! Every provider bundle of the corpus: whole, without an error, with the counts and references that it must have.

use cloudoven_crawler::{
    catalog::{Address, Kind},
    crawl,
    source::{self, Limits, Quiet},
};

use crate::support::Place;

/// Bundle, then the resources, data sources and ephemeral resources in it.
const BUNDLES: [(&str, [usize; 3]); 12] = [
    ("hashicorp-aws-5.50.0", [1365, 558, 0]),
    ("hashicorp-aws-6.47.0", [1657, 662, 10]),
    ("hashicorp-azurerm-4.80.0", [1132, 398, 0]),
    ("hashicorp-google-6.47.0", [1093, 368, 4]),
    ("hashicorp-helm-3.0.2", [1, 1, 0]),
    ("hashicorp-kubernetes-2.38.0", [82, 26, 0]),
    ("hashicorp-local-2.5.3", [2, 2, 0]),
    ("hashicorp-null-3.2.4", [1, 1, 0]),
    ("hashicorp-random-3.7.2", [8, 0, 1]),
    ("hashicorp-time-0.13.0", [4, 0, 0]),
    ("hashicorp-tls-4.1.0", [4, 2, 1]),
    ("terraform-provider-openstack-openstack-3.4.0", [108, 61, 0]),
];

/// Provider and version, an argument, and what it is most often set to.
const REFERENCES: [(&str, &str, &str, &str, &str); 3] = [
    ("hashicorp/azurerm", "4.80.0", "azurerm_subnet", "resource_group_name", "azurerm_resource_group.name"),
    ("hashicorp/aws", "5.50.0", "aws_subnet", "vpc_id", "aws_vpc.id"),
    ("hashicorp/google", "6.47.0", "google_compute_subnetwork", "network", "google_compute_network.id"),
];

#[tokio::test]
async fn every_bundle_is_imported_whole() {
    let Some(directory) = provider_corpus::bundles("the whole corpus") else { return };
    let place = Place::new();
    let catalog = place.catalog();
    for (name, expected) in BUNDLES {
        let path = directory.join(format!("{name}.tar.zst"));
        for source in source::read(&path, Limits::default()).unwrap() {
            let report = crawl::import(&catalog, source, &Quiet).await.unwrap();
            let found = [report.resources, report.data_sources, report.ephemeral_resources];
            assert_eq!(found, expected, "{name}");
            let index = catalog.index(&report.address, &report.version).await.unwrap().unwrap();
            for entry in index.elements {
                let document = catalog
                    .document(&report.address, &report.version, entry.kind, &entry.name)
                    .await
                    .unwrap();
                assert!(document.is_some(), "{name}: {} is in the index only", entry.name);
            }
        }
    }
    for (address, version, element, argument, expected) in REFERENCES {
        let address: Address = address.parse().unwrap();
        let document = catalog.document(&address, version, Kind::Resource, element).await.unwrap().unwrap();
        let references = &document.block.attributes[argument].docs.references;
        let first = references.first().map(|r| format!("{}.{}", r.target, r.attribute));
        assert_eq!(first.as_deref(), Some(expected), "{element}.{argument}");
    }
}
