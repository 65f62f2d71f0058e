# Every construct of the language, and a provider's element
variable "size" {
  type    = object({ a = optional(string, "x"), b = list(number) })
  default = { b = [1, 2] }
  validation {
    condition     = length(var.size.b) > 1
    error_message = "more"
  }
}
locals {
  all = { for k, v in var.size : k => "${v}-%{if k == "a"}x%{else}y%{endif}" if v != null }
  text = <<-EOT
    one ${join(",", var.size.b[*])}
  EOT
}
resource "cloud_server" "one" {
  count = var.size.a == "x" ? 2 : 0
  name  = "s${count.index}"
  size  = 2 * 3 /* odd */
  tags  = { owner = "a", "b c" = upper("d") }
  disk {
    name    = "root"
    size_gb = 10
  }
  dynamic "disk" {
    for_each = local.all
    content { name = disk.value }
  }
  lifecycle { ignore_changes = [tags] }
}
output "id" { value = cloud_server.one[0].name }
moved {
  from = cloud_server.zero
  to   = cloud_server.one
}
