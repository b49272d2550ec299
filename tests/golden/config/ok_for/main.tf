resource "terraform_data" "a" {
  input = 1
}
output "x" {
  value = [for terraform_dat in [1] : terraform_dat]
}
output "y" {
  value = { for k, v in { a = 1 } : k => v... }
}
