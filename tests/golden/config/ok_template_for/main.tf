output "x" {
  value = "%{ for a in ["x"] }${a}%{ endfor }"
}
