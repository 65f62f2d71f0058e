terraform {
  required_providers {
    demo = {
      source  = "registry.cloudoven.dev/cloudoven/demo"
      version = "~> 0.1"
    }
  }
}

provider "demo" {
  operation_seconds = 1
}
