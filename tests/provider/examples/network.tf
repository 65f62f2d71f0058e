resource "demo_network" "example" {
  name        = "main"
  cidr        = "10.0.0.0/16"
  dns_servers = ["10.0.0.2", "10.0.0.3"]

  tags = {
    team = "platform"
  }

  dhcp {
    lease_hours = 12

    option {
      code  = 42
      value = "10.0.0.4"
    }
  }
}

resource "demo_network" "branch" {
  name = "branch"
  cidr = "10.1.0.0/16"

  peering {
    network_id       = demo_network.example.id
    allow_forwarding = true
  }
}
