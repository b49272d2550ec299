output "p" {
  value = local.c
}
