resource "terraform_data" "a" {
  count = 2
  input = count.index
}
output "x" {
  value = terraform_data.a[0].id
}
