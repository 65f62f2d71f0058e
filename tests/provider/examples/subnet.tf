resource "demo_network" "example" {
  name = "main"
  cidr = "10.0.0.0/16"
}

resource "demo_subnet" "example" {
  network_id        = demo_network.example.id
  cidr              = "10.0.1.0/24"
  zone              = "b"
  service_endpoints = ["buckets"]

  delegation {
    service = "databases"
    actions = ["join"]
  }
}
