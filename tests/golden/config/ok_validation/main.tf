variable "a" {
  default = "x"
  validation {
    condition = length(var.a) > 0
    error_message = "empty: ${var.a}"
  }
}
