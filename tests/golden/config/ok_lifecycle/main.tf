resource "terraform_data" "a" {
  input = 1
}
resource "terraform_data" "b" {
  lifecycle {
    create_before_destroy = true
    prevent_destroy = false
    ignore_changes = [input, triggers_replace]
    replace_triggered_by = [terraform_data.a, terraform_data.a.id]
  }
}
