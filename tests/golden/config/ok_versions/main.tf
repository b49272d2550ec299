terraform {
  required_version = ">= 1.5, < 2.0, != 1.9.0"
}
terraform {
  required_version = "~> 1.11"
}
