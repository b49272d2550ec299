variable "a" {
  default = 2
}
resource "terraform_data" "a" {
  count = 2
  input = count.index
}
locals {
  x = 1
}
