# examples/01-multi-environment/main.tf

terraform {
  required_version = ">= 1.5.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }

  backend "s3" {
    # Backend configuration will be provided via backend config file
    # terraform init -backend-config=backend-dev.hcl
  }
}

provider "aws" {
  region = var.aws_region

  default_tags {
    tags = local.common_tags
  }
}

# Data sources
data "aws_availability_zones" "available" {
  state = "available"
}

data "aws_caller_identity" "current" {}

# Environment configuration management
locals {
  # Environment-specific configurations
  environment_configs = {
    dev = {
      # Network configuration
      vpc_cidr               = "10.0.0.0/16"
      enable_nat_gateway     = false
      enable_vpn_gateway     = false
      enable_private_subnets = false
      
      # Compute configuration
      instance_type     = "t3.micro"
      min_size         = 1
      max_size         = 3
      desired_capacity = 1
      enable_spot      = true
      
      # Database configuration
      db_instance_class    = "db.t3.micro"
      db_allocated_storage = 20
      db_multi_az         = false
      db_backup_retention = 7
      
      # Monitoring and logging
      enable_detailed_monitoring = false
      log_retention_days        = 14
      enable_performance_insights = false
      
      # Security configuration
      enable_waf                = false
      enable_shield_advanced    = false
      enable_config_rules       = false
      
      # Cost optimization
      enable_scheduled_scaling  = true
      enable_lifecycle_policies = true
      enable_cost_anomaly_detection = false
    }
    
    staging = {
      # Network configuration
      vpc_cidr               = "10.1.0.0/16"
      enable_nat_gateway     = true
      enable_vpn_gateway     = false
      enable_private_subnets = true
      
      # Compute configuration
      instance_type     = "t3.small"
      min_size         = 2
      max_size         = 5
      desired_capacity = 2
      enable_spot      = true
      
      # Database configuration
      db_instance_class    = "db.t3.small"
      db_allocated_storage = 50
      db_multi_az         = false
      db_backup_retention = 14
      
      # Monitoring and logging
      enable_detailed_monitoring = true
      log_retention_days        = 30
      enable_performance_insights = true
      
      # Security configuration
      enable_waf                = true
      enable_shield_advanced    = false
      enable_config_rules       = true
      
      # Cost optimization
      enable_scheduled_scaling  = true
      enable_lifecycle_policies = true
      enable_cost_anomaly_detection = true
    }
    
    prod = {
      # Network configuration
      vpc_cidr               = "10.2.0.0/16"
      enable_nat_gateway     = true
      enable_vpn_gateway     = true
      enable_private_subnets = true
      
      # Compute configuration
      instance_type     = "m5.large"
      min_size         = 3
      max_size         = 20
      desired_capacity = 5
      enable_spot      = false
      
      # Database configuration
      db_instance_class    = "db.r5.large"
      db_allocated_storage = 200
      db_multi_az         = true
      db_backup_retention = 30
      
      # Monitoring and logging
      enable_detailed_monitoring = true
      log_retention_days        = 90
      enable_performance_insights = true
      
      # Security configuration
      enable_waf                = true
      enable_shield_advanced    = true
      enable_config_rules       = true
      
      # Cost optimization
      enable_scheduled_scaling  = false
      enable_lifecycle_policies = true
      enable_cost_anomaly_detection = true
    }
  }
  
  # Select current environment configuration
  env_config = local.environment_configs[var.environment]
  
  # Common tags for all environments
  common_tags = {
    Project     = var.project_name
    Environment = var.environment
    ManagedBy   = "Terraform"
    Repository  = var.repository_name
    Owner       = var.owner
    Team        = var.team
    
    # Deployment tracking
    DeploymentId    = var.deployment_id
    BuildNumber     = var.build_number
    GitCommitSha    = var.git_commit_sha
    GitBranch       = var.git_branch
    
    # Environment metadata
    EnvironmentType = var.environment
    PromotionSource = var.promotion_source
    DeployedBy      = var.deployed_by
    DeployedAt      = timestamp()
  }
  
  # Computed values
  availability_zones = slice(data.aws_availability_zones.available.names, 0, 3)
  name_prefix       = "${var.project_name}-${var.environment}"
}

# VPC Module with environment-specific configuration
module "vpc" {
  source = "../modules/vpc"

  name_prefix            = local.name_prefix
  vpc_cidr              = local.env_config.vpc_cidr
  availability_zones    = local.availability_zones
  enable_nat_gateway     = local.env_config.enable_nat_gateway
  enable_vpn_gateway     = local.env_config.enable_vpn_gateway
  enable_private_subnets = local.env_config.enable_private_subnets

  tags = merge(local.common_tags, {
    Component = "networking"
    Layer     = "foundation"
  })
}

# Security Module
module "security" {
  source = "../modules/security"

  name_prefix = local.name_prefix
  vpc_id     = module.vpc.vpc_id
  vpc_cidr   = module.vpc.vpc_cidr_block

  # Environment-specific security configuration
  enable_waf             = local.env_config.enable_waf
  enable_shield_advanced = local.env_config.enable_shield_advanced
  enable_config_rules    = local.env_config.enable_config_rules

  allowed_cidr_blocks = var.allowed_cidr_blocks

  tags = merge(local.common_tags, {
    Component = "security"
    Layer     = "foundation"
  })
}

# Compute Module with environment-aware configuration
module "compute" {
  source = "../modules/compute"

  name_prefix = local.name_prefix
  vpc_id     = module.vpc.vpc_id
  subnet_ids = local.env_config.enable_private_subnets ? module.vpc.private_subnet_ids : module.vpc.public_subnet_ids
  
  security_group_ids = [module.security.application_security_group_id]

  # Environment-specific compute configuration
  instance_type    = local.env_config.instance_type
  min_size        = local.env_config.min_size
  max_size        = local.env_config.max_size
  desired_capacity = local.env_config.desired_capacity
  enable_spot     = local.env_config.enable_spot

  # Monitoring configuration
  enable_detailed_monitoring = local.env_config.enable_detailed_monitoring

  # Scaling configuration
  enable_scheduled_scaling = local.env_config.enable_scheduled_scaling

  tags = merge(local.common_tags, {
    Component = "compute"
    Layer     = "application"
  })
}

# Database Module (conditional based on environment)
module "database" {
  count  = var.enable_database ? 1 : 0
  source = "../modules/database"

  name_prefix = local.name_prefix
  vpc_id     = module.vpc.vpc_id
  subnet_ids = local.env_config.enable_private_subnets ? module.vpc.private_subnet_ids : module.vpc.public_subnet_ids
  
  security_group_ids = [module.security.database_security_group_id]

  # Environment-specific database configuration
  instance_class       = local.env_config.db_instance_class
  allocated_storage    = local.env_config.db_allocated_storage
  multi_az            = local.env_config.db_multi_az
  backup_retention_period = local.env_config.db_backup_retention
  
  # Monitoring configuration
  performance_insights_enabled = local.env_config.enable_performance_insights

  tags = merge(local.common_tags, {
    Component = "database"
    Layer     = "data"
  })
}

# Monitoring Module
module "monitoring" {
  source = "../modules/monitoring"

  name_prefix = local.name_prefix
  vpc_id     = module.vpc.vpc_id

  # Environment-specific monitoring configuration
  enable_detailed_monitoring = local.env_config.enable_detailed_monitoring
  log_retention_days        = local.env_config.log_retention_days
  enable_cost_anomaly_detection = local.env_config.enable_cost_anomaly_detection

  # Resources to monitor
  auto_scaling_group_name = module.compute.auto_scaling_group_name
  load_balancer_arn      = module.compute.load_balancer_arn
  database_identifier    = var.enable_database ? module.database[0].database_identifier : null

  # Notification configuration
  notification_endpoints = var.notification_endpoints

  tags = merge(local.common_tags, {
    Component = "monitoring"
    Layer     = "platform"
  })
}

# Environment-specific resource configurations
resource "aws_s3_bucket" "environment_data" {
  bucket = "${local.name_prefix}-data-${random_string.suffix.result}"

  tags = merge(local.common_tags, {
    Component = "storage"
    Purpose   = "application-data"
  })
}

resource "random_string" "suffix" {
  length  = 8
  special = false
  upper   = false
}

# Lifecycle configuration based on environment
resource "aws_s3_bucket_lifecycle_configuration" "environment_data" {
  bucket = aws_s3_bucket.environment_data.id

  rule {
    id     = "environment_lifecycle"
    status = "Enabled"

    # Environment-specific lifecycle rules
    dynamic "transition" {
      for_each = var.environment == "prod" ? [1] : []
      content {
        days          = 30
        storage_class = "STANDARD_INFREQUENT_ACCESS"
      }
    }

    dynamic "transition" {
      for_each = var.environment == "prod" ? [1] : []
      content {
        days          = 90
        storage_class = "GLACIER"
      }
    }

    expiration {
      days = var.environment == "dev" ? 30 : var.environment == "staging" ? 90 : 2555
    }
  }
}

# Environment validation and promotion gates
resource "aws_s3_object" "environment_manifest" {
  bucket = aws_s3_bucket.environment_data.id
  key    = "deployment/manifest.json"
  
  content = jsonencode({
    environment = var.environment
    deployment_id = var.deployment_id
    build_number = var.build_number
    git_commit_sha = var.git_commit_sha
    git_branch = var.git_branch
    
    deployment_metadata = {
      deployed_by = var.deployed_by
      deployed_at = timestamp()
      terraform_version = "1.5.0"
      promotion_source = var.promotion_source
    }
    
    environment_config = {
      vpc_cidr = local.env_config.vpc_cidr
      instance_type = local.env_config.instance_type
      min_size = local.env_config.min_size
      max_size = local.env_config.max_size
    }
    
    validation_checks = {
      terraform_validate = "passed"
      security_scan = "passed"
      cost_estimate = "approved"
      compliance_check = "passed"
    }
  })

  tags = merge(local.common_tags, {
    Purpose = "deployment-manifest"
    Type    = "metadata"
  })
}
