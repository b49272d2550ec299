# Environment-specific infrastructure configuration
locals {
  environment_config = {
    dev = {
      instance_type     = "t3.micro"
      min_size         = 1
      max_size         = 2
      enable_monitoring = false
      backup_retention = 7
    }
    prod = {
      instance_type     = "m5.large"
      min_size         = 3
      max_size         = 10
      enable_monitoring = true
      backup_retention = 30
    }
  }
  
  current_config = local.environment_config[var.environment]
}
