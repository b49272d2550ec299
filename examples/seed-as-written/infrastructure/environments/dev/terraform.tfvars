# environments/dev/terraform.tfvars

# Core configuration
project_name = "myapp"
environment  = "dev"
aws_region   = "us-west-2"

# Team and ownership
owner = "Development Team"
team  = "backend-team"

# Git and deployment metadata
repository_name = "myapp-infrastructure"
git_branch     = "develop"

# Feature flags and optional components
enable_database = true
enable_monitoring = true
enable_backup = false

# Network configuration
allowed_cidr_blocks = [
  "10.0.0.0/8",     # Internal networks
  "203.0.113.0/24"  # Office network
]

# Notification configuration
notification_endpoints = [
  "dev-alerts@company.com"
]

# Development-specific overrides
cost_optimization_enabled = true
auto_shutdown_enabled     = true
backup_retention_days     = 7
