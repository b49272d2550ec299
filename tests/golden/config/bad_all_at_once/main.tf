resource "terraform_data" "a" {
  input = var.a
}
output "o" {
  value = local.b
}
