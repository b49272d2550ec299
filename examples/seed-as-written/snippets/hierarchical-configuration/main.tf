# Base configuration
locals {
  base_config = {
    project_name = var.project_name
    region      = var.aws_region
    
    # Common settings
    enable_encryption = true
    enable_logging   = true
    enable_monitoring = true
  }
  
  # Environment-specific overrides
  env_overrides = {
    dev = {
      instance_type = "t3.micro"
      multi_az     = false
      backup_retention = 1
    }
    prod = {
      instance_type = "m5.large"
      multi_az     = true
      backup_retention = 30
    }
  }
  
  # Merged configuration
  config = merge(local.base_config, local.env_overrides[var.environment])
}
