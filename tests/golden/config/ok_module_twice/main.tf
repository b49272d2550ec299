module "m" {
  source = "./m"
  a = 1
}
module "n" {
  source = "./m"
  a = module.m.out
}
