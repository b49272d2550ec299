# Environment-specific infrastructure configuration
locals {
  config = {
    database = {
      instance_class = var.environment == "prod" ? "r5.large" : "t3.micro"
      multi_az       = var.environment == "prod" ? true : false
      backup_retention = var.environment == "prod" ? 30 : 7
    }
    compute = {
      instance_type = var.environment == "prod" ? "m5.large" : "t3.micro"
      min_size     = var.environment == "prod" ? 3 : 1
      max_size     = var.environment == "prod" ? 10 : 3
    }
  }
}
