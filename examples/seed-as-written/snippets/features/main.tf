# Feature flags for infrastructure components
locals {
  features = {
    enable_monitoring = var.environment != "dev"
    enable_backup    = var.environment == "prod"
    enable_waf       = contains(["staging", "prod"], var.environment)
    enable_spot      = var.environment != "prod"
  }
}

# Conditional resource creation based on features
module "monitoring" {
  count  = local.features.enable_monitoring ? 1 : 0
  source = "./modules/monitoring"
  # ...
}
