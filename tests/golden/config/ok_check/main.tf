resource "terraform_data" "a" {
  input = 1
}
check "a" {
  data "terraform_remote_state" "x" {
    backend = "local"
  }
  assert {
    condition = data.terraform_remote_state.x.outputs != terraform_data.a.id
    error_message = "x"
  }
}
