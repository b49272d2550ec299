output "x" {
  value = path.module
}
