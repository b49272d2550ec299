module "m" {
  source = "./m"
  for_each = { k = 1 }
  a = each.value
}
output "x" {
  value = module.m["k"].out
}
