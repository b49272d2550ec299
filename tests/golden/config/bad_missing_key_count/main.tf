resource "terraform_data" "a" {
  count = 1
}
output "x" {
  value = terraform_data.a.id
}
