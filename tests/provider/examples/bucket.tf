resource "demo_bucket" "example" {
  name       = "logs"
  versioning = true

  lifecycle_rule {
    name            = "old"
    prefix          = "2024/"
    expiration_days = 365

    transition {
      days          = 30
      storage_class = "cool"
    }

    transition {
      days          = 90
      storage_class = "cold"
    }
  }

  website {
    index_document = "index.html"
  }
}
