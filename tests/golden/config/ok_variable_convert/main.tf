variable "a" {
  type = string
  default = 1
}
variable "b" {
  type = set(string)
  default = ["a", "a"]
}
