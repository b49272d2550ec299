variable "a" {
  type = object({ x = optional(string, "d"), y = list(number) })
  default = { y = [1] }
}
variable "b" {
  type = any
}
variable "c" {}
