resource "terraform_data" "a" {
  input = 1
}
locals {
  x = resource.terraform_data.a.id
}
