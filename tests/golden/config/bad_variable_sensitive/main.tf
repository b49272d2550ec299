variable "a" {
  sensitive = "x"
}
