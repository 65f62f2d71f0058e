variable "admin_password" {
  type      = string
  sensitive = true
}

resource "demo_network" "example" {
  name = "main"
  cidr = "10.0.0.0/16"
}

resource "demo_subnet" "example" {
  network_id = demo_network.example.id
  cidr       = "10.0.3.0/24"
}

resource "demo_database" "example" {
  name           = "orders"
  engine         = "postgres"
  size           = "medium"
  admin_password = var.admin_password
  subnet_id      = demo_subnet.example.id
  allowed_cidrs  = [demo_network.example.cidr]

  maintenance_window = {
    day  = "sunday"
    hour = 3
  }

  storage {
    size_gb = 100
    type    = "fast"
  }

  user "reports" {
    role = "reader"
  }
}
