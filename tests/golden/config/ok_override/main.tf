variable "a" {
  type = number
  default = 1
}
resource "terraform_data" "a" {
  count = 1
  input = 1
}
locals {
  x = local.nope
}
