# VPC Module with environment-specific configuration
module "vpc" {
  source = "../modules/vpc"

  name_prefix             = local.name_prefix
  vpc_cidr                = local.env_config.vpc_cidr
  availability_zones      = local.availability_zones
  enable_nat_gateway      = local.env_config.enable_nat_gateway
  single_nat_gateway      = local.env_config.single_nat_gateway
  enable_vpn_gateway      = local.env_config.enable_vpn_gateway
  enable_private_subnets  = local.env_config.enable_private_subnets
  flow_log_retention_days = local.env_config.log_retention_days

  tags = {
    Component = "networking"
    Layer     = "foundation"
  }
}

# Security Module
module "security" {
  source = "../modules/security"

  name_prefix = local.name_prefix
  vpc_id      = module.vpc.vpc_id
  vpc_cidr    = module.vpc.vpc_cidr_block

  # Environment-specific security configuration
  enable_waf             = local.env_config.enable_waf
  enable_shield_advanced = local.env_config.enable_shield_advanced
  enable_config_rules    = local.env_config.enable_config_rules

  allowed_cidr_blocks     = var.allowed_cidr_blocks
  protected_resource_arns = { alb = module.compute.load_balancer_arn }

  tags = {
    Component = "security"
    Layer     = "foundation"
  }
}

# Compute Module with environment-aware configuration
module "compute" {
  source = "../modules/compute"

  name_prefix       = local.name_prefix
  vpc_id            = module.vpc.vpc_id
  subnet_ids        = local.env_config.enable_private_subnets ? module.vpc.private_subnet_ids : module.vpc.public_subnet_ids
  public_subnet_ids = module.vpc.public_subnet_ids

  security_group_ids     = [module.security.application_security_group_id]
  alb_security_group_ids = [module.security.load_balancer_security_group_id]

  # Environment-specific compute configuration
  instance_type    = local.env_config.instance_type
  min_size         = local.env_config.min_size
  max_size         = local.env_config.max_size
  desired_capacity = local.env_config.desired_capacity
  enable_spot      = local.env_config.enable_spot

  # Monitoring configuration
  enable_detailed_monitoring = local.env_config.enable_detailed_monitoring

  # Scaling configuration
  enable_scheduled_scaling = local.env_config.enable_scheduled_scaling

  tags = {
    Component = "compute"
    Layer     = "application"
  }
}

# Database Module (conditional based on environment)
module "database" {
  count  = var.enable_database ? 1 : 0
  source = "../modules/database"

  name_prefix = local.name_prefix
  vpc_id      = module.vpc.vpc_id
  subnet_ids  = local.env_config.enable_private_subnets ? module.vpc.private_subnet_ids : module.vpc.public_subnet_ids

  security_group_ids = [module.security.database_security_group_id]

  # Environment-specific database configuration
  instance_class           = local.env_config.db_instance_class
  allocated_storage        = local.env_config.db_allocated_storage
  multi_az                 = local.env_config.db_multi_az
  require_multi_az         = local.is_prod
  backup_retention_period  = local.env_config.db_backup_retention
  minimum_backup_retention = local.is_prod ? 30 : 1

  # Monitoring configuration
  performance_insights_enabled = local.env_config.enable_performance_insights

  tags = {
    Component = "database"
    Layer     = "data"
  }
}

# Monitoring Module
module "monitoring" {
  source = "../modules/monitoring"

  name_prefix = local.name_prefix
  vpc_id      = module.vpc.vpc_id
  environment = var.environment
  aws_region  = var.aws_region

  # Environment-specific monitoring configuration
  enable_detailed_monitoring    = local.env_config.enable_detailed_monitoring
  log_retention_days            = local.env_config.log_retention_days
  enable_cost_anomaly_detection = local.env_config.enable_cost_anomaly_detection

  # Resources to monitor
  auto_scaling_group_name  = module.compute.auto_scaling_group_name
  load_balancer_arn_suffix = module.compute.load_balancer_arn_suffix
  target_group_arn_suffix  = module.compute.target_group_arn_suffix
  database_identifier      = var.enable_database ? module.database[0].database_identifier : null
  has_database             = var.enable_database

  # Notification configuration
  notification_endpoints = var.notification_endpoints

  tags = {
    Component = "monitoring"
    Layer     = "platform"
  }
}
