resource "terraform_data" "a" {
  input = 1
}
locals {
  x = terraform_data.a[0].id
}
