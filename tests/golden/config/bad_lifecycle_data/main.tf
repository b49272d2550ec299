data "terraform_remote_state" "a" {
  backend = "local"
  lifecycle {
    prevent_destroy = true
  }
}
