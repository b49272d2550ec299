moved {
  from = module.x
  to = terraform_data.a
}
