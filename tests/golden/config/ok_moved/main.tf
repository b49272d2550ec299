resource "terraform_data" "a" {
  input = 1
}
moved {
  from = terraform_data.q
  to = terraform_data.a
}
