# What was deployed: the only two resources that a new revision of the same configuration changes.

resource "aws_s3_object" "environment_manifest" {
  bucket       = aws_s3_bucket.environment_data.id
  key          = "deployment/manifest.json"
  content_type = "application/json"

  content = jsonencode({
    environment    = var.environment
    deployment_id  = var.deployment_id
    build_number   = var.build_number
    git_commit_sha = var.git_commit_sha
    git_branch     = var.git_branch

    deployment_metadata = {
      deployed_by      = var.deployed_by
      promotion_source = var.promotion_source
    }

    environment_config = {
      vpc_cidr      = local.env_config.vpc_cidr
      instance_type = local.env_config.instance_type
      min_size      = local.env_config.min_size
      max_size      = local.env_config.max_size
    }
  })

  tags = {
    Purpose = "deployment-manifest"
    Type    = "metadata"
  }

  # S3 objects take ten tags; the provider's default ones would fill most of them.
  override_provider {
    default_tags {
      tags = {}
    }
  }

  depends_on = [aws_s3_bucket_versioning.environment_data]
}

resource "aws_ssm_parameter" "deployment_metadata" {
  name = "/${var.project_name}/${var.environment}/deployment/metadata"
  type = "String"

  value = jsonencode({
    deployment_id = var.deployment_id
    git_commit    = var.git_commit_sha
    deployed_by   = var.deployed_by
    environment   = var.environment
  })

  tags = {
    Component = "deployment"
    Layer     = "platform"
  }
}
