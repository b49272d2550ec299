module "m" {
  source = "./m"
  aa = 1
}
