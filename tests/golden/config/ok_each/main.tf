resource "terraform_data" "a" {
  for_each = toset(["x"])
  input = each.value
}
output "x" {
  value = terraform_data.a["x"].id
}
