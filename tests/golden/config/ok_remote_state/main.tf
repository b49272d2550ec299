data "terraform_remote_state" "a" {
  backend = "local"
  config = {
    path = "x"
  }
}
output "x" {
  value = data.terraform_remote_state.a.outputs.foo
}
