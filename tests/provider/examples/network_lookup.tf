data "demo_network" "main" {
  name = "main"
}

resource "demo_subnet" "example" {
  network_id = data.demo_network.main.id
  cidr       = "10.0.1.0/24"
}
