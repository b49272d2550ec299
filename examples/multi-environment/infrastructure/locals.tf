data "aws_availability_zones" "available" {
  state = "available"

  # Local Zones have to be opted into and lack most services.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

data "aws_caller_identity" "current" {}

locals {
  environment_configs = {
    dev = {
      # Network configuration
      vpc_cidr               = "10.0.0.0/16"
      enable_nat_gateway     = false
      single_nat_gateway     = true
      enable_vpn_gateway     = false
      enable_private_subnets = false

      # Compute configuration
      instance_type    = "t3.micro"
      min_size         = 1
      max_size         = 3
      desired_capacity = 1
      enable_spot      = true

      # Database configuration
      db_instance_class    = "db.t3.micro"
      db_allocated_storage = 20
      db_multi_az          = false
      db_backup_retention  = 7

      # Monitoring and logging
      enable_detailed_monitoring  = false
      log_retention_days          = 14
      enable_performance_insights = false

      # Security configuration
      enable_waf             = false
      enable_shield_advanced = false
      enable_config_rules    = false

      # Cost optimization
      enable_scheduled_scaling      = true
      enable_lifecycle_policies     = true
      enable_cost_anomaly_detection = false
    }

    staging = {
      # Network configuration
      vpc_cidr               = "10.1.0.0/16"
      enable_nat_gateway     = true
      single_nat_gateway     = true
      enable_vpn_gateway     = false
      enable_private_subnets = true

      # Compute configuration
      instance_type    = "t3.small"
      min_size         = 2
      max_size         = 5
      desired_capacity = 2
      enable_spot      = true

      # Database configuration
      db_instance_class    = "db.t3.small"
      db_allocated_storage = 50
      db_multi_az          = false
      db_backup_retention  = 14

      # Monitoring and logging
      enable_detailed_monitoring  = true
      log_retention_days          = 30
      enable_performance_insights = true

      # Security configuration
      enable_waf             = true
      enable_shield_advanced = false
      enable_config_rules    = true

      # Cost optimization
      enable_scheduled_scaling      = true
      enable_lifecycle_policies     = true
      enable_cost_anomaly_detection = true
    }

    prod = {
      # Network configuration
      vpc_cidr               = "10.2.0.0/16"
      enable_nat_gateway     = true
      single_nat_gateway     = false
      enable_vpn_gateway     = true
      enable_private_subnets = true

      # Compute configuration
      instance_type    = "m5.large"
      min_size         = 3
      max_size         = 20
      desired_capacity = 5
      enable_spot      = false

      # Database configuration
      db_instance_class    = "db.r5.large"
      db_allocated_storage = 200
      db_multi_az          = true
      db_backup_retention  = 30

      # Monitoring and logging
      enable_detailed_monitoring  = true
      log_retention_days          = 90
      enable_performance_insights = true

      # Security configuration
      enable_waf             = true
      enable_shield_advanced = true
      enable_config_rules    = true

      # Cost optimization
      enable_scheduled_scaling      = false
      enable_lifecycle_policies     = true
      enable_cost_anomaly_detection = true
    }
  }

  env_config = local.environment_configs[var.environment]
  is_prod    = var.environment == "prod"

  # Letters, digits and a few signs are all that a tag may hold.
  common_tags = {
    for key, value in {
      Project     = var.project_name
      Environment = var.environment
      ManagedBy   = "Terraform"
      Repository  = var.repository_name
      Owner       = var.owner
      Team        = var.team
    } : key => replace(value, "/[^\\w .:\\/=+@-]/", "-")
  }

  zone_names         = data.aws_availability_zones.available.names
  availability_zones = slice(local.zone_names, 0, min(3, length(local.zone_names)))
  name_prefix        = "${var.project_name}-${var.environment}"
}
