output "application_url" {
  description = "Where the application answers; /health tells how it is."
  value       = "http://${module.compute.load_balancer_dns_name}"
}

output "environment_config" {
  description = "The settings that tell this environment from others."
  value = {
    environment      = var.environment
    vpc_cidr         = local.env_config.vpc_cidr
    instance_type    = local.env_config.instance_type
    min_size         = local.env_config.min_size
    max_size         = local.env_config.max_size
    desired_capacity = local.env_config.desired_capacity
  }

  precondition {
    condition     = !local.is_prod || local.env_config.instance_type != "t3.micro"
    error_message = "Production environment cannot use t3.micro instances."
  }

  precondition {
    condition     = !local.is_prod || length(local.availability_zones) >= 2
    error_message = "Production needs at least two availability zones."
  }
}

output "vpc_id" {
  value = module.vpc.vpc_id
}

output "database_endpoint" {
  value = one(module.database[*].database_endpoint)
}

output "data_bucket" {
  value = aws_s3_bucket.environment_data.bucket
}

output "alerts_topic_arn" {
  value = module.monitoring.alerts_topic_arn
}

output "account_id" {
  value = data.aws_caller_identity.current.account_id
}

output "deployment" {
  value = {
    id               = var.deployment_id
    build_number     = var.build_number
    git_commit_sha   = var.git_commit_sha
    git_branch       = var.git_branch
    deployed_by      = var.deployed_by
    promotion_source = var.promotion_source
  }
}
