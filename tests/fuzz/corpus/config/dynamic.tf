resource "x" "y" {
  dynamic "z" {
    for_each = { a = 1 }
    iterator = it
    content { w = it.value }
  }
  provisioner "local-exec" { command = "true" }
}
check "c" {
  assert {
    condition = 1 == 1
    error_message = "x"
  }
}
import {
  to = x.y
  id = "1"
}
removed {
  from = x.z
  lifecycle { destroy = false }
}
