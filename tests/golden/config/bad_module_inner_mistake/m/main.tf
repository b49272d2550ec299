output "out" {
  value = var.x
}
