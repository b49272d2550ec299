resource "terraform_data" "a" {
  input = 1
}
locals {
  x = data.terraform_data.a.id
}
