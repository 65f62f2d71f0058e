variable "admin_password" {
  type      = string
  sensitive = true
}

resource "demo_network" "example" {
  name = "main"
  cidr = "10.0.0.0/16"
}

resource "demo_subnet" "front" {
  network_id = demo_network.example.id
  cidr       = "10.0.1.0/24"
}

resource "demo_subnet" "back" {
  network_id = demo_network.example.id
  cidr       = "10.0.2.0/24"
}

resource "demo_server" "example" {
  name           = "web"
  subnet_id      = demo_subnet.front.id
  size           = "medium"
  image          = "debian-12"
  admin_password = var.admin_password

  boot = {
    firmware = "uefi"
    secure   = true
  }

  disk {
    size_gb = 20
  }

  disk {
    size_gb = 200
    type    = "fast"
  }

  network_interface {
    subnet_id = demo_subnet.back.id
    public    = false
  }
}
