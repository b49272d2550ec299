resource "terraform_data" "a" {
  input = 1
}
resource "terraform_data" "b" {
  lifecycle {
    precondition {
      condition = terraform_data.a.input == 1
      error_message = "x"
    }
    postcondition {
      condition = self.id != ""
      error_message = "x"
    }
  }
}
