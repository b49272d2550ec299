resource "terraform_data" "a" {
  input = 1
}
check "a" {
  assert {
    condition = terraform_data.a.id != ""
    error_message = "x"
  }
}
check "a" {
  assert {
    condition = terraform_data.a.id != ""
    error_message = "x"
  }
}
