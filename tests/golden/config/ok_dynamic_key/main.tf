resource "terraform_data" "a" {
  for_each = toset(["x"])
}
locals {
  k = "x"
}
output "x" {
  value = terraform_data.a[local.k].id
}
