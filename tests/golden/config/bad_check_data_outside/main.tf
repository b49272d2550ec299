check "a" {
  data "terraform_remote_state" "x" {
    backend = "local"
  }
  assert {
    condition = data.terraform_remote_state.x.outputs != null
    error_message = "x"
  }
}
output "a" {
  value = data.terraform_remote_state.x.outputs
}
