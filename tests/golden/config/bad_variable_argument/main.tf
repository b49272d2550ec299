variable "a" {
  foo = 1
}
