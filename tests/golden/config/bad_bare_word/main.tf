resource "terraform_data" "a" {
  input = 1
}
locals {
  x = nope
}
