resource "a" "b" {
  x = "${var.a}-%{ if true ~}y%{ else }z%{ endif }"
  y = [for k, v in m : k => v... if v]
  block { a = <<-EOT
    text ${1 + 2}
    EOT
  }
}
