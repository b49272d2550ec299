# Validate environment-specific requirements
locals {
  validation_rules = {
    prod = {
      min_instance_size = "m5.large"
      requires_multi_az = true
      min_backup_retention = 30
    }
  }
}

# Environment-specific validations
variable "environment" {
  validation {
    condition = contains(["dev", "staging", "prod"], var.environment)
    error_message = "Environment must be dev, staging, or prod."
  }
}

# Production-specific validations
locals {
  is_prod = var.environment == "prod"
  prod_rules = local.validation_rules.prod
}

# Custom validation for production
resource "null_resource" "prod_validation" {
  count = local.is_prod ? 1 : 0
  
  lifecycle {
    precondition {
      condition = var.instance_type != "t3.micro"
      error_message = "Production environment cannot use t3.micro instances."
    }
    
    precondition {
      condition = var.backup_retention >= local.prod_rules.min_backup_retention
      error_message = "Production requires minimum ${local.prod_rules.min_backup_retention} days backup retention."
    }
  }
}
