variable "b" {
  default = 1
}
variable "a" {
  default = "x"
  validation {
    condition = var.a != var.b
    error_message = "x"
  }
}
