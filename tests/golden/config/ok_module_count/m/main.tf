variable "a" {}
variable "b" {
  default = null
}
output "out" {
  value = var.a
}
