terraform {
  required_version = ">= 1.5.0"
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 5.0" }
  }
  backend "local" { path = "x" }
}
variable "a" {
  type = object({ b = optional(string, "c"), d = list(number) })
  default = { d = [1] }
  validation {
    condition = length(var.a.d) > 0
    error_message = "No."
  }
}
locals { e = var.a.b }
resource "terraform_data" "x" {
  for_each = toset(["a"])
  input = each.key
  lifecycle { ignore_changes = all }
}
output "o" {
  value = terraform_data.x
  sensitive = true
}
moved {
  from = terraform_data.y
  to = terraform_data.x["a"]
}
