module "n" {
  source = "../n"
}
