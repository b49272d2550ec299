# Deployment tracking
resource "aws_ssm_parameter" "deployment_metadata" {
  name  = "/${var.project_name}/${var.environment}/deployment/metadata"
  type  = "String"
  value = jsonencode({
    deployment_id = var.deployment_id
    git_commit   = var.git_commit_sha
    deployed_by  = var.deployed_by
    deployed_at  = timestamp()
    environment  = var.environment
  })
  
  tags = local.common_tags
}
