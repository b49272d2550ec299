resource "terraform_data" "a" {
  input = 1
}
locals {
  x = "${terraform.workspace}${path.module}${path.root}${path.cwd}"
}
