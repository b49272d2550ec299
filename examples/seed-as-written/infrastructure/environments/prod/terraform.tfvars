# environments/prod/terraform.tfvars

# Core configuration
project_name = "myapp"
environment  = "prod"
aws_region   = "us-west-2"

# Team and ownership
owner = "Platform Team"
team  = "platform-team"

# Git and deployment metadata
repository_name = "myapp-infrastructure"
git_branch     = "main"

# Feature flags and optional components
enable_database = true
enable_monitoring = true
enable_backup = true

# Network configuration
allowed_cidr_blocks = [
  "203.0.113.0/24", # Office network
  "198.51.100.0/24" # Partner network
]

# Notification configuration
notification_endpoints = [
  "prod-alerts@company.com",
  "platform-team@company.com",
  "oncall@company.com"
]

# Production-specific configuration
cost_optimization_enabled = false
auto_shutdown_enabled     = false
backup_retention_days     = 30
