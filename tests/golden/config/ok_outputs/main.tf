resource "terraform_data" "a" {
  input = 1
}
output "a" {
  value = terraform_data.a.output
  sensitive = true
  description = "d"
  depends_on = [terraform_data.a]
  precondition {
    condition = terraform_data.a.id != ""
    error_message = "x"
  }
}
