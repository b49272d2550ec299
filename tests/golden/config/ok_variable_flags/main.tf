variable "a" {
  sensitive = true
  ephemeral = false
  nullable = false
  description = "x"
  type = string
  default = ""
}
